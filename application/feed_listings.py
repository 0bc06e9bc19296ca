"""What the marketplace feeds: members, listings, and the pictures that listings show (rule F2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from application.acting import Act, Platform, stream_of
from application.index import (
    EndListing,
    ListingById,
    ListingByLink,
    PutDue,
    PutFingerprint,
    PutListing,
    PutListingPictures,
)
from application.links import canonical_link
from application.listing_review import ListingReview, every, keep_frames
from application.ports import Identity, Upload
from application.refusals import Invalid, NotFound, found
from application.review import keep_picture
from application.watch_listings import listing_changed, load_listing, matches_on, sight
from domain import listing
from domain.events.listing import ListingFed
from domain.listing import Listing
from domain.refusal import Refusal


class FedMember(NamedTuple):
    """A member as the marketplace knows it, and whether that is news."""

    identity: Identity
    new: bool


class FedListing(NamedTuple):
    """A listing after a feed, and whether the listing, or its set of pictures, was there for the first time."""

    listing: Listing
    new: bool


def put_member(platform: Platform, subject: str, nickname: str, categories: Sequence[str], as_of: datetime | None = None) -> FedMember:
    """Take what the marketplace tells of a member; outside the log, so that a person can be forgotten (rules A2, H6).

    `as_of` is wall time, of when the word is; a later word stands, be it of a feed or of a token.
    """
    known = platform.identities.by_subject(subject)
    return FedMember(platform.identities.enrol(subject, nickname, categories, as_of), known is None or known.nickname is None)


def put_listing(act: Act, listing_id: str, link: str, seller: str, title: str, as_of: datetime | None = None) -> FedListing:
    """Take what the marketplace tells of a listing; `seller` is its subject (rule F2). Raises Invalid for a link that is none.

    `as_of` is of when the word is, one to come being of now; an earlier word than the one that stands changes nothing.
    """
    canonical = canonical_link(link)
    if canonical is None:
        raise Invalid({"link": ["is not an absolute http or https link"]})
    member_id = act.platform.identities.enrol(seller).member_id
    act.concern(member_id)
    stream = stream_of("listing", listing_id)
    before = listing.fold(listing_id, act.load(stream))
    word_of = None if as_of is None else min(as_of, act.now)
    decided = listing.feed(before, act.now, act.by, ListingFed(listing_id, link, canonical, member_id, title, word_of))
    act.append(stream, decided)
    if not decided and (before.gone or (before.canonical, before.seller) != (canonical, member_id)):
        return FedListing(before, False)  # a later word stands
    if not decided:
        if act.ask(ListingByLink(canonical)) != act.ask(ListingById(listing_id)):  # the marketplace's latest word: the link is this one's
            act.note(PutListing(listing_id, stream, canonical, member_id))
        return FedListing(before, False)
    act.note(PutListing(listing_id, stream, canonical, member_id))
    if before.gone:
        act.note(PutListingPictures(listing_id, before.shown))
    if before.pictures and (before.gone or before.seller != member_id):
        act.note(PutDue("seller_changed", listing_id, act.now))
    return FedListing(listing.evolve(before, decided[0]), not before.link)


def remove_listing(act: Act, listing_id: str) -> None:
    """The listing is offered no more: nobody can complain of it, what was seen on it is gone; a case goes on as it was lodged (rule F2).

    Raises NotFound for a listing never fed.
    """
    row = found(act.ask(ListingById(listing_id)))
    before = load_listing(act, row)
    decided = listing.go(before, act.now, act.by)
    act.append(row.stream, decided)
    if decided:
        act.note(EndListing(listing_id), PutListingPictures(listing_id, ()))
        listing_changed(act, replace(before, pictures=()))


def put_listing_pictures(act: Act, listing_id: str, files: Sequence[Upload], review: ListingReview) -> FedListing:
    """Replace the set of a listing's pictures, and look for filed ones among them (rule F2); `review` is made once for the command.

    The same set again changes nothing where all of it was looked at; what was not is looked at again.
    Raises NotFound for a listing not fed; Refusal: too_many_files.
    """
    row = act.ask(ListingById(listing_id))
    if row is None or load_listing(act, row).gone:
        raise NotFound
    limit = act.law.in_force(act.now).limits.pictures
    if len(files) > limit:
        raise Refusal("too_many_files", limit=limit, measured=len(files))
    before = load_listing(act, row)
    sent = {hashlib.sha256(file.content).hexdigest(): file for file in files}
    if [picture.digest for picture in before.pictures] == list(sent) and all(picture.looked_at == "all" for picture in before.pictures):
        return FedListing(before, False)
    inspected = review.of(act, sent)
    for digest, inspection in inspected.items():
        keep_picture(act.platform, sent[digest].content, inspection)
        keep_frames(act.platform.vault, inspection)
    pictures = review.pictures()
    after = before
    for h in listing.feed_pictures(before, act.now, act.by, pictures):
        act.append(row.stream, [h])
        after = listing.evolve(after, h)
    shown = [one for inspection in inspected.values() for one in every(inspection)]
    act.note(PutListingPictures(listing_id, after.shown))
    act.note(*(PutFingerprint("listings", one.digest, one.fingerprint) for one in shown if one.fingerprint))
    listing_changed(act, after)
    sight(act, matches_on(act, after, review.found()))
    return FedListing(after, not before.pictures)
