"""A listing: what the marketplace told of it, and which penalties stand (rules C4, F2)."""

from __future__ import annotations

import msgspec
import pytest

from domain import listing
from domain.case import events as of_case
from domain.events import Happened
from domain.events.listing import (
    ListingFed,
    ListingPicture,
    ListingPicturesFed,
    ListingRestored,
    ListingTakenDown,
    PenaltyImposed,
    PenaltyRevoked,
    SellerWarned,
)
from domain.listing import Listing
from domain.recorded import AnyEvent
from tests.domain.tale import instant

AT = instant("2026-03-02 09:00")
COAT = ListingFed("L1", "https://shop.example/1", "https://shop.example/1", "seller", "A coat")
FRONT, BACK = ListingPicture("aa", 900, 800, b"f"), ListingPicture("bb", 0, 0, b"")


def told(event: AnyEvent, by: str = "desk-1") -> Happened:
    return Happened(AT, event, by)


def events(happened: list[Happened]) -> list[AnyEvent]:
    return [h.event for h in happened]


def penalised(*cases: str) -> Listing:
    return listing.fold("L1", [told(COAT), *(told(PenaltyImposed("L1", case)) for case in cases)])


@pytest.mark.rule("F2")
def test_a_listing_is_what_was_told_of_it_last() -> None:
    fed = listing.fold("L1", [told(COAT), told(ListingPicturesFed("L1", (FRONT, BACK)))])
    assert (fed.link, fed.canonical, fed.seller, fed.title, fed.pictures) == (COAT.link, COAT.canonical, "seller", "A coat", (FRONT, BACK))
    assert listing.fold("L1", []) == Listing(id="L1")


@pytest.mark.rule("F2")
def test_the_same_told_again_is_no_event_and_any_change_is() -> None:
    fed = listing.fold("L1", [told(COAT)])
    assert listing.feed(Listing(id="L1"), AT, "market", COAT) == [Happened(AT, COAT, "market")]
    assert listing.feed(fed, AT, "market", COAT) == []
    for change in (
        ListingFed("L1", "https://SHOP.example/1", COAT.canonical, "seller", "A coat"),
        ListingFed("L1", COAT.link, COAT.canonical, "another", "A coat"),
        ListingFed("L1", COAT.link, COAT.canonical, "seller", "A hat"),
    ):
        assert events(listing.feed(fed, AT, "market", change)) == [change]


@pytest.mark.rule("F2", "G2")
def test_a_later_word_without_a_change_stands_against_an_older_one_that_comes_after_it() -> None:
    def word(title: str, hour: int) -> ListingFed:
        return ListingFed("L1", COAT.link, COAT.canonical, "seller", title, instant(f"2026-03-02 {hour:02}:00"))

    coat = listing.fold("L1", [told(word("A coat", 5))])
    assert listing.feed(coat, AT, "market", word("A coat", 5)) == listing.feed(coat, AT, "market", COAT) == []
    again = listing.feed(coat, AT, "market", word("A coat", 7))
    assert events(again) == [word("A coat", 7)]
    assert listing.feed(listing.evolve(coat, again[0]), AT, "market", word("A hat", 6)) == []
    assert events(listing.feed(coat, AT, "market", word("A hat", 6))) == [word("A hat", 6)]


@pytest.mark.rule("F2")
def test_a_set_of_pictures_replaces_the_former_and_the_same_set_is_no_event() -> None:
    fed = listing.fold("L1", [told(COAT), told(ListingPicturesFed("L1", (FRONT,)))])
    assert listing.feed_pictures(fed, AT, "market", (FRONT,)) == []
    for pictures in ((FRONT, BACK), (BACK,), ()):
        assert events(listing.feed_pictures(fed, AT, "market", pictures)) == [ListingPicturesFed("L1", pictures)]


@pytest.mark.rule("C4")
def test_the_first_penalty_takes_the_listing_down_and_a_second_does_not_again() -> None:
    accusing = [told(of_case.Penalized("L1"))]
    assert events(listing.companions(penalised(), "one", accusing)) == [PenaltyImposed("L1", "one"), ListingTakenDown("L1")]
    assert events(listing.companions(penalised("one"), "two", accusing)) == [PenaltyImposed("L1", "two")]
    assert events(listing.companions(penalised("one"), "one", accusing)) == []
    assert penalised("one").down
    assert not penalised().down


@pytest.mark.rule("C4")
@pytest.mark.parametrize("ending", [of_case.Lifted("appeal"), of_case.Withdrawn(), of_case.Voided("finding")])
def test_the_goods_are_restored_when_the_last_penalty_is_revoked(ending: AnyEvent) -> None:
    assert events(listing.companions(penalised("one", "two"), "one", [told(ending)])) == [PenaltyRevoked("L1", "one")]
    assert events(listing.companions(penalised("two"), "two", [told(ending)])) == [
        PenaltyRevoked("L1", "two"),
        ListingRestored("L1"),
    ]
    assert events(listing.companions(penalised("one"), "two", [told(ending)])) == []


@pytest.mark.rule("C4", "T1")
def test_what_follows_keeps_the_instant_and_the_author_of_what_it_follows_on() -> None:
    later = Happened(instant("2026-03-05 16:00"), of_case.Penalized("L1"), "clock")
    assert {(h.at, h.by) for h in listing.companions(penalised(), "one", [later])} == {(later.at, "clock")}


@pytest.mark.rule("C4")
def test_a_penalty_that_comes_and_goes_in_one_act_leaves_the_listing_as_it_was() -> None:
    story = [told(of_case.Penalized("L1")), told(of_case.Voided("finding")), told(of_case.Finalized("no_appeal"))]
    companions = listing.companions(penalised(), "one", story)
    assert [type(event) for event in events(companions)] == [PenaltyImposed, ListingTakenDown, PenaltyRevoked, ListingRestored]
    assert listing.fold("L1", [told(COAT), *companions]) == listing.fold("L1", [told(COAT)])


def test_an_event_of_another_stream_has_no_place_in_a_listing() -> None:
    with pytest.raises(TypeError, match="SellerWarned"):
        listing.fold("L1", [told(SellerWarned("seller", "L1", "link"))])


@pytest.mark.rule("F2", "G2")
def test_a_picture_recorded_before_frames_and_pieces_were_tells_of_the_whole() -> None:
    old = msgspec.json.decode(b'{"digest":"aa","width":900,"height":800,"fingerprint":"Zg=="}', type=ListingPicture)
    unread = msgspec.json.decode(b'{"digest":"bb","width":0,"height":0,"fingerprint":""}', type=ListingPicture)
    assert (old, old.looked_at, unread.looked_at) == (FRONT, "all", "none")
    assert msgspec.json.encode(old) == b'{"digest":"aa","width":900,"height":800,"fingerprint":"Zg=="}'
    assert Listing(id="L1", pictures=(old, unread)).shown == ("aa", "bb")
