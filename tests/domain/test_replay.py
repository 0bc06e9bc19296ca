"""Replay under a case's own rules: what is recorded comes out again, and whatever was changed is found (rule G2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.cached_law import CachedLaw
from domain.case import events as happened
from domain.case.comparison import first_divergence
from domain.case.consequences.ending import Voiding
from domain.case.counterfactual import counterfactual
from domain.case.folding import fold
from domain.case.replay import Fall, earliest_due, verify
from domain.case.settling import NEVER
from domain.law import Law, PublishedYear
from domain.recorded import Recorded
from domain.refusal import Refusal
from domain.rulebook import parse_rulebook
from domain.working_days import CalendarYear, Count, Duration
from tests.domain.chronicle import Chronicle, fall_as_recorded
from tests.domain.tale import SHANGHAI, SINCE_EVER, YEAR_2026, instant, law

LATE = instant("2026-12-31 00:00")
REVIEW = {"request_within": {"days": 3, "count": "months"}, "decide_within": {"days": 30, "count": "hours"}}
RULES = {
    "built-in": law(),
    "silence declines and releases": law(
        complaint={"on_lapse": "decline"}, appeal={"on_lapse": "release"}, withdrawal={"until": "first_appeal_decided"}
    ),
    "silence accepts and rejects, rounds lapse": law(
        complaint={"on_lapse": "accept"},
        penalty={"when": "final"},
        appeal={"rounds": 3, "on_lapse": "reject", "lapse_ends": "round", "fresh_reviewer": "none"},
    ),
    "a person looks at what was declined and released": law(
        complaint={"on_lapse": "decline"}, appeal={"on_lapse": "release", "fresh_reviewer": "none"}, review={"request_within": {"days": 9}}
    ),
    "a person looks at what was accepted and rejected": law(
        complaint={"on_lapse": "accept"}, appeal={"on_lapse": "reject"}, review=REVIEW, penalty={"when": "final"}
    ),
    "windows from the notice": law(
        appeal={
            "windows": [{"days": 2, "count": "calendar", "roll": "next_working_day"}, {"days": 4, "count": "calendar", "from": "notice"}],
            "decide_within": [{"from_days": 2, "days": 6, "not_before": True}],
            "fresh_reviewer": "all",
        },
        reminder={"enabled": False},
    ),
}


def wrong(case: Chronicle, recorded: list[Recorded] | None = None) -> list[str]:
    """Names of the recorded events that differ, with what the rules give instead."""
    verified = verify(case.own if recorded is None else recorded, case.tale.law, LATE, case.known_fall())
    return [
        f"{type(one.event).__name__ if one else None} -> {type(other.event).__name__ if other else None}"
        for one, other in verified.differences
    ]


def appealed() -> Chronicle:
    return Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-04 09:00").do("appeal")


@pytest.mark.rule("G2")
@pytest.mark.parametrize("rules", RULES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_done_under_whatever_rules_comes_out_again(rules: str, data: st.DataObject) -> None:
    case = Chronicle(rules=RULES[rules])
    now = case.tale.now
    for _ in range(data.draw(st.integers(0, 12))):
        now += timedelta(seconds=data.draw(st.integers(0, 4 * 86_400)))
        case.at(now)
        command = data.draw(st.sampled_from(COMMANDS))
        try:
            match command:
                case "worker":
                    case.settle(now)
                case "fell" if case.fall is None and not case.tale.case.ended:
                    case.fell(now.isoformat()[:19].replace("T", " "))
                case "decide":
                    outcome = data.draw(st.sampled_from(("upheld", "rejected", "not_accepted")))
                    case.do("decide", outcome, data.draw(st.sampled_from(("desk-1", "desk-2"))))
                case "ask":
                    case.do("ask", data.draw(st.sampled_from(("owner", "seller"))))
                case "look":
                    case.do("look", data.draw(st.sampled_from(("upheld", "rejected"))), data.draw(st.sampled_from(("desk-1", "desk-2"))))
                case "claim" | "release":
                    case.do(command, data.draw(st.sampled_from(("desk-1", "desk-2"))))
                case "fell":
                    pass
                case _:
                    case.do(command)
        except Refusal:
            case.attempt(command)
    assert verify(case.own, RULES[rules], LATE, case.fall).differences == ()
    pending = verify(case.own, RULES[rules], now, case.fall).pending
    told = counterfactual(case.facts, RULES[rules], now, case.fall, RULES[rules])
    assert first_divergence([*case.own, *pending], told.events) is None
    assert told.undetermined_since is None
    assert (told.unreached, told.refused, told.heard) == ((), (), ())
    assert told.case == fold("case", [*case.own, *pending])


COMMANDS = (
    *("accept", "decline", "appeal", "decide", "special", "withdraw", "lift", "reopen", "claim", "release", "note", "worker", "fell"),
    *("ask", "ask", "look", "look"),
)


@pytest.mark.rule("G2")
def test_what_is_due_and_not_written_is_pending_and_no_difference() -> None:
    verified = verify(appealed().own[:5], law(), LATE)
    assert verified.differences == ()
    assert [type(one.event).__name__ for one in verified.pending] == ["ReminderSent", "WindowClosed", "Finalized"]
    assert verify(appealed().own[:5], law(), instant("2026-03-03 00:00")).pending == ()


@pytest.mark.rule("G2")
def test_a_lapse_that_accepts_is_pending_with_a_notice_that_has_no_id_yet() -> None:
    rules = law(complaint={"on_lapse": "accept"})
    pending = verify(Chronicle(rules=rules).own, rules, instant("2026-03-06 00:00")).pending
    assert [type(one.event).__name__ for one in pending] == ["Accepted", "NoticeServed", "WindowOpened", "Penalized"]


@pytest.mark.rule("G2", "D6")
def test_what_falls_due_at_the_very_act_is_derived_with_it() -> None:
    windows = [{"days": 3, "from": "notice"}, {"days": 3, "from": "notice"}]
    case = Chronicle(rules=law(appeal={"windows": windows})).at("2026-03-02 09:00").do("accept").at("2026-03-04 09:00").do("appeal")
    case.at("2026-03-20 09:00").do("decide", "rejected")
    assert [type(one.event).__name__ for one in case.own[-4:]] == ["RoundDecided", "WindowOpened", "WindowClosed", "Finalized"]
    assert wrong(case) == []


@pytest.mark.rule("G2")
def test_a_changed_consequence_is_told_once_and_believed_from_there_on() -> None:
    case = appealed()
    opened = case.own[3]
    event = opened.event
    assert isinstance(event, happened.WindowOpened)
    later = replace(opened, event=replace(event, closes=replace(event.closes, closes_at=event.closes.closes_at + timedelta(days=1))))
    assert wrong(case, [*case.own[:3], later, *case.own[4:]]) == ["WindowOpened -> WindowOpened"]


@pytest.mark.rule("G2")
def test_a_missing_an_invented_and_a_swapped_event_are_found() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00")
    names = [type(one.event).__name__ for one in case.own]
    assert names == [
        "ComplaintLodged", "Accepted", "NoticeServed", "WindowOpened", "Penalized", "ReminderSent", "WindowClosed", "Finalized",
    ]  # fmt: skip
    assert wrong(case, case.own[:7]) == ["None -> Finalized"]
    assert wrong(case, case.own[:5] + case.own[6:]) == [
        "WindowClosed -> ReminderSent",
        "Finalized -> WindowClosed",
        "None -> Finalized",
    ]
    assert wrong(case, [*case.own, replace(case.own[5], command="another")]) == ["ReminderSent -> None"]
    assert wrong(case, [*case.own[:5], case.own[6], case.own[5], case.own[7]])[0] == "WindowClosed -> ReminderSent"


@pytest.mark.rule("G2")
def test_every_act_comes_out_again() -> None:
    case = Chronicle().at("2026-03-02 08:30").do("claim", "desk-1").at("2026-03-02 08:40").do("release", "desk-1")
    case.at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("appeal").at("2026-03-04 09:00").do("special")
    case.at("2026-03-20 09:00").do("decide", "not_accepted").at("2026-03-23 09:00").do("withdraw")
    assert wrong(case) == []
    assert wrong(Chronicle().at("2026-03-02 09:00").do("decline")) == []
    assert wrong(Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("lift")) == []


@pytest.mark.rule("G2", "H3", "H7")
def test_a_claim_that_an_admin_released_and_a_note_come_out_again_and_nobody_elses() -> None:
    case = Chronicle().at("2026-03-02 08:30").do("claim", "desk-2").at("2026-03-02 08:40").do("release_anybodys").do("note", "desk-3")
    released, noted = case.own[-2:]
    assert wrong(case) == []
    others = replace(released, event=happened.ClaimReleased("desk-1"))
    assert wrong(case, [*case.own[:-2], others, noted]) == ["ClaimReleased -> ClaimReleased"]
    assert wrong(case, [*case.own[:-1], replace(noted, at=released.at - timedelta(seconds=1))]) == ["NoteAdded -> NoteAdded"]
    own = Chronicle().at("2026-03-02 08:30").do("claim", "desk-2").at("2026-03-02 08:40").do("release", "desk-2")
    assert wrong(own) == []
    assert wrong(own, [*own.own[:-1], replace(own.own[-1], by="desk-1")]) == []  # as an admin
    others = replace(own.own[-1], by="desk-1", event=happened.ClaimReleased("desk-1"))
    assert wrong(own, [*own.own[:-1], others]) == ["ClaimReleased -> None"]


@pytest.mark.rule("G2", "C3", "D4")
def test_what_a_lapse_brought_about_is_no_act_however_incomplete_it_was_written() -> None:
    accepts = law(complaint={"on_lapse": "accept"})
    case = Chronicle(rules=accepts).settle("2026-03-05 16:00")
    assert wrong(case, case.own[:-1]) == ["None -> Penalized"]
    declines = law(complaint={"on_lapse": "decline"})
    case = Chronicle(rules=declines).settle("2026-03-05 16:00")
    assert wrong(case, [*case.own, replace(case.own[-1], originator_version=3)]) == ["Declined -> None"]
    releases = law(appeal={"on_lapse": "release"})
    case = Chronicle(rules=releases).at("2026-03-02 09:00").do("accept").at("2026-03-04 09:00").do("appeal").settle("2026-04-01 00:00")
    assert [type(one.event).__name__ for one in case.own[-2:]] == ["RoundDecided", "Lifted"]
    assert wrong(case, case.own[:-1]) == ["None -> Lifted"]
    assert wrong(case, [*case.own[:-2], case.own[-1]]) == ["Lifted -> RoundDecided", "None -> Lifted"]


@pytest.mark.rule("G2", "T1")
def test_an_act_takes_effect_when_it_is_recorded_and_by_whom_it_was_done() -> None:
    case = appealed()
    appeal = case.own[-1]
    earlier = replace(appeal, at=appeal.at - timedelta(hours=1))
    assert wrong(case, [*case.own[:-1], earlier]) == ["RoundOpened -> RoundOpened"]
    assert wrong(case, [*case.own[:-1], replace(appeal, by="somebody")]) == ["RoundOpened -> RoundOpened"]


@pytest.mark.rule("G2", "T2")
def test_recorded_instants_never_decrease_within_a_stream() -> None:
    case = appealed()
    back = case.own[-1].recorded_at - timedelta(days=30)
    told = wrong(case, [*case.own[:-1], replace(case.own[-1], at=back, recorded_at=back)])
    assert "RoundOpened -> None" in told


@pytest.mark.rule("G2", "H3")
def test_a_claim_that_the_first_releases_prolonged_comes_out_as_it_was_written() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("claim", "desk-2").at("2026-03-02 10:00")
    assert case.do("claim", "desk-2").own[1:] == case.own[-1:]  # nothing is written today
    first, now = case.own[-1], case.tale.now
    later = happened.Claimed("desk-2", first.event.until + timedelta(hours=1))  # type: ignore[attr-defined]
    again = replace(first, originator_version=3, id="case-3", command="another", at=now, recorded_at=now, event=later)
    assert wrong(case, [*case.own, again]) == []
    assert wrong(case, [*case.own, replace(again, event=first.event)]) == ["Claimed -> Claimed"]


@pytest.mark.rule("G2")
def test_an_act_that_the_rules_refuse_is_a_difference() -> None:
    case = appealed()
    again = replace(case.own[-1], command="another", originator_version=99)
    assert wrong(case, [*case.own, again]) == ["RoundOpened -> None"]


@pytest.mark.rule("G2")
def test_a_stream_that_cannot_be_folded_is_a_difference_where_that_shows() -> None:
    case = appealed()
    assert wrong(case, case.own[1:]) == ["Accepted -> None"]
    stranger = replace(case.own[-1], rules=None, event=happened.RoundDecided(7, "upheld", "lapse"), command="another")
    decided = [*case.own[:1], stranger]
    assert wrong(case, decided) == ["RoundDecided -> None", "RoundDecided -> None"]
    unknown = replace(case.own[0], rules=replace(case.own[0].rules, digest="0" * 64))  # type: ignore[type-var]
    assert wrong(case, [unknown, *case.own[1:]])[0] == "ComplaintLodged -> ComplaintLodged"
    with pytest.raises(ValueError, match="at least one event"):
        verify([], law(), LATE)


@pytest.mark.rule("G2", "B7")
def test_a_case_that_should_have_fallen_and_did_not_is_found_and_one_that_fell_for_nothing() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept")
    fell = Fall(Voiding(instant("2026-03-03 09:00"), "finding"), 5)
    case.at("2026-03-04 09:00").do("appeal")
    verified = verify(case.own, law(), LATE, fell)
    assert [type(derived.event).__name__ for _, derived in verified.differences if derived] == ["Voided"]
    voided = Chronicle().at("2026-03-02 09:00").do("accept").fell("2026-03-03 09:00").settle("2026-03-03 10:00")
    assert wrong(voided) == []
    assert [type(one.event).__name__ for one, _ in verify(voided.own, law(), LATE).differences if one] == ["Voided"]
    assert fall_as_recorded(voided.own) == voided.fall
    assert fall_as_recorded(case.own) is None


@pytest.mark.rule("G2", "B7")
def test_a_reopening_is_no_fall_from_outside() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00").at("2026-03-06 09:00").do("reopen")
    assert case.known_fall() is None
    assert wrong(case) == []


@pytest.mark.rule("G2", "E2", "T6")
def test_where_a_calendar_was_published_at_the_very_instant_the_recorded_digest_tells_which_was_in_force() -> None:
    def published(*days_off: str) -> CalendarYear:
        return CalendarYear("CN", 2026, tuple(instant(f"{day} 00:00").date() for day in days_off), ())

    now = instant("2026-03-02 08:00")
    before = Law((), [PublishedYear(SINCE_EVER, YEAR_2026)], {"Asia/Shanghai": SHANGHAI})
    both = [PublishedYear(SINCE_EVER, YEAR_2026), PublishedYear(now, published("2026-03-03"))]
    case = Chronicle(rules=before)
    for after in (Law((), both, {"Asia/Shanghai": SHANGHAI}), CachedLaw((), both, {"Asia/Shanghai": SHANGHAI})):
        assert verify(case.own, after, now).differences == ()
        later = Chronicle("2026-03-02 08:01", rules=before)
        assert verify(later.own, after, now).differences != ()


@pytest.mark.rule("T4")
def test_nothing_is_due_before_the_earliest_deadline_that_a_case_holds() -> None:
    lodged = Chronicle().tale.case
    assert earliest_due(lodged) == lodged.accept_by.closes_at
    assert earliest_due(lodged, Voiding(instant("2026-03-02 09:00"), "finding")) == instant("2026-03-02 09:00")
    window = Chronicle().at("2026-03-02 09:00").do("accept").tale.case
    assert earliest_due(window) == instant("2026-03-04 16:00")  # the reminder, a working day before 5 March 16:00
    reminded = Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-04 17:00").tale.case
    assert earliest_due(reminded) == instant("2026-03-05 16:00")
    current = appealed().tale.case
    assert earliest_due(current) == current.rounds[0].decide_by.closes_at
    assert earliest_due(appealed().at("2026-03-04 10:00").do("withdraw").tale.case) == NEVER


@pytest.mark.rule("E1", "T6")
def test_a_law_that_remembers_gives_the_same_deadlines_and_forgets_when_it_holds_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.cached_law.MOST", 3)
    plain, remembering = law(), CachedLaw((), [PublishedYear(SINCE_EVER, YEAR_2026)], {"Asia/Shanghai": SHANGHAI})
    rules = parse_rulebook({"name": "x", "version": "1", "effective_from": "2026-01-01T00:00:00Z"})
    window = rules.appeal.window(1)
    for hours in (*range(0, 300, 7), *range(0, 300, 7)):
        at = instant("2026-03-02 09:00") + timedelta(hours=hours)
        deadline = plain.deadline(at, window, rules, at)
        assert remembering.deadline(at, window, rules, at) == deadline
        assert remembering.term(at, window, rules, at) == plain.term(at, window, rules, at)


@pytest.mark.rule("G2", "D6")
def test_what_was_due_at_once_and_not_written_by_the_command_is_named() -> None:
    rules = law(appeal={"windows": [{"days": 2}, {"days": 2, "from": "notice"}]})
    case = Chronicle(rules=rules).at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("appeal")
    case.at("2026-03-09 09:00").do("decide", "rejected")  # the second window is over before it begins
    assert [type(one.event).__name__ for one in case.own[-2:]] == ["WindowClosed", "Finalized"]
    assert wrong(case) == []
    assert wrong(case, case.own[:-2]) == ["None -> WindowClosed", "None -> Finalized"]


@pytest.mark.rule("G2", "T2")
@pytest.mark.parametrize("place", [2, 3, 4])
def test_what_one_command_wrote_was_saved_at_one_instant(place: int) -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept")
    later = [replace(one, recorded_at=one.recorded_at + timedelta(hours=1)) if at >= place else one for at, one in enumerate(case.own)]
    name = type(case.own[place].event).__name__
    assert wrong(case, later) == [f"{name} -> None"]
    apart = [replace(one, command="another") if at == place else one for at, one in enumerate(case.own)]
    assert wrong(case, apart)


@pytest.mark.rule("G2", "T2")
def test_two_commands_of_different_instants_are_not_one() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("withdraw")
    as_one = [replace(one, command=case.own[-2].command) if one is case.own[-1] else one for one in case.own]
    assert wrong(case, as_one) == ["Withdrawn -> None"]


@pytest.mark.rule("E1", "T6")
def test_a_law_that_remembers_tells_zones_and_calendars_apart() -> None:
    zones = {"Asia/Shanghai": SHANGHAI, "Europe/Paris": ZoneInfo("Europe/Paris")}
    years = [PublishedYear(SINCE_EVER, YEAR_2026), PublishedYear(SINCE_EVER, CalendarYear("FR", 2026, (date(2026, 3, 4),)))]
    plain, remembering = Law((), years, zones), CachedLaw((), years, zones)
    rulebooks = [
        parse_rulebook(
            {"name": "x", "version": str(number), "effective_from": "2026-01-01T00:00:00Z", "calendar": country, "time_zone": zone}
        )
        for number, (country, zone) in enumerate(
            (("CN", "Asia/Shanghai"), ("FR", "Europe/Paris"), ("FR", "Asia/Shanghai"), ("CN", "Europe/Paris"))
        )
    ]
    terms = set()
    for rules in rulebooks:
        at, window = instant("2026-03-02 17:30"), rules.appeal.window(1)
        assert remembering.term(at, window, rules, at) == plain.term(at, window, rules, at)
        terms.add(remembering.deadline(at, window, rules, at))
    assert len(terms) == 4


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("Europe/Paris", "2026-03-29T01:00Z"),  # the clock goes forward
        ("Asia/Kolkata", "2026-03-02T18:30Z"),  # its days begin at half past
        ("America/St_Johns", "2006-10-29T02:31Z"),  # a minute after midnight it was once more eleven, of the day before
        ("Australia/Lord_Howe", "2026-04-04T15:00Z"),  # the clock goes back by half an hour
    ],
)
def test_a_law_that_remembers_knows_the_local_day_of_every_minute(zone: str, around: str) -> None:
    zones = {zone: ZoneInfo(zone)}
    plain, remembering = Law((), (), zones), CachedLaw((), (), zones)
    rules = parse_rulebook({"name": "x", "version": "1", "effective_from": "2026-01-01T00:00:00Z", "time_zone": zone})
    window, middle = Duration(3, Count.CALENDAR), datetime.fromisoformat(around)
    for minutes in (*range(-130, 130, 5), *range(-6, 6), *range(-130, 130, 5)):
        at = middle + timedelta(minutes=minutes)
        assert remembering.deadline(at, window, rules, at) == plain.deadline(at, window, rules, at)


@pytest.mark.rule("G2")
def test_what_cannot_be_gone_on_from_after_a_difference_is_one_too() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept")
    (opened,) = (one for one in case.own if isinstance(one.event, happened.WindowOpened))
    nowhere = replace(opened.event.closes, closes_at=opened.event.closes.closes_at.replace(tzinfo=None))
    broken = [replace(one, event=replace(one.event, closes=nowhere, remind_at=None)) if one is opened else one for one in case.own]
    verified = verify(broken, law(), LATE)
    assert (verified.case, verified.pending) == (None, ())
    assert [one.recorded.event for one in verified.differences if one.recorded][-1] == broken[-1].event
