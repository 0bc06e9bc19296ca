"""What the marketplace feeds and follows: members, listings, pictures, penalties."""

from __future__ import annotations

from typing import Any

from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest, Reply
from adapters.http.schemas import marketplace as shapes
from adapters.http.schemas.common import page_of
from adapters.wording.instants import instant
from application import feed_listings
from application.ports import Upload
from application.refusals import NotFound
from domain.listing import Listing
from projections import listings, penalties

MARKETPLACE: Router[ApiContext] = Router("marketplace", roles=("marketplace",))


def _listing(context: ApiContext, one: Listing) -> dict[str, Any]:
    return {
        "id": one.id,
        "link": one.link,
        "seller": context.subject_of(one.seller),
        "title": one.title,
        "down": one.down,
        "penalties": list(one.penalties),
        "pictures": [{"digest": picture.digest, "width": picture.width, "height": picture.height} for picture in one.pictures],
    }


def listing_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a listing's own GET."""
    with context.reading() as reading:
        found = listings.get(reading, request.path["id"])
    if found is None:
        raise NotFound
    return _listing(context, found)


@MARKETPLACE.put("/marketplace/members/{id}", shapes.Member, body=shapes.MemberBody)
def put_member(context: ApiContext, request: ApiRequest) -> Answered:
    """Tell of a member: its nickname and categories."""
    fed = feed_listings.put_member(context.platform, request.path["id"], request.body["nickname"], request.body["categories"])
    body = {"id": fed.identity.subject, "nickname": fed.identity.nickname, "categories": list(fed.identity.categories)}
    return Reply(201 if fed.new else 200, body)


@MARKETPLACE.put("/marketplace/listings/{id}", shapes.Listing, body=shapes.ListingBody, current=listing_now)
def put_listing(context: ApiContext, request: ApiRequest) -> Answered:
    """Tell of a listing: its link, seller and title."""
    body = request.body
    return request.command(
        context.platform,
        "listing",
        request.caller.staff_id,
        lambda act: feed_listings.put_listing(act, request.path["id"], body["link"], body["seller"], body["title"]),
        lambda _, fed: _listing(context, fed.listing),
        lambda fed: 201 if fed.new else 200,
    )


@MARKETPLACE.put("/marketplace/listings/{id}/pictures", shapes.Listing, files=True, current=listing_now, codes=("too_many_files", "busy"))
def put_listing_pictures(context: ApiContext, request: ApiRequest) -> Answered:
    """Replace the set of a listing's pictures; each is compared with the filed ones."""
    files, review = [Upload(upload.filename, upload.content) for upload in request.uploads], feed_listings.ListingReview(context.patience())
    return request.command(
        context.platform,
        "listing_pictures",
        request.caller.staff_id,
        lambda act: feed_listings.put_listing_pictures(act, request.path["id"], files, review),
        lambda _, fed: _listing(context, fed.listing),
        lambda fed: 201 if fed.new else 200,
    )


@MARKETPLACE.get("/marketplace/listings/{id}", shapes.Listing)
def read_listing(context: ApiContext, request: ApiRequest) -> Answered:
    """Read a listing, and whether a penalty keeps it down."""
    return listing_now(context, request)


@MARKETPLACE.get("/marketplace/penalties", page_of(shapes.Penalty, feed=True), lists=True)
def follow_penalties(context: ApiContext, request: ApiRequest) -> Answered:
    """Follow what is to be taken down and restored, oldest first; an item only when a listing's state changes."""
    with context.reading() as reading:
        page = penalties.feed(reading, request.page.limit, after(request))
    return paged(request, page, lambda one: {"id": one.id, "listing_id": one.listing_id, "action": one.action, "at": instant(one.at)})
