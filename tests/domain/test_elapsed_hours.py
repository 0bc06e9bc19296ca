"""Windows of hours: so many times 3,600 elapsed seconds after the instant itself, whatever calendars and clocks on walls say (rule E1)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.cached_law import CachedLaw
from domain.rulebook import RulebookInvalid, parse_rulebook
from domain.working_days import Calendar, Count, Deadline, Duration, ProofLine, deadline, proof
from tests.domain.tale import SHANGHAI, Tale, instant, law

NOWHERE = Calendar("CN", {})
PARIS = ZoneInfo("Europe/Paris")


def hours(number: int) -> Duration:
    return Duration(number, Count.HOURS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("start", "number", "closes"),
    [
        ("2026-02-13T10:00:00.5+08:00", 48, "2026-02-15T02:00:00.500000+00:00"),  # the fraction kept, whatever day it is
        ("2026-12-31T23:59:59.999999Z", 1, "2027-01-01T00:59:59.999999+00:00"),  # nobody published 2027, and nobody asks
        ("2026-03-29T00:30:00+01:00", 24, "2026-03-29T23:30:00+00:00"),  # the clock goes forward in Paris: half past one there
        ("2026-01-01T00:00:00Z", 87_840, "2036-01-09T00:00:00+00:00"),
    ],
)
def test_hours_elapse_from_the_instant_itself(start: str, number: int, closes: str) -> None:
    assert deadline(at(start), hours(number), NOWHERE, PARIS) == Deadline(at(closes), NOWHERE.ref, provisional=False)
    local = at(start).astimezone(PARIS)  # arithmetic on the clock of a wall would be an hour out
    assert deadline(local, hours(number), NOWHERE, PARIS).closes_at == at(closes)


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("start", "duration", "why"),
    [
        ("2026-02-13T10:00:00", hours(48), "offset"),
        ("2026-02-13T10:00:00Z", hours(87_841), "at most 87840 hours"),
        ("9999-12-31T10:00:00Z", hours(48), "9999"),
        ("2026-02-13T10:00:00Z", Duration(48, Count.HOURS, "next_working_day"), "does not roll"),
    ],
)
def test_a_window_of_hours_that_cannot_be_is_refused(start: str, duration: Duration, why: str) -> None:
    for ask in (deadline, proof):
        with pytest.raises(ValueError, match=why):
            ask(at(start), duration, NOWHERE, SHANGHAI)


@pytest.mark.rule("E1", "C4")
def test_the_proof_names_every_date_with_its_hours() -> None:
    lines = proof(at("2026-02-13T10:00:00.5+08:00"), hours(48), NOWHERE, SHANGHAI)
    assert lines == (
        ProofLine(at("2026-02-13").date(), "event", "13:59:59.5 hours elapse, 13 of 48", True),
        ProofLine(at("2026-02-14").date(), "event", "24:00 hours elapse, 37 of 48", True),
        ProofLine(at("2026-02-15").date(), "event", "10:00:00.5 hours elapse, 48 of 48", True),
    )
    forward = proof(at("2026-03-28T00:00:00+01:00"), hours(47), NOWHERE, PARIS)  # a date of 23 hours, and an end at its 24:00
    assert [line.why for line in forward] == ["24:00 hours elapse, 24 of 47", "23:00 hours elapse, 47 of 47"]
    left_out = proof(at("2011-12-29T12:00:00-10:00"), hours(24), NOWHERE, ZoneInfo("Pacific/Apia"))
    assert [str(line.date) for line in left_out] == ["2011-12-29", "2011-12-31"]  # Samoa had no 30 December


@pytest.mark.rule("E1", "T6")
def test_a_law_that_remembers_counts_hours_anew_each_time() -> None:
    plain, remembering = law(), CachedLaw((), [], {"Asia/Shanghai": SHANGHAI})
    rules = plain.in_force(instant("2026-03-02 09:00"))
    for start in (instant("2026-03-02 09:00"), instant("2026-03-02 10:30")):
        closes = remembering.deadline(start, hours(5), rules, start)
        assert closes.closes_at == plain.deadline(start, hours(5), rules, start).closes_at
        assert remembering.term(start, hours(5), rules, start).closes == closes


@pytest.mark.rule("E1", "H4", "D4")
def test_a_case_can_be_counted_in_hours_and_a_reminder_lies_after_the_opening() -> None:
    windows = [{"days": 5, "count": "hours", "from": "notice"}, {"days": 30, "count": "hours", "from": "previous_decision"}]
    decide = [{"days": 6, "from_days": 2, "count": "hours", "not_before": True}]
    tale = Tale(law(appeal={"windows": windows, "decide_within": decide}, complaint={"take_up_within": {"days": 48, "count": "hours"}}))
    assert tale.case.accept_by.closes_at == instant("2026-03-04 09:00")
    tale.accept()
    first = tale.case.window
    assert first is not None
    assert (first.closes.closes_at, first.remind_at) == (instant("2026-03-02 14:00"), None)
    tale.appeal()
    assert (tale.case.rounds[0].decide_by.closes_at, tale.case.rounds[0].not_before) == (
        instant("2026-03-02 15:00"),
        instant("2026-03-02 11:00"),
    )
    second = tale.wait("2026-03-02 11:00").decide("rejected").case.window
    assert second is not None
    assert (second.closes.closes_at, second.remind_at) == (instant("2026-03-03 17:00"), instant("2026-03-03 16:00"))


@pytest.mark.rule("E1", "G5")
@pytest.mark.parametrize(
    ("window", "path", "why"),
    [
        ({"days": 87_841, "count": "hours"}, "appeal.windows[0].days", "87840 hours"),
        ({"days": 48, "count": "hours", "roll": "next_working_day"}, "appeal.windows[0].roll", "hours do not roll"),
    ],
)
def test_a_rulebook_whose_hours_contradict_is_refused_with_the_key(window: dict[str, object], path: str, why: str) -> None:
    with pytest.raises(RulebookInvalid, match=why) as refused:
        parse_rulebook({"appeal": {"windows": [window]}})
    assert refused.value.path == path
    assert parse_rulebook({"appeal": {"windows": [{"days": 87_840, "count": "hours"}]}}).appeal.window(1).days == 87_840
