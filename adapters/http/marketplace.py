"""What the marketplace feeds and follows: members, listings, pictures, penalties."""

from __future__ import annotations

from typing import Any

from adapters.http.ask import Answered, Ask, Reply
from adapters.http.endpoint import Audience
from adapters.http.front import Front, after, paged
from adapters.http.schemas import marketplace as shapes
from adapters.http.schemas.common import page_of
from adapters.wording.instants import instant
from application import feed_listings
from application.refusals import NotFound
from application.review import Upload
from domain.listing import Listing
from projections import listings, penalties

MARKETPLACE: Audience[Front] = Audience("marketplace", roles=("marketplace",))


def _listing(front: Front, one: Listing) -> dict[str, Any]:
    return {
        "id": one.id,
        "link": one.link,
        "seller": front.subject_of(one.seller),
        "title": one.title,
        "down": one.down,
        "penalties": list(one.penalties),
        "pictures": [{"digest": picture.digest, "width": picture.width, "height": picture.height} for picture in one.pictures],
    }


def listing_now(front: Front, ask: Ask) -> dict[str, Any]:
    """The body of a listing's own GET."""
    with front.reading() as reading:
        found = listings.get(reading, ask.path["id"])
    if found is None:
        raise NotFound
    return _listing(front, found)


@MARKETPLACE.put("/marketplace/members/{id}", shapes.Member, body=shapes.MemberBody)
def put_member(front: Front, ask: Ask) -> Answered:
    """Tell of a member: its nickname and categories."""
    fed = feed_listings.put_member(front.platform, ask.path["id"], ask.body["nickname"], ask.body["categories"])
    body = {"id": fed.identity.subject, "nickname": fed.identity.nickname, "categories": list(fed.identity.categories)}
    return Reply(201 if fed.new else 200, body)


@MARKETPLACE.put("/marketplace/listings/{id}", shapes.Listing, body=shapes.ListingBody, current=listing_now)
def put_listing(front: Front, ask: Ask) -> Answered:
    """Tell of a listing: its link, seller and title."""
    body = ask.body
    return ask.command(
        front.platform,
        "listing",
        ask.caller.subject,
        lambda act: feed_listings.put_listing(act, ask.path["id"], body["link"], body["seller"], body["title"]),
        lambda _, fed: _listing(front, fed.listing),
        lambda fed: 201 if fed.new else 200,
    )


@MARKETPLACE.put("/marketplace/listings/{id}/pictures", shapes.Listing, files=True, current=listing_now, codes=("too_many_files",))
def put_listing_pictures(front: Front, ask: Ask) -> Answered:
    """Replace the set of a listing's pictures; each is compared with the filed ones."""
    files, review = [Upload(upload.filename, upload.content) for upload in ask.uploads], feed_listings.ListingReview()
    return ask.command(
        front.platform,
        "listing_pictures",
        ask.caller.subject,
        lambda act: feed_listings.put_listing_pictures(act, ask.path["id"], files, review),
        lambda _, fed: _listing(front, fed.listing),
        lambda fed: 201 if fed.new else 200,
    )


@MARKETPLACE.get("/marketplace/listings/{id}", shapes.Listing)
def read_listing(front: Front, ask: Ask) -> Answered:
    """Read a listing, and whether a penalty keeps it down."""
    return listing_now(front, ask)


@MARKETPLACE.get("/marketplace/penalties", page_of(shapes.Penalty, feed=True), lists=True)
def follow_penalties(front: Front, ask: Ask) -> Answered:
    """Follow what is to be taken down and restored, oldest first; an item only when a listing's state changes."""
    with front.reading() as reading:
        page = penalties.feed(reading, ask.page.limit, after(ask))
    return paged(ask, page, lambda one: {"id": one.id, "listing_id": one.listing_id, "action": one.action, "at": instant(one.at)})
