"""How a telling under another law reads what the history does not say (rule G3)."""

from __future__ import annotations

import pytest

from domain.case import events as of
from domain.case.counterfactual import AffectedAct, Counterfactual, counterfactual
from domain.counterfactual_law import CounterfactualLaw
from domain.events import Sealed
from domain.law import PublishedYear
from domain.rulebook import DEFAULT, Rulebook, parse_rulebook
from domain.working_days import CalendarYear
from tests.domain.chronicle import Chronicle
from tests.domain.tale import SHANGHAI, SINCE_EVER, YEAR_2026, instant, law

HORIZON = instant("2026-07-01 00:00")
PUBLISHED = [PublishedYear(SINCE_EVER, YEAR_2026)]
ZONES = {"Asia/Shanghai": SHANGHAI}


def rulebook(**sections: object) -> Rulebook:
    return parse_rulebook({"name": "other", "version": "1", "effective_from": "2026-01-01T00:00:00Z", **sections})


def under(**sections: object) -> CounterfactualLaw:
    return CounterfactualLaw(rulebook(**sections), (), PUBLISHED, ZONES)


def told(case: Chronicle, **sections: object) -> Counterfactual:
    return counterfactual(case.facts, under(**sections), HORIZON, case.known_fall())


def accepted(rules: object = None) -> Chronicle:
    return Chronicle(rules=rules).at("2026-03-02 09:00").do("accept")  # type: ignore[arg-type]


# -- what the desk left undone ---------------------------------------------------------------------------------------------


@pytest.mark.rule("G3")
def test_the_silence_of_the_desk_is_a_fact_while_the_appeal_was_before_it() -> None:
    # Appealed on Tue 3 March: own time to decide ends on 10 March; rejected on Fri 20 March. Released after two days: 5 March 16:00 UTC.
    case = accepted().at("2026-03-03 09:00").do("appeal").at("2026-03-20 09:00").do("decide", "rejected")
    released = told(case, appeal={"on_lapse": "release", "decide_within": [{"days": 2}]})
    assert (released.ending, released.case.ended_at, released.case.lifted_because) == ("lifted", instant("2026-03-05 16:00"), "lapse")
    assert released.unreached == (AffectedAct("decision", instant("2026-03-20 09:00"), "appeal_not_open"),)


@pytest.mark.rule("G3")
def test_beyond_its_end_in_fact_nobody_knows_whether_the_desk_would_have_decided() -> None:
    # Released in fact on 5 March 16:00 UTC; with five days it would have been before the desk until 10 March.
    case = accepted(law(appeal={"on_lapse": "release", "decide_within": [{"days": 2}]})).at("2026-03-03 09:00").do("appeal")
    case.settle("2026-03-06 00:00")
    assert case.tale.case.status == "lifted"
    longer = told(case, appeal={"on_lapse": "release"})
    assert (longer.ending, longer.undetermined_since) == ("undetermined", instant("2026-03-05 16:00"))
    assert told(case).ending == "undetermined"
    # A shorter time is over while the appeal was before it.
    assert told(case, appeal={"on_lapse": "release", "decide_within": [{"days": 1}]}).ending == "lifted"


@pytest.mark.rule("G3", "D4")
def test_a_decision_that_would_have_been_refused_leaves_the_appeal_open_and_undetermined() -> None:
    case = accepted().at("2026-03-03 09:00").do("appeal").at("2026-03-04 09:00").do("decide", "upheld", "desk-1")
    fresh = told(case, appeal={"fresh_reviewer": "all"})  # desk-1 had accepted
    assert (fresh.ending, fresh.undetermined_since) == ("undetermined", instant("2026-03-04 09:00"))
    assert fresh.refused == (AffectedAct("decision", instant("2026-03-04 09:00"), "same_reviewer"),)
    early = told(case, appeal={"decide_within": [{"from_days": 3, "days": 5, "not_before": True}]})
    assert early.refused[0].code == "too_early"
    # Nobody may decide before 24:00 of the third working day, Fri 6 March.
    assert early.undetermined_since == instant("2026-03-06 16:00")


@pytest.mark.rule("G3", "D5")
def test_a_decision_that_was_refused_as_an_attempt_is_heard_with_its_outcome() -> None:
    case = accepted(law(appeal={"on_lapse": "release", "decide_within": [{"days": 1}]})).at("2026-03-03 09:00").do("appeal")
    case.at("2026-03-05 09:00").attempt("decision", "desk-2", round=1, outcome="rejected")
    heard = told(case)
    assert (heard.ending, heard.case.final_because) == ("final", "no_appeal")
    assert heard.heard == (AffectedAct("decision", instant("2026-03-05 09:00")),)
    unknown = accepted().at("2026-03-05 09:00").attempt("decision", "desk-2", round=1, outcome="rejected")
    assert told(unknown).heard == ()
    vague = accepted().at("2026-03-03 09:00").do("appeal").at("2026-03-05 09:00").attempt("decision", "desk-2")
    assert told(vague).heard == ()


REVIEW = {"request_within": {"days": 10, "count": "calendar"}}
RELEASES = law(appeal={"on_lapse": "release", "decide_within": [{"days": 1}]})
LAPSED, LATE = "2026-03-04 16:00", "2026-03-05 09:00"
"""The instant at which an appeal of Tuesday is released, and one after it."""


def lodged(days: int) -> Chronicle:
    return Chronicle(rules=law(complaint={"on_lapse": "decline", "take_up_within": {"days": days}}))


# What had happened, the rules that hear the attempt, who tried it, when, with which facts, and what it writes.
HEARD = {
    "refusal": (lambda: lodged(1), {}, "desk-2", LATE, {}, of.Declined((), "desk")),
    "acceptance": (lambda: lodged(1), {}, "desk-2", LATE, {}, of.Accepted((), "desk", "")),
    "appeal": (lambda: accepted(law(appeal={"windows": [{"days": 1}]})), {}, "seller", LATE, {}, of.RoundOpened),
    **{
        f"decision, {outcome}": (
            lambda: accepted(RELEASES).at("2026-03-03 09:00").do("appeal"),
            *({}, "desk-2", LATE, {"round": 1, "outcome": outcome}),
            of.RoundDecided(1, outcome, "desk", "desk-2", ()),  # type: ignore[arg-type]
        )
        for outcome in ("upheld", "rejected", "not_accepted")
    },
    "lift": (lambda: accepted(RELEASES).at("2026-03-03 09:00").do("appeal"), {}, "desk-2", LAPSED, {}, of.Lifted("desk", ())),
    "withdrawal": (lambda: accepted(RELEASES).at("2026-03-03 09:00").do("appeal"), {}, "owner", LAPSED, {}, of.Withdrawn(None)),
    "review": (
        lambda: lodged(2),
        {"complaint": {"on_lapse": "decline", "take_up_within": {"days": 2}}, "review": REVIEW},
        *("owner", LATE, {}),
        of.ReviewRequested("attempts-3", "complainant", "decline", Sealed("")),
    ),
}


@pytest.mark.rule("G3", "D5")
@pytest.mark.parametrize("tried", HEARD)
def test_an_attempt_that_is_heard_is_done_by_whom_and_when_it_was_tried(tried: str) -> None:
    happens, rules, by, when, facts, writes = HEARD[tried]
    command = tried.partition(",")[0]
    case = happens().at(when).attempt(command, by, **facts)
    heard = told(case, **rules)
    assert heard.heard == (AffectedAct(command, instant(when)),)
    done = next(one for one in heard.events if one.at == instant(when))
    assert done.by == by
    if isinstance(done.event, of.RoundOpened):
        assert (done.event.appeal_id, heard.case.rounds[0].appeal_id) == (case.facts[-1].id, case.facts[-1].id)
    else:
        assert done.event == writes


@pytest.mark.rule("G3", "C3")
def test_a_complaint_that_lapsed_in_fact_and_waits_for_the_desk_here_is_undetermined() -> None:
    case = Chronicle(rules=law(complaint={"on_lapse": "decline"})).settle("2026-03-05 16:00")
    assert case.tale.case.status == "declined"
    assert told(case).undetermined_since == instant("2026-03-05 16:00")
    # Shorter: it would have lapsed while it was before the desk.
    shorter = told(case, complaint={"on_lapse": "decline", "take_up_within": {"days": 1}})
    assert (shorter.ending, shorter.case.ended_at) == ("declined", instant("2026-03-03 16:00"))


@pytest.mark.rule("G3", "C3", "D5")
def test_taking_up_a_complaint_too_late_in_fact_is_an_attempt_and_heard() -> None:
    case = Chronicle(rules=law(complaint={"on_lapse": "decline"})).at("2026-03-05 16:00").attempt("acceptance", "desk-1")
    heard = told(case)
    # Whether the respondent would have appealed against a notice that was never served is not known.
    assert (heard.ending, heard.undetermined_since) == ("undetermined", instant("2026-03-05 16:00"))
    assert heard.heard == (AffectedAct("acceptance", instant("2026-03-05 16:00")),)
    assert heard.case.notice_id == ""
    # Nor whether it would have by a horizon at which the window is still open.
    soon = counterfactual(case.facts, under(), instant("2026-03-06 00:00"))
    assert (soon.ending, soon.undetermined_since) == ("undetermined", instant("2026-03-05 16:00"))
    refused = Chronicle(rules=law(complaint={"on_lapse": "decline"})).at("2026-03-05 16:00").attempt("refusal", "desk-1")
    assert (told(refused).ending, told(refused).heard) == ("declined", (AffectedAct("refusal", instant("2026-03-05 16:00")),))


@pytest.mark.rule("G3", "H2", "D5")
def test_a_lift_that_was_refused_is_heard_and_an_attempt_of_another_kind_is_not_carried_out() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("decline").at("2026-03-03 09:00").attempt("lift", "desk-1")
    assert told(case).heard == ()
    lapsed = accepted(law(appeal={"on_lapse": "release", "decide_within": [{"days": 1}]})).at("2026-03-03 09:00").do("appeal")
    lapsed.at("2026-03-04 16:00").attempt("lift", "desk-1").at("2026-03-04 17:00").attempt("reopening", "desk-1")
    assert (told(lapsed).ending, told(lapsed).heard) == ("lifted", (AffectedAct("lift", instant("2026-03-04 16:00")),))


# -- what the parties left undone ------------------------------------------------------------------------------------------


@pytest.mark.rule("G3", "C6")
def test_a_withdrawal_that_would_have_been_refused_leaves_the_window_which_lapses_by_itself() -> None:
    case = accepted().at("2026-03-03 09:00").do("appeal").at("2026-03-04 09:00").do("decide", "rejected")
    case.at("2026-03-05 09:00").do("withdraw")
    final = told(case, withdrawal={"until": "first_appeal_decided"})
    assert (final.ending, final.case.final_because) == ("final", "no_appeal")
    assert final.refused == (AffectedAct("withdrawal", instant("2026-03-05 09:00"), "not_withdrawable"),)


@pytest.mark.rule("G3")
def test_an_appeal_after_the_replayed_ending_is_unreached_and_so_is_what_rested_on_it() -> None:
    case = accepted().at("2026-03-05 09:00").do("appeal").at("2026-03-06 09:00").do("special")
    case.at("2026-03-09 09:00").do("decide", "upheld")
    final = told(case, appeal={"windows": [{"days": 1}]})
    assert final.ending == "final"
    assert [(act.command, act.code) for act in final.unreached] == [
        ("appeal", "window_closed"),
        ("special", "appeal_not_open"),
        ("decision", "appeal_not_open"),
    ]


@pytest.mark.rule("G3", "C4")
def test_an_appeal_against_a_notice_that_was_not_served_yet_has_nothing_to_stand_on() -> None:
    # Accepted by lapse in fact; here the complaint waits for the desk, which nobody asked any more: undetermined before the appeal.
    rules = law(complaint={"on_lapse": "accept"})
    case = Chronicle(rules=rules).settle("2026-03-05 16:00").at("2026-03-06 09:00").do("appeal")
    assert told(case).undetermined_since == instant("2026-03-05 16:00")
    # With a longer time that lapses into an acceptance as well: the complaint was before the desk no longer than in fact.
    longer = told(case, complaint={"on_lapse": "accept", "take_up_within": {"days": 5}})
    assert longer.undetermined_since == instant("2026-03-05 16:00")
    # Appealed in the very instant of the lapse.
    same = Chronicle(rules=rules).settle("2026-03-05 16:00").at("2026-03-05 16:00").do("appeal")
    assert [(act.command, act.code) for act in told(same).refused] == [("appeal", "no_notice")]


@pytest.mark.rule("G3", "D1")
def test_a_decision_is_about_the_appeal_it_was_about_whatever_round_that_is_here() -> None:
    # An attempt while the first appeal was open is heard here, for that appeal was rejected by lapse before: it opens round 2.
    case = accepted().at("2026-03-03 09:00").do("appeal").at("2026-03-09 09:00").attempt("appeal")
    case.at("2026-03-10 09:00").do("decide", "upheld")
    heard = told(case, appeal={"on_lapse": "reject", "decide_within": [{"days": 2}]})
    assert heard.heard == (AffectedAct("appeal", instant("2026-03-09 09:00")),)
    assert heard.ending == "undetermined"  # the decision was on the other appeal


# -- lapses ----------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("T7", "G3")
def test_a_lapse_that_opens_a_window_takes_effect_when_it_was_recorded_in_fact() -> None:
    rules = {"complaint": {"on_lapse": "accept"}}
    late = Chronicle(rules=law(**rules)).settle("2026-03-07 08:00")
    assert told(late, **rules).case.accepted_at == instant("2026-03-07 08:00")
    # A shorter one is older than what was recorded: the instant of the record stands, for no window runs before it was known.
    shorter = {"complaint": {"on_lapse": "accept", "take_up_within": {"days": 2}}}
    assert told(late, **shorter).case.accepted_at == instant("2026-03-07 08:00")
    # Taken up in time in fact: the lapse has no recorded instant, and takes effect at its deadline, Wed 4 March.
    desk = Chronicle(rules=law(**rules)).at("2026-03-05 09:00").do("accept")
    assert told(desk, **shorter).case.accepted_at == instant("2026-03-04 16:00")
    assert told(desk, **shorter).unreached == ()
    assert told(desk, **shorter).refused == (AffectedAct("acceptance", instant("2026-03-05 09:00"), "already_decided"),)


@pytest.mark.rule("T7", "T8", "G3")
def test_a_lapse_that_nobody_has_written_down_yet_takes_effect_at_the_horizon() -> None:
    rules = {"complaint": {"on_lapse": "accept"}}
    waiting = Chronicle(rules=law(**rules))
    horizon = instant("2026-03-09 12:00")
    same = counterfactual(waiting.facts, under(**rules), horizon, own=law(**rules))
    assert (same.ending, same.case.accepted_at) == ("penalized", horizon)
    prompt = counterfactual(Chronicle().facts, under(**rules), horizon, own=law())
    assert prompt.case.accepted_at == instant("2026-03-05 16:00")


@pytest.mark.rule("T7", "G3", "B7")
def test_a_case_falls_before_a_lapse_is_written_down() -> None:
    rules = {"complaint": {"on_lapse": "accept"}}
    case = Chronicle(rules=law(**rules)).fell("2026-03-06 09:00").settle("2026-03-07 08:00")
    same = counterfactual(case.facts, under(**rules), HORIZON, case.fall, law(**rules))
    assert (same.ending, same.case.accepted_at) == ("voided", None)
    # Where nothing was lapsing in fact, the lapse would have been written down at its deadline.
    escalated = Chronicle().fell("2026-03-06 09:00").settle("2026-03-07 08:00")
    lapsed = counterfactual(escalated.facts, under(**rules), HORIZON, escalated.fall, law())
    assert (lapsed.ending, lapsed.undetermined_since, lapsed.case.accepted_at) == ("voided", None, instant("2026-03-05 16:00"))


@pytest.mark.rule("T7", "G3", "B7")
def test_a_case_falls_before_the_rejection_of_its_appeal_by_lapse_is_written_down() -> None:
    rules = {"appeal": {"on_lapse": "reject", "decide_within": [{"days": 2}]}}
    case = accepted(law(**rules)).at("2026-03-03 09:00").do("appeal").fell("2026-03-05 17:00").settle("2026-03-07 08:00")
    same = counterfactual(case.facts, under(**rules), HORIZON, case.fall, law(**rules))
    assert (same.ending, same.case.rounds[0].outcome) == ("voided", None)


# -- what crosses cases ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("G3", "B7")
def test_an_appeal_that_would_have_been_heard_before_the_finding_leaves_the_fall_undetermined() -> None:
    case = accepted().settle("2026-03-05 16:00").at("2026-03-06 09:00").attempt("appeal").fell("2026-03-20 09:00")
    assert told(case, appeal={"windows": [{"days": 10}]}).ending == "undetermined"


@pytest.mark.rule("G3", "B7")
def test_an_act_of_the_instant_of_the_finding_comes_before_it_where_the_log_has_it_so() -> None:
    case = accepted().at("2026-03-03 09:00").do("withdraw")
    case.fell("2026-03-03 09:00")
    assert told(case).ending == "withdrawn"


@pytest.mark.rule("G3", "B7")
def test_a_reopening_needs_a_case_that_is_final_here_too() -> None:
    case = accepted().settle("2026-03-05 16:00").at("2026-03-06 09:00").do("reopen")
    assert told(case).ending == "voided"
    open_still = told(case, appeal={"windows": [{"days": 10}]})
    assert open_still.refused == (AffectedAct("reopening", instant("2026-03-06 09:00"), "not_reopenable"),)
    assert open_still.ending == "final"


@pytest.mark.rule("G3", "H3")
def test_claims_are_kept_under_the_hours_that_were_in_force_and_fail_silently() -> None:
    case = Chronicle().at("2026-03-02 08:30").do("claim", "desk-1").at("2026-03-02 08:40").do("release", "desk-1")
    case.at("2026-03-02 09:00").do("accept").at("2026-03-05 10:00").do("claim", "desk-1")
    closed = told(case, appeal={"windows": [{"days": 1}]})
    assert (closed.ending, closed.unreached, closed.refused) == ("final", (), ())


# -- the law ---------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("G3", "T5")
def test_only_the_replayed_sections_give_way() -> None:
    mixed = under(appeal={"rounds": 5}, desk={"claim_hours": 1}, reminder={"enabled": False}).in_force(HORIZON)
    assert (mixed.appeal.rounds, mixed.name) == (5, "other")
    assert (mixed.desk, mixed.reminder) == (DEFAULT.desk, DEFAULT.reminder)


@pytest.mark.rule("G3", "E2")
def test_the_calendar_is_the_one_published_then_else_the_latest_else_the_librarys() -> None:
    first = CalendarYear("CN", 2026)
    spare = CalendarYear("US", 2026, (instant("2026-03-03 00:00").date(),))
    early, late = instant("2026-03-01 00:00"), instant("2026-05-01 00:00")
    china = CounterfactualLaw(rulebook(), (), [PublishedYear(early, first), PublishedYear(late, YEAR_2026)], ZONES)
    assert (
        china.calendar("CN", instant("2026-04-01 00:00")).digest
        == CounterfactualLaw(rulebook(), (), [PublishedYear(early, first)], ZONES).latest_calendar("CN").digest
    )
    assert china.calendar("CN", instant("2026-02-01 00:00")).digest == china.latest_calendar("CN").digest
    assert china.used == {("CN", "as published then"), ("CN", "published later")}
    america = CounterfactualLaw(rulebook(calendar="US"), (), [], ZONES, [spare])
    assert not america.calendar("US", early).is_working(instant("2026-03-03 00:00").date())
    assert america.calendar("DE", early).is_working(instant("2026-03-03 00:00").date())
    assert america.used == {("US", "from the library, never published"), ("DE", "from the library, never published")}


@pytest.mark.rule("G3", "E2")
def test_each_case_says_which_calendars_it_used_though_its_deadlines_are_remembered_of_another() -> None:
    law, start = under(), instant("2026-05-06 01:00")
    deadlines = []
    for _ in range(2):
        law.used.clear()
        deadlines.append(law.deadline(start, law.other.appeal.windows[0], law.other, start))
        assert law.used == {("CN", "as published then")}
    assert deadlines[0] is deadlines[1]
