"""A sighting from when it is made until it is complained of, authorised or gone (rule F2)."""

from __future__ import annotations

import pytest

from domain import sighting
from domain.events import Happened, Seen
from domain.events.listing import SellerWarned, SightingAuthorised, SightingComplained, SightingGone, SightingMade
from domain.sighting import Sighting, SightingStatus
from tests.domain.tale import instant

AT = instant("2026-03-02 09:00")
SEEN = Seen("aa", "copy", 0.9, (0, 0, 1, 1), (0, 0, 1, 1), False, 0.0, 1.0, 1.0, True, "fake/1")


def made(authorised: bool = False) -> Happened:
    return Happened(AT, SightingMade("filing", "owner", "L1", "https://shop.example/1", "seller", SEEN, authorised), "clock")


def after(*happened: Happened) -> Sighting:
    state = sighting.fold("sighting", happened)
    assert state is not None
    return state


NEW = after(made())
AUTHORISED = after(made(authorised=True))
COMPLAINED = after(made(), Happened(AT, SightingComplained("case"), "owner"))
GONE = after(made(), Happened(AT, SightingGone(), "clock"))


@pytest.mark.rule("F2")
def test_a_sighting_tells_what_was_seen_where_and_when() -> None:
    assert (NEW.filing_id, NEW.owner, NEW.listing_id, NEW.seller, NEW.seen, NEW.seen_at) == ("filing", "owner", "L1", "seller", SEEN, AT)
    assert NEW.status is SightingStatus.NEW
    assert AUTHORISED.status is SightingStatus.AUTHORISED
    assert sighting.fold("sighting", []) is None


@pytest.mark.rule("F1", "F2")
def test_leave_given_later_quiets_only_what_waits_for_an_answer() -> None:
    assert sighting.authorise(NEW, AT, "clock") == [Happened(AT, SightingAuthorised(), "clock")]
    assert after(made(), *sighting.authorise(NEW, AT, "clock")).status is SightingStatus.AUTHORISED
    assert all(sighting.authorise(state, AT, "clock") == [] for state in (AUTHORISED, COMPLAINED, GONE))


@pytest.mark.rule("F2")
def test_complaining_is_the_owners_act_and_names_the_case() -> None:
    assert sighting.complain(NEW, AT, "case") == [Happened(AT, SightingComplained("case"), "owner")]
    assert (COMPLAINED.status, COMPLAINED.complaint_id) == (SightingStatus.COMPLAINED, "case")


@pytest.mark.rule("F2")
def test_what_was_complained_of_stays_so_when_the_picture_goes() -> None:
    assert [sighting.go(state, AT, "clock") != [] for state in (NEW, AUTHORISED, COMPLAINED, GONE)] == [True, True, False, False]
    assert GONE.status is SightingStatus.GONE


def test_a_stream_of_something_else_is_no_sighting() -> None:
    stranger = Happened(AT, SellerWarned("seller", "L1", "link"), "clock")
    with pytest.raises(TypeError, match="does not begin"):
        sighting.fold("sighting", [stranger])
    with pytest.raises(TypeError, match="no place"):
        sighting.fold("sighting", [made(), stranger])
