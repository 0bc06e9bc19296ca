"""What the marketplace feeds and follows: members, listings, pictures, penalties."""

from __future__ import annotations

from typing import Any

from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.listing_words import picture_words
from adapters.http.request import Answered, ApiRequest, Reply
from adapters.http.schemas import marketplace as shapes
from adapters.http.schemas.common import page_of
from adapters.wording.instants import instant
from application import feed_listings
from application.listing_review import ListingReview
from application.ports import Upload
from application.refusals import NotFound, found
from domain.listing import Listing
from projections import listings, penalties

MARKETPLACE: Router[ApiContext] = Router("marketplace", roles=("marketplace",))


def member_body(fed: feed_listings.FedMember) -> dict[str, Any]:
    """A member as the marketplace told of it."""
    who = fed.identity
    return {"id": who.subject, "nickname": who.nickname, "categories": list(who.categories)}


def listing_body(context: ApiContext, one: Listing) -> dict[str, Any]:
    """A listing, and whether a penalty keeps it down."""
    return {
        "id": one.id,
        "link": one.link,
        "seller": context.subject_of(one.seller),
        "title": one.title,
        "down": one.down,
        "gone": one.gone,
        "penalties": list(one.penalties),
        "pictures": [picture_words(picture) for picture in one.pictures],
    }


def listing_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a listing's own GET."""
    with context.reading() as reading:
        listing = listings.get(reading, request.path["id"])
    if listing is None:
        raise NotFound
    return listing_body(context, listing)


def member_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a member's own GET."""
    return member_body(feed_listings.FedMember(found(context.platform.identities.by_subject(request.path["id"])), False))


@MARKETPLACE.put("/marketplace/members/{id}", shapes.Member, body=shapes.MemberBody, current=member_now)
def put_member(context: ApiContext, request: ApiRequest) -> Answered:
    """Tell of a member: its nickname and categories. The later word stands, by `as_of` and the `iat` of its tokens."""
    told = request.body
    request.precondition()
    fed = feed_listings.put_member(context.platform, request.path["id"], told["nickname"], told["categories"], told["as_of"])
    return Reply(201 if fed.new else 200, member_body(fed))


@MARKETPLACE.get("/marketplace/members/{id}", shapes.Member)
def read_member(context: ApiContext, request: ApiRequest) -> Answered:
    """Read a member as it is known here: by the latest word of a feed or of a token of its own."""
    return member_now(context, request)


@MARKETPLACE.put("/marketplace/listings/{id}", shapes.Listing, body=shapes.ListingBody, current=listing_now)
def put_listing(context: ApiContext, request: ApiRequest) -> Answered:
    """Tell of a listing: its link, seller and title."""
    body = request.body
    return request.command(
        context.platform,
        "listing",
        request.caller.staff_id,
        lambda act: feed_listings.put_listing(act, request.path["id"], body["link"], body["seller"], body["title"], body["as_of"]),
        lambda _, fed: listing_body(context, fed.listing),
        lambda fed: 201 if fed.new else 200,
    )


@MARKETPLACE.delete("/marketplace/listings/{id}", current=listing_now)
def delete_listing(context: ApiContext, request: ApiRequest) -> Answered:
    """Tell that a listing is offered no more: nobody can complain of it; a case that was lodged goes on. A PUT brings it back."""
    return request.command(
        context.platform,
        "listing_gone",
        request.caller.staff_id,
        lambda act: feed_listings.remove_listing(act, request.path["id"]),
        lambda *_: None,
    )


@MARKETPLACE.put("/marketplace/listings/{id}/pictures", shapes.Listing, files=True, current=listing_now, codes=("too_many_files", "busy"))
def put_listing_pictures(context: ApiContext, request: ApiRequest) -> Answered:
    """Replace the set of a listing's pictures; each is compared with the filed ones."""
    files, review = [Upload(upload.filename, upload.content) for upload in request.uploads], ListingReview(context.patience())
    return request.command(
        context.platform,
        "listing_pictures",
        request.caller.staff_id,
        lambda act: feed_listings.put_listing_pictures(act, request.path["id"], files, review),
        lambda _, fed: listing_body(context, fed.listing),
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
