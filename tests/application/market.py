"""The small world with the marketplace's feed: pictures are really filed and fed, and what falls due is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.store.opening import Stores
from application import authorise, feed_listings, file_pictures, matching, watch_listings
from application.complain import Lodged
from application.feed_listings import FedListing
from application.folders import create_folder
from application.index import ThingsAbout
from application.listing_review import ListingReview
from application.ports import Identity, Upload
from application.review import Review
from application.settle_due import Settling
from domain import sighting
from domain.authorization import Authorization
from domain.events.listing import SellerWarned
from domain.sighting import Sighting
from tests.application.world import START, World
from tests.domain.tale import instant
from tests.fakes import picture

MARKET = "market"


def link_of(listing_id: str) -> str:
    return f"https://shop.example/item/{listing_id}.html"


class Market(World):
    """A world in which the marketplace feeds listings and members file real pictures."""

    def __init__(self, stores: Stores, start: datetime = START) -> None:
        super().__init__(stores, start)
        self.settling = Settling(
            self.platform,
            {
                "listing_matching": matching.FilingMatching(),
                "seller_changed": matching.match_listing,
                "grant_ended": authorise.grant_ended,
            },
        )

    def file(self, owner: Identity, *scenes: str) -> list[str]:
        """File pictures of these scenes; the ids of the filings, in order."""
        self.act("folder", owner.member_id, lambda act: create_folder(act, owner, "spring"))
        review = Review()
        files = [Upload(f"{scene}.jpg", picture(scene)) for scene in scenes]
        filed = self.act("filing", owner.member_id, lambda act: file_pictures.file_pictures(act, owner, "spring", files, review))
        return [one.filing.id for one in filed.filings]

    def feed(self, listing_id: str, seller: Identity | str, title: str = "A coat", link: str | None = None) -> FedListing:
        subject = seller if isinstance(seller, str) else seller.subject
        told = (listing_id, link or link_of(listing_id), subject, title)
        return self.act("feeding", MARKET, lambda act: feed_listings.put_listing(act, *told))

    def show(self, listing_id: str, *pictures: bytes, review: ListingReview | None = None) -> FedListing:
        """Feed the set of a listing's pictures."""
        files: Sequence[Upload] = [Upload("x.jpg", content) for content in pictures]
        kept = review or ListingReview()
        return self.act("feeding pictures", MARKET, lambda act: feed_listings.put_listing_pictures(act, listing_id, files, kept))

    def sightings(self, filing_id: str, listing_id: str) -> list[Sighting]:
        """Every sighting of the pair there ever was."""
        things = self.stores.store.ask(ThingsAbout("sighting", f"{filing_id}/{listing_id}"))
        folded = [sighting.fold(thing.thing_id, self.stream(thing.thing_id)) for thing in things]
        return [state for state in folded if state is not None]

    def statuses(self, filing_id: str, listing_id: str) -> list[str]:
        return [state.status.value for state in self.sightings(filing_id, listing_id)]

    def warnings(self) -> list[SellerWarned]:
        """Every warning in the log."""
        return [r.event for _, r in self.stores.store.read_log(0, 10_000) if isinstance(r.event, SellerWarned)]

    def settle(self) -> int:
        return self.settling.everything_due()

    def grant(self, owner: Identity, to: Identity | str, filings: Sequence[str] | None, until: str | None = None) -> Authorization:
        nickname = to if isinstance(to, str) else f"{to.subject}-nick"
        ends = instant(until) if until else None
        return self.act("authorising", owner.member_id, lambda act: authorise.grant(act, owner, nickname, filings, ends))

    def revoke(self, owner: Identity, authorization_id: str) -> Authorization:
        return self.act("revoking", owner.member_id, lambda act: authorise.revoke(act, owner, authorization_id))

    def complain_from(self, owner: Identity, sighting_id: str) -> Lodged:
        return self.act(
            "lodging", owner.member_id, lambda act: watch_listings.complain_from_sighting(act, owner, sighting_id, "it is mine")
        )
