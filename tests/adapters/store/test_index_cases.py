"""Cases, appeals and what falls due, in the index of both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.store.log import EventLog
from application import index
from application.acting import Conflict
from application.index import AppealRow, CaseRow, DueRow
from tests.adapters.store.acts import NOON, append

LATER = NOON + timedelta(days=1)


def put(case: str, standing: str = "open", due: datetime | None = LATER, notice: str | None = None, **other: str) -> index.PutCase:
    filing, listing = other.get("filing", "f1"), other.get("listing", case)
    complainant, respondent = other.get("complainant", "owner"), other.get("respondent", "seller")
    return index.PutCase(case, filing, listing, complainant, respondent, standing, due, notice)  # type: ignore[arg-type]


def row(case: str, standing: str = "open", due: datetime | None = LATER, notice: str | None = None) -> CaseRow:
    return CaseRow(case, "f1", case, "owner", "seller", standing, due, None, None, notice)  # type: ignore[arg-type]


def test_a_case_is_found_by_id_and_by_notice(store: EventLog) -> None:
    append(store, entries=[put("c1"), put("c2", notice="n2")])
    assert store.ask(index.CaseById("c1")) == row("c1")
    assert store.ask(index.CaseByNotice("n2")) == row("c2", notice="n2")
    assert store.ask(index.CaseById("c3")) is None
    assert store.ask(index.CaseByNotice("n3")) is None


def test_a_case_moves_on(store: EventLog) -> None:
    append(store, entries=[put("c1")])
    append(store, entries=[put("c1", due=NOON, notice="n1")])
    assert store.ask(index.CaseById("c1")) == row("c1", due=NOON, notice="n1")


def test_nothing_is_due_in_a_case_that_ended(store: EventLog) -> None:
    append(store, entries=[put("c1"), put("c1", "final", LATER)])
    assert store.ask(index.CaseById("c1")) == row("c1", "final", None)
    assert store.ask(index.CasesDue(LATER, 10)) == ()


@pytest.mark.rule("C1")
def test_one_open_case_a_filing_and_listing(store: EventLog) -> None:
    append(store, entries=[put("c1", listing="l")])
    with pytest.raises(Conflict):
        append(store, entries=[put("c2", listing="l")])
    append(store, entries=[put("c1", "declined", listing="l"), put("c2", listing="l")])
    found = store.ask(index.CasesOfPair("f1", "l"))
    assert [(case.case_id, case.standing) for case in found] == [("c1", "declined"), ("c2", "open")]


def test_a_notice_belongs_to_one_case(store: EventLog) -> None:
    append(store, entries=[put("c1", notice="n1")])
    with pytest.raises(Conflict):
        append(store, entries=[put("c2", notice="n1")])


def test_cases_by_filing_and_by_member(store: EventLog) -> None:
    append(
        store,
        entries=[
            put("c1"),
            put("c2", "final"),
            put("c3", filing="f2", complainant="other"),
            put("c4", filing="f3", complainant="third", respondent="owner"),
        ],
    )
    assert [c.case_id for c in store.ask(index.OpenCasesOfFiling("f1"))] == ["c1"]
    assert [c.case_id for c in store.ask(index.CasesOfMember("owner"))] == ["c1", "c2"]
    assert [c.case_id for c in store.ask(index.OpenCasesWithMember("owner"))] == ["c1", "c4"]
    assert [c.case_id for c in store.ask(index.OpenCasesWithMember("seller"))] == ["c1", "c3"]
    assert store.ask(index.CasesWithMember("owner")) == ("c1", "c2", "c4")
    assert store.ask(index.CasesWithMember("seller")) == ("c1", "c2", "c3")


@pytest.mark.rule("T4")
def test_what_is_due_comes_in_the_order_of_its_deadlines(store: EventLog) -> None:
    append(
        store,
        entries=[put("c1", due=LATER), put("c3", due=NOON), put("c2", due=NOON), put("c4", due=LATER + timedelta(seconds=1)), put("c5")],
    )
    assert [c.case_id for c in store.ask(index.CasesDue(LATER, 10))] == ["c2", "c3", "c1", "c5"]
    assert [c.case_id for c in store.ask(index.CasesDue(LATER, 1))] == ["c2"]
    assert store.ask(index.CasesDue(NOON - timedelta(microseconds=1), 10)) == ()


def test_instants_are_kept_to_the_microsecond(store: EventLog) -> None:
    exact = datetime(2026, 3, 2, 12, 0, 0, 123457, tzinfo=UTC)
    append(
        store,
        entries=[put("c1", due=exact), put("c2", due=datetime(9999, 12, 31, tzinfo=UTC)), put("c3", due=datetime.min.replace(tzinfo=UTC))],
    )
    assert store.ask(index.CaseById("c1")) == row("c1", due=exact)
    assert store.ask(index.CaseById("c2")) == row("c2", due=datetime(9999, 12, 31, tzinfo=UTC))
    assert store.ask(index.NextDue()) == datetime.min.replace(tzinfo=UTC)


def test_what_is_next_due_of_cases_and_others(store: EventLog) -> None:
    assert store.ask(index.NextDue()) is None
    append(store, entries=[put("c1", due=LATER)])
    assert store.ask(index.NextDue()) == LATER
    append(store, entries=[index.PutDue("voucher_request", "v1", NOON)])
    assert store.ask(index.NextDue()) == NOON
    append(store, entries=[index.PutDue("voucher_request", "v1", None), put("c1", "final")])
    assert store.ask(index.NextDue()) is None


def test_other_things_fall_due_too(store: EventLog) -> None:
    append(store, entries=[index.PutDue("cascade", "m1", LATER), index.PutDue("voucher_request", "v1", NOON)])
    append(store, entries=[index.PutDue("cascade", "m1", NOON)])
    assert store.ask(index.OthersDue(LATER, 10)) == (DueRow("cascade", "m1", NOON), DueRow("voucher_request", "v1", NOON))
    assert store.ask(index.OthersDue(LATER, 1)) == (DueRow("cascade", "m1", NOON),)


@pytest.mark.rule("B7")
def test_a_finding_fells_the_open_cases_of_the_complainant(store: EventLog) -> None:
    append(
        store,
        entries=[
            put("early", due=NOON - timedelta(days=1)),
            put("late", due=LATER),
            put("timeless", due=None),
            put("ended", "final"),
            put("others", complainant="other"),
        ],
    )
    append(store, entries=[index.VoidCases(NOON, "finding", complainant="owner")])
    cases = {case: store.ask(index.CaseById(case)) for case in ("early", "late", "timeless", "ended", "others")}
    fallen = {name: (case.due_at, case.void_at, case.void_because) for name, case in cases.items() if case is not None}
    assert fallen == {
        "early": (NOON - timedelta(days=1), NOON, "finding"),
        "late": (NOON, NOON, "finding"),
        "timeless": (NOON, NOON, "finding"),
        "ended": (None, None, None),
        "others": (LATER, None, None),
    }


@pytest.mark.rule("H1")
def test_a_lost_dispute_fells_the_cases_of_one_filing_and_the_first_reason_stays(store: EventLog) -> None:
    append(store, entries=[put("c1"), put("c2", filing="f2")])
    append(store, entries=[index.VoidCases(NOON, "dispute", filing_id="f1")])
    append(store, entries=[index.VoidCases(LATER, "finding", complainant="owner")])
    found = [store.ask(index.CaseById(case)) for case in ("c1", "c2")]
    assert [(case.void_at, case.void_because) for case in found if case] == [(NOON, "dispute"), (LATER, "finding")]
    append(store, entries=[put("c1", "voided")])
    voided = store.ask(index.CaseById("c1"))
    assert voided is not None
    assert (voided.standing, voided.due_at, voided.void_at) == ("voided", None, NOON)


@pytest.mark.rule("D1")
def test_one_appeal_a_round(store: EventLog) -> None:
    append(store, entries=[index.PutAppeal("a1", "c1", 1, "seller"), index.PutAppeal("a2", "c1", 2, "seller")])
    assert store.ask(index.AppealById("a2")) == AppealRow("a2", "c1", 2, "seller")
    assert store.ask(index.AppealOfRound("c1", 1)) == AppealRow("a1", "c1", 1, "seller")
    assert store.ask(index.AppealOfRound("c1", 3)) is None
    with pytest.raises(Conflict):
        append(store, entries=[index.PutAppeal("a3", "c1", 2, "seller")])


@pytest.mark.rule("T5", "E2")
def test_publications_in_their_order_and_each_once(store: EventLog) -> None:
    rulebook = index.PutPublication("rulebook", "r1", "built/1", NOON)
    append(
        store,
        entries=[rulebook, index.PutPublication("calendar", "k1", "CN/2026/x"), index.PutPublication("rulebook", "r2", "built/2", LATER)],
    )
    assert store.ask(index.Publications()) == (("rulebook", "r1"), ("calendar", "k1"), ("rulebook", "r2"))
    assert store.ask(index.PublicationCount()) == 3
    for taken in (index.PutPublication("rulebook", "r3", "built/1", None), index.PutPublication("rulebook", "r3", "built/3", NOON)):
        with pytest.raises(Conflict):
            append(store, entries=[taken])
    assert store.ask(index.PublicationCount()) == 3
