"""Which links a case can be made of, and with what a case begins (rules C1, T5, T6)."""

from __future__ import annotations

import pytest

from domain.case.acts.lodging import LinkFacts, Lodging, begin, link_refusal, lodge, lodging_of
from domain.case.events import ComplaintLodged, WindowClosed
from domain.case.state import Case, Status
from domain.events import CLOCK, Happened, Sealed
from tests.domain.tale import instant, law

AT = instant("2026-03-02 09:00")


@pytest.mark.rule("C1")
def test_of_all_that_bars_a_link_the_first_in_the_contracts_order_is_told() -> None:
    sound = {"well_formed": True, "known": True, "repeated": False, "own": False, "authorised": False, "open_case": False, "ended": ()}
    facts = LinkFacts(well_formed=False, known=False, repeated=True, own=True, authorised=True, open_case=True, ended=(Status.FINAL,))
    told = []
    for name, value in sound.items():  # mended one after the other, in this order
        told.append(link_refusal(facts))
        facts = facts._replace(**{name: value})  # type: ignore[arg-type]
    assert told[:4] == ["malformed_link", "unknown_listing", "duplicate_link", "own_listing"]
    assert told[4:] == ["authorised_seller", "case_open", "already_decided"]
    assert facts == LinkFacts()
    assert link_refusal(facts) is None


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("ended", "allowed"),
    [
        *[((status,), status not in (Status.LIFTED, Status.FINAL)) for status in Status],
        ((Status.DECLINED, Status.WITHDRAWN), False),
        ((Status.WITHDRAWN, Status.WITHDRAWN), False),
        ((Status.DECLINED, Status.VOIDED), True),
        ((Status.VOIDED, Status.VOIDED, Status.VOIDED), True),
        ((Status.VOIDED, Status.FINAL), False),
    ],
)
def test_a_third_time_and_after_what_was_decided_no_case_is_made_of_a_link(ended: tuple[Status, ...], allowed: bool) -> None:
    assert link_refusal(LinkFacts(ended=ended)) == (None if allowed else "already_decided")


@pytest.mark.rule("C1", "T5", "T6", "F2")
def test_a_case_begins_with_all_that_was_complained_of_and_the_time_to_take_it_up() -> None:
    lodging = Lodging("owner", "seller", "filing", "listing", "https://shop.example/1", Sealed("s"), "request", "sighting")
    rules = law(complaint={"take_up_within": {"days": 2}})
    (lodged,) = lodge(lodging, AT, rules)
    event = lodged.event
    assert isinstance(event, ComplaintLodged)
    assert event.accept_by.closes_at == instant("2026-03-04 16:00")  # Tuesday, and Wednesday until 24:00 in Shanghai
    assert lodged == Happened(
        AT, ComplaintLodged(*lodging[:6], event.accept_by, *lodging[6:]), "owner", rules.in_force(AT).ref, event.accept_by.calendar
    )
    assert lodging_of(event) == lodging
    assert begin("case", lodged) == Case(
        id="case",
        complainant="owner",
        respondent="seller",
        filing_id="filing",
        listing_id="listing",
        link="https://shop.example/1",
        statement=Sealed("s"),
        lodged_at=AT,
        accept_by=event.accept_by,
        complaint_rules=rules.in_force(AT).ref,
        sighting_id="sighting",
    )
    strangers = {"WindowClosed": Happened(AT, WindowClosed(1), CLOCK, lodged.rules), "ComplaintLodged": lodged._replace(rules=None)}
    for name, stranger in strangers.items():
        with pytest.raises(TypeError, match=rf"^a case does not begin with {name}$"):
            begin("case", stranger)
    with pytest.raises(TypeError, match=r"^a case does not begin with WindowClosed$"):
        lodging_of(WindowClosed(1))
