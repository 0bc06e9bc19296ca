"""What the marketplace feeds: members, listings, and the pictures that listings show (rule F2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from application.acting import Act, Conflict, Platform, stream_of
from application.index import (
    EndListing,
    FingerprintsHead,
    ListingById,
    ListingByLink,
    PutDue,
    PutFingerprint,
    PutListing,
    PutListingPictures,
)
from application.links import canonical_link
from application.patience import ENDLESS, Patience, insist
from application.ports import Identity, Inspection, PictureMatch, Upload
from application.refusals import Invalid, NotFound, found
from application.review import keep_picture
from application.watch_listings import listing_changed, load_listing, matches_on, sight
from domain import listing
from domain.events.listing import ListingFed, ListingPicture
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
        act.note(PutListingPictures(listing_id, tuple(picture.digest for picture in before.pictures)))
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


class ListingReview:
    """What one feed's pictures are and what they are like: slow, so made once and kept from try to try.

    The try that finds it missing or overtaken makes it and gives way: the command runs again from the clock on.
    """

    def __init__(self, patience: Patience = ENDLESS) -> None:
        """`patience` is what is left of the time that the request may take."""
        self._patience = patience
        self._inspected: dict[str, Inspection] | None = None
        self._found: dict[str, list[PictureMatch]] = {}
        self._upto = 0

    def of(self, act: Act, files: Mapping[str, Upload]) -> dict[str, Inspection]:
        """What each picture is, by digest, compared with every picture filed by now. A hostile one has flaws and no pixels.

        Raises Conflict after slow work, whose result the next try finds; TooBusy where patience ended before it was done.
        """
        if self._inspected is None:
            inspections = act.platform.inspector.inspect_listings(list(files.values()), self._patience)
            self._inspected = dict(zip(files, inspections, strict=True))
            self._seek(act.platform)
            raise Conflict("the pictures were read")
        if self._readable() and act.ask(FingerprintsHead("filings")) > self._upto:
            self._seek(act.platform)
            raise Conflict("pictures were filed in the meantime")
        return self._inspected

    def found(self) -> list[tuple[str, list[PictureMatch]]]:
        """The filed pictures that each picture is like, by its digest."""
        return list(self._found.items())

    def _readable(self) -> list[Inspection]:
        return [inspection for inspection in (self._inspected or {}).values() if not inspection.flaws]

    def _seek(self, platform: Platform) -> None:
        """Compare with what was filed so far; each round has less to do."""
        readable, matcher = self._readable(), platform.matcher
        while readable and platform.store.ask(FingerprintsHead("filings")) > self._upto:
            first = self._upto == 0
            insist(self._patience)
            sought = (
                matcher.seek_originals_of_many(readable, self._patience) if first else matcher.seek_originals_since(readable, self._upto)
            )
            for inspection, one in zip(readable, sought, strict=True):
                self._found.setdefault(inspection.digest, []).extend(one.found)
            self._upto = min(one.upto for one in sought)


def put_listing_pictures(act: Act, listing_id: str, files: Sequence[Upload], review: ListingReview) -> FedListing:
    """Replace the set of a listing's pictures, and look for filed ones among them (rule F2); `review` is made once for the command.

    Raises NotFound for a listing not fed, or gone; Refusal: too_many_files.
    """
    row = act.ask(ListingById(listing_id))
    if row is None or load_listing(act, row).gone:
        raise NotFound
    limit = act.law.in_force(act.now).limits.pictures
    if len(files) > limit:
        raise Refusal("too_many_files", limit=limit, measured=len(files))
    before = load_listing(act, row)
    sent = {hashlib.sha256(file.content).hexdigest(): file for file in files}
    if [picture.digest for picture in before.pictures] == list(sent):
        return FedListing(before, False)
    inspected = review.of(act, sent)
    for digest, picture in inspected.items():
        keep_picture(act.platform, sent[digest].content, picture)
    pictures = tuple(
        ListingPicture(d, inspection.width, inspection.height, inspection.fingerprint or b"") for d, inspection in inspected.items()
    )
    after = before
    for h in listing.feed_pictures(before, act.now, act.by, pictures):
        act.append(row.stream, [h])
        after = listing.evolve(after, h)
    act.note(PutListingPictures(listing_id, tuple(sent)))
    act.note(*(PutFingerprint("listings", picture.digest, picture.fingerprint) for picture in pictures if picture.fingerprint))
    listing_changed(act, after)
    sight(act, matches_on(act, after, review.found()))
    return FedListing(after, not before.pictures)
