"""What the marketplace feeds: members, listings and their pictures (rule F2)."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from adapters.store.opening import Stores
from application.acting import stream_of
from application.feed_listings import put_listing, put_member, remove_listing
from application.index import FingerprintsHead, ListingById, ListingByLink, ListingsOfPictures
from application.listing_review import ListingReview, _because
from application.ports import Inspection, MatchResult, Pieces
from application.refusals import Invalid, NotFound
from domain.events.listing import ListingPicturesFed
from domain.picture import Flaw
from domain.refusal import Refusal
from tests.application.market import MARKET, Market, link_of
from tests.fakes import FakeInspector, FakeMatcher, picture

COAT = picture("coat")


@pytest.fixture
def market(stores: Stores) -> Market:
    return Market(stores)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.rule("A2", "H6")
def test_a_member_is_new_when_the_marketplace_tells_of_it_first_and_no_event_names_it(market: Market) -> None:
    before = market.stores.store.log_head()
    told = put_member(market.platform, "mallory", "mallory-nick", ["apparel", "toys"])
    assert told.new
    assert (told.identity.nickname, told.identity.categories) == ("mallory-nick", ("apparel", "toys"))
    again = put_member(market.platform, "mallory", "mal", ["toys"])
    assert not again.new
    assert again.identity == market.stores.identities.by_nickname("mal")
    assert again.identity.member_id == told.identity.member_id
    assert market.stores.store.log_head() == before


@pytest.mark.rule("A2")
def test_a_seller_known_from_a_listing_alone_is_still_news_as_a_member(market: Market) -> None:
    market.feed("L1", "mallory")
    assert put_member(market.platform, "mallory", "mallory-nick", []).new


@pytest.mark.rule("F2", "C1")
def test_a_listing_is_found_by_its_link_and_names_its_seller_by_an_opaque_id(market: Market) -> None:
    fed = market.feed("L1", "mallory", link="http://SHOP.example/item/L1.html#top")
    mallory = market.stores.identities.by_subject("mallory")
    assert fed.new
    assert mallory is not None
    assert (fed.listing.link, fed.listing.seller) == ("http://SHOP.example/item/L1.html#top", mallory.member_id)
    assert market.stores.store.ask(ListingByLink(link_of("L1"))) == market.stores.store.ask(ListingById("L1"))
    assert market.stream(stream_of("listing", "L1"))[0].by == MARKET


@pytest.mark.rule("F2")
def test_the_same_listing_again_is_no_event_and_a_change_is_one(market: Market) -> None:
    market.feed("L1", "mallory")
    again = market.feed("L1", "mallory")
    assert (again.new, market.names(stream_of("listing", "L1"))) == (False, ["ListingFed"])
    changed = market.feed("L1", "mallory", title="A hat")
    assert (changed.new, changed.listing.title) == (False, "A hat")
    assert market.names(stream_of("listing", "L1")) == ["ListingFed", "ListingFed"]


@pytest.mark.rule("C1")
def test_a_link_passes_to_the_listing_that_bears_it_last(market: Market) -> None:
    market.feed("L1", "mallory")
    market.feed("L2", "fred", link=link_of("L1"))
    row = market.stores.store.ask(ListingByLink(link_of("L1")))
    assert row is not None
    assert row.listing_id == "L2"


@pytest.mark.rule("C1")
def test_what_is_no_link_makes_no_listing(market: Market) -> None:
    with pytest.raises(Invalid) as caught:
        market.feed("L1", "mallory", link="item 1")
    assert list(caught.value.errors) == ["link"]
    assert market.stores.store.ask(ListingById("L1")) is None


@pytest.mark.rule("F2")
def test_a_set_of_pictures_is_kept_and_found_again(market: Market) -> None:
    market.feed("L1", "mallory")
    fed = market.show("L1", COAT, picture("hat"), COAT)
    assert fed.new
    assert [p.digest for p in fed.listing.pictures] == [digest(COAT), digest(picture("hat"))]
    assert market.stores.store.ask(ListingsOfPictures((digest(COAT),))) == (("L1", digest(COAT)),)
    vault = market.stores.vault
    assert vault.get("original", digest(COAT)) == COAT
    assert vault.get("scaled", digest(COAT)) == b"scaled " + COAT
    assert vault.get("thumbnail", digest(COAT)) == b"thumbnail " + COAT


@pytest.mark.rule("F2")
def test_the_same_set_again_is_no_event_and_is_not_even_read(market: Market) -> None:
    inspector = market.platform.inspector
    assert isinstance(inspector, FakeInspector)
    market.feed("L1", "mallory")
    market.show("L1", COAT)
    read = inspector.inspected
    again = market.show("L1", COAT)
    assert (again.new, again.listing.pictures[0].digest) == (False, digest(COAT))
    assert inspector.inspected == read
    assert market.names(stream_of("listing", "L1")) == ["ListingFed", "ListingPicturesFed"]


@pytest.mark.rule("F2")
def test_another_set_replaces_the_former(market: Market) -> None:
    market.feed("L1", "mallory")
    market.show("L1", COAT)
    assert not market.show("L1", picture("hat")).new
    assert market.stores.store.ask(ListingsOfPictures((digest(COAT), digest(picture("hat"))))) == (("L1", digest(picture("hat"))),)
    assert market.show("L1").listing.pictures == ()


@pytest.mark.rule("F2")
def test_a_hostile_picture_is_kept_without_pixels_and_takes_nothing_down(market: Market) -> None:
    market.feed("L1", "mallory")
    hostile = b"\xff\xd8 not a picture"
    fed = market.show("L1", hostile, COAT)
    assert [(p.digest, p.width, p.fingerprint != b"") for p in fed.listing.pictures] == [
        (digest(hostile), 0, False),
        (digest(COAT), 900, True),
    ]
    assert market.stores.vault.get("original", digest(hostile)) == hostile
    with pytest.raises(KeyError):
        market.stores.vault.get("scaled", digest(hostile))
    assert market.stores.store.ask(FingerprintsHead("listings")) == 1


@pytest.mark.rule("F2")
def test_pictures_of_a_listing_that_was_never_fed_are_not_found(market: Market) -> None:
    with pytest.raises(NotFound):
        market.show("L1", COAT)


@pytest.mark.rule("H5")
def test_more_pictures_than_the_rulebook_allows_are_refused_unread(market: Market) -> None:
    inspector = market.platform.inspector
    assert isinstance(inspector, FakeInspector)
    market.feed("L1", "mallory")
    with pytest.raises(Refusal) as caught:
        market.show("L1", *(picture(f"coat-{n}") for n in range(51)))
    assert (caught.value.code, caught.value.facts) == ("too_many_files", {"limit": 50, "measured": 51})
    assert inspector.inspected == 0


@pytest.mark.rule("T2", "F2")
def test_pictures_are_read_and_sought_once_however_often_the_act_is_tried(market: Market) -> None:
    inspector, matcher = market.platform.inspector, market.platform.matcher
    assert isinstance(inspector, FakeInspector)
    assert isinstance(matcher, FakeMatcher)
    market.file(market.member("alice"), "coat")
    market.feed("L1", "mallory")
    read, sought = inspector.inspected, matcher.sought
    review = ListingReview()
    market.show("L1", COAT, picture("hat"), review=review)
    assert (inspector.inspected - read, matcher.sought - sought) == (2, 2)


@pytest.mark.rule("F2", "B4")
def test_a_picture_filed_while_a_listings_pictures_were_read_is_still_sighted(market: Market) -> None:
    alice = market.member("alice")
    hats = market.file(alice, "hat")
    market.feed("L1", "mallory")
    market.feed("L2", "mallory")
    review = ListingReview()
    market.show("L1", COAT, picture("hat"), review=review)
    coats = market.file(alice, "coat")
    market.show("L2", COAT, picture("hat"), review=review)
    assert market.statuses(coats[0], "L2") == ["new"]
    assert market.statuses(hats[0], "L2") == ["new"]
    assert market.statuses(coats[0], "L1") == []


@pytest.mark.rule("T1")
def test_the_originals_are_stored_before_the_event_that_names_them(market: Market) -> None:
    market.feed("L1", "mallory")
    market.show("L1", COAT)
    (fed,) = [r.event for r in market.stream(stream_of("listing", "L1")) if isinstance(r.event, ListingPicturesFed)]
    assert all(market.stores.vault.get("original", p.digest) for p in fed.pictures)


MOVING = b"&".join([picture("hat"), COAT, b"a frame that breaks"])
"""A picture whose second frame is the coat."""


@pytest.mark.rule("F2")
def test_a_copy_behind_the_first_frame_of_a_moving_picture_is_sighted_for_as_long_as_it_is_shown(market: Market) -> None:
    (coat,) = market.file(market.member("alice"), "coat")
    market.feed("L1", "mallory")
    (shown,) = market.show("L1", MOVING).listing.pictures
    (seen,) = market.sightings(coat, "L1")
    assert shown.frames == (digest(COAT),) == (seen.seen.digest,)
    assert market.stores.vault.get("scaled", digest(COAT)) == b"scaled " + COAT
    market.show("L1", MOVING, picture("scarf"))
    assert market.statuses(coat, "L1") == ["new"]
    market.feed("L1", "malory's cousin")
    market.settle()
    assert market.statuses(coat, "L1") == ["gone", "new"]
    market.show("L1", picture("scarf"))
    assert market.statuses(coat, "L1") == ["gone", "gone"]


@pytest.mark.rule("F2")
def test_a_picture_filed_later_is_sought_among_the_frames_too(market: Market) -> None:
    market.feed("L1", "mallory")
    market.show("L1", MOVING)
    (coat,) = market.file(market.member("alice"), "coat")
    market.settle()
    assert market.statuses(coat, "L1") == ["new"]


@pytest.mark.rule("F2")
def test_how_much_was_looked_at_is_recorded_and_what_was_not_is_looked_at_when_put_again(market: Market) -> None:
    inspector = market.platform.inspector
    assert isinstance(inspector, FakeInspector)
    market.file(market.member("alice"), "coat")
    market.platform = market.platform._replace(matcher=InPieces(market.stores.fingerprints))
    market.feed("L1", "mallory")
    sent = [COAT, MOVING, b"not a picture"]
    told = market.show("L1", *sent).listing.pictures
    assert [(p.looked_at, p.looked, p.of, p.unseen_because) for p in told] == [
        ("part", 12, 40, None),
        ("part", 2 + 12 + 12, 3 + 40 + 40, None),
        ("none", 1, 1, "not a picture"),
    ]
    read = inspector.inspected
    assert market.show("L1", *sent).listing.pictures == told and inspector.inspected > read
    assert market.names(stream_of("listing", "L1")) == ["ListingFed", "ListingPicturesFed"]
    market.platform = market.platform._replace(matcher=FakeMatcher(market.stores.fingerprints))
    assert [p.looked_at for p in market.show("L1", *sent).listing.pictures] == ["all", "part", "none"]
    assert market.names(stream_of("listing", "L1")) == ["ListingFed", "ListingPicturesFed", "ListingPicturesFed"]


@pytest.mark.rule("F2")
def test_a_picture_over_a_limit_names_the_rule_that_it_breaks() -> None:
    assert _because(Inspection("d", 1, "JPEG", 0, 0, (Flaw("too_many_pixels", 60, 61),))) == "too_many_pixels"


class InPieces(FakeMatcher):
    """Looks at 12 of 40 pieces of everything."""

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        return super().seek_originals(inspection)._replace(pieces=Pieces(12, 40))


@pytest.mark.rule("F2", "C1")
def test_a_listing_that_is_offered_no_more_is_found_by_nobody_until_it_is_offered_again(market: Market) -> None:
    with pytest.raises(NotFound):
        market.act("feeding", MARKET, lambda act: remove_listing(act, "L1"))
    market.feed("L1", "mallory")
    market.show("L1", COAT)
    for _ in range(2):  # and told twice it is recorded once
        market.act("feeding", MARKET, lambda act: remove_listing(act, "L1"))
    stream = stream_of("listing", "L1")
    assert market.names(stream) == ["ListingFed", "ListingPicturesFed", "ListingGone"]
    assert market.stores.store.ask(ListingByLink(link_of("L1"))) is None
    assert market.stores.store.ask(ListingsOfPictures((digest(COAT),))) == ()
    assert not market.feed("L1", "mallory").listing.gone
    assert market.stores.store.ask(ListingByLink(link_of("L1"))) is not None
    assert market.stores.store.ask(ListingsOfPictures((digest(COAT),))) == (("L1", digest(COAT)),)


@pytest.mark.rule("F2")
def test_an_earlier_word_changes_nothing_and_the_latest_one_has_the_link(market: Market) -> None:
    market.feed("L1", "mallory")
    early = market.clock.now() - timedelta(days=1)
    told = market.act("feeding", MARKET, lambda act: put_listing(act, "L1", link_of("other"), "bob", "Another coat", early))
    assert (told.new, told.listing.link) == (False, link_of("L1"))
    market.feed("L2", "mallory", link=link_of("L1"))
    assert market.stores.store.ask(ListingByLink(link_of("L1"))) == market.stores.store.ask(ListingById("L2"))
    market.feed("L1", "mallory")
    assert market.stores.store.ask(ListingByLink(link_of("L1"))) == market.stores.store.ask(ListingById("L1"))
