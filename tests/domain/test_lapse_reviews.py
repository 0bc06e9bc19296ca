"""A person on request: where nobody decided and the rulebook did, the party it went against can ask for a person (rule H8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from domain.case.comparison import compare, penalty_days
from domain.case.counterfactual import AffectedAct, Counterfactual, counterfactual
from domain.case.events import Accepted, ReviewDecided, ReviewRequested, RoundReversed
from domain.case.lapse_reviews import ReviewStatus, open_reviews, review_of, status_of, stood_again
from domain.case.replay import verify
from domain.counterfactual_law import CounterfactualLaw
from domain.law import Law
from domain.misuse import misdeeds
from domain.refusal import Refusal
from tests.domain.chronicle import Chronicle
from tests.domain.tale import Tale, instant, law
from tests.domain.test_causes import published, rulebook, why

HORIZON = instant("2026-07-01 00:00")
REVIEW = {"request_within": {"days": 10, "count": "calendar"}, "decide_within": {"days": 2}}
SILENCE = {"owner": law(complaint={"on_lapse": "decline"}, appeal={"on_lapse": "release"}, review=REVIEW)}
SILENCE["seller"] = law(complaint={"on_lapse": "accept"}, appeal={"on_lapse": "reject"}, review=REVIEW)


# Lodged on Mon 2 March 09:00 UTC: the complaint lapses at 24:00 in Shanghai of Thu 5 March. Accepted at once and appealed on Tue 3
# March, the appeal lapses at 24:00 of Tue 10 March; the review of either can be asked for during ten calendar days.
def declined() -> Tale:
    return Tale(SILENCE["owner"]).wait("2026-03-06 09:00")


def accepted() -> Tale:
    return Tale(SILENCE["seller"]).wait("2026-03-06 09:00")


def released() -> Tale:
    return Tale(SILENCE["owner"]).accept().wait("2026-03-03 09:00").appeal().wait("2026-03-11 09:00")


def rejected() -> Tale:
    return Tale(SILENCE["seller"]).accept().wait("2026-03-03 09:00").appeal().wait("2026-03-11 09:00")


LAPSED = {"decline": (declined, "owner"), "accept": (accepted, "seller"), "release": (released, "owner"), "reject": (rejected, "seller")}


def code(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def new(tale: Tale, before: int) -> list[str]:
    return tale.names()[before:]


@pytest.mark.rule("H8")
@pytest.mark.parametrize("lapse", LAPSED)
def test_the_party_it_went_against_asks_once_in_time_and_nothing_moves_until_a_person_decides(lapse: str) -> None:
    lapsed, party = LAPSED[lapse]
    tale = lapsed()
    offered = tale.case.reviews[0]
    assert (offered.lapse, status_of(tale.case, offered)) == (lapse, None)
    assert offered.closes_at == instant("2026-03-16 16:00" if lapse in ("decline", "accept") else "2026-03-21 16:00")
    other = "seller" if party == "owner" else "owner"
    assert code(lambda: tale.ask(other)) == "not_reviewable"
    last = offered.closes.closes_at - timedelta(microseconds=1)
    late = lapsed().wait(offered.closes.closes_at)
    assert code(lambda: late.ask(party)) == "not_reviewable"
    before = tale.wait(last).case
    case = tale.ask(party).case
    assert (case.status, case.window, case.rounds, case.ended_at) == (before.status, before.window, before.rounds, before.ended_at)
    (asked,) = open_reviews(case)
    assert (offered.due_at, asked.asked_at) == (None, last)
    assert asked.due_at is not None and asked.due_at > last
    assert code(lambda: tale.ask(party)) == "review_open"
    told = len(tale.told)
    tale.look("rejected")
    assert new(tale, told) == ["ReviewDecided"]
    assert (tale.case.status, tale.case.rounds) == (before.status, before.rounds)
    assert status_of(tale.case, tale.case.reviews[0]) is ReviewStatus.REJECTED
    assert code(lambda: tale.ask(party)) == "not_reviewable"
    assert code(lambda: tale.look("upheld", "desk-2")) == "already_decided"


@pytest.mark.rule("H8", "C4", "D2")
@pytest.mark.parametrize(
    ("lapse", "follows", "state"),
    [
        ("decline", ["ReviewDecided", "Accepted", "NoticeServed", "WindowOpened", "Penalized"], ("penalized", None, 2)),
        ("accept", ["ReviewDecided", "Lifted"], ("lifted", "desk", 0)),
        ("release", ["ReviewDecided", "RoundReversed", "Penalized", "WindowOpened"], ("penalized", None, 1)),
        ("reject", ["ReviewDecided", "RoundReversed", "Lifted"], ("lifted", "appeal", 0)),
    ],
)
def test_what_follows_where_a_person_finds_otherwise(lapse: str, follows: list[str], state: tuple[object, ...]) -> None:
    lapsed, party = LAPSED[lapse]
    tale = lapsed().ask(party)
    told = len(tale.told)
    case = tale.look("upheld", "desk-2").case
    assert new(tale, told) == follows
    assert (case.status, case.lifted_because, case.appeals_left) == state
    assert case.reviews[0].reviewer == "desk-2"
    if lapse == "decline":
        assert (case.accepted_at, case.accepted_by, case.ended_at) == (tale.now, "desk-2", None)
    if lapse in ("release", "reject"):
        assert (case.rounds[0].outcome, case.rounds[0].reviewer) == ("rejected" if lapse == "release" else "upheld", "desk-2")


@pytest.mark.rule("H8", "D2", "D3")
def test_a_release_that_does_not_stand_opens_the_next_window_or_ends_the_case_and_days_without_penalty_are_none() -> None:
    tale = released().ask("owner").look("upheld", "desk-2")
    window = tale.case.window
    assert window is not None
    assert stood_again(tale.case) == 1
    assert (window.round, window.closes.closes_at) == (2, instant("2026-03-16 16:00"))  # Thu 12, Fri 13, Mon 16 March
    # Penalised from 2 March 09:00 to 10 March 16:00, and again from 11 March 09:00.
    assert penalty_days(tale.case, instant("2026-03-12 09:00")) == pytest.approx(8 + 7 / 24 + 1)
    tale.appeal().wait("2026-04-01 09:00")
    assert (tale.case.status, tale.case.lifted_because) == ("lifted", "lapse")
    tale.wait("2026-03-20 10:00").ask("owner").look("upheld", "desk-3")
    assert (tale.case.status, tale.case.final_because, tale.case.penalty_stands) == ("final", "appeals_exhausted", True)
    final = law(complaint={"on_lapse": "decline"}, appeal={"on_lapse": "release", "rounds": 1}, review=REVIEW, penalty={"when": "final"})
    never = Tale(final).accept().appeal().wait("2026-03-11 09:00").ask("owner").look("upheld", "desk-2")
    assert never.names()[-4:] == ["ReviewDecided", "RoundReversed", "Finalized", "Penalized"]
    assert never.case.penalized_before == timedelta()


@pytest.mark.rule("H8", "T5")
def test_only_a_lapse_is_reviewable_and_by_the_rules_that_were_pinned_to_it() -> None:
    off = Tale(law(complaint={"on_lapse": "decline"})).wait("2026-03-06 09:00")
    for nobodys in (Tale(SILENCE["owner"]).decline(), Tale(SILENCE["seller"]).accept(), off):
        assert not nobodys.case.reviews
        assert [code(partial(nobodys.ask, by)) for by in ("owner", "seller")] == ["not_reviewable"] * 2
    short = rulebook(complaint={"on_lapse": "accept"}, review={"request_within": {"days": 1, "count": "hours"}})
    later = rulebook(
        version="2",
        effective_from="2026-03-03T00:00:00Z",
        appeal={"on_lapse": "reject"},
        review={"request_within": {"days": 2, "count": "hours"}},
    )
    _, _, calendars, zones = published(short)
    tale = Tale(Law([short, later], calendars, zones)).wait("2026-03-06 09:00").appeal().wait("2026-03-20 09:00")
    assert [(one.lapse, one.closes.closes_at) for one in tale.case.reviews] == [
        ("accept", instant("2026-03-06 10:00")),
        ("reject", instant("2026-03-20 11:00")),
    ]
    assert tale.ask("seller").case.reviews[1].decide_by is None


@pytest.mark.rule("H8")
@pytest.mark.parametrize(
    ("lapse", "ends"),
    [
        ("accept", lambda t: t.withdraw()),
        ("accept", lambda t: t.void()),
        ("accept", lambda t: t.lift()),
        ("reject", lambda t: t.withdraw()),
        ("reject", lambda t: t.lift()),
    ],
)
def test_nothing_is_left_to_review_of_a_case_that_was_withdrawn_fell_or_was_lifted_by_the_desk(
    lapse: str, ends: Callable[[Tale], Tale]
) -> None:
    lapsed, party = LAPSED[lapse]
    assert code(lambda: ends(lapsed()).ask(party)) == "not_reviewable"
    tale = ends(lapsed().ask(party))
    assert status_of(tale.case, tale.case.reviews[0]) is ReviewStatus.MOOT
    assert code(lambda: tale.look("upheld")) == "already_decided"
    assert code(lambda: tale.ask(party)) == "not_reviewable"


@pytest.mark.rule("H8")
def test_the_latest_lapse_is_looked_at_first_and_the_earlier_one_then() -> None:
    patient = law(
        complaint={"on_lapse": "accept"}, appeal={"on_lapse": "reject"}, review={"request_within": {"days": 6, "count": "months"}}
    )
    tale = Tale(patient).wait("2026-03-06 09:00").appeal().wait("2026-03-20 09:00").appeal().wait("2026-04-20 09:00")
    assert (tale.case.status, [one.lapse for one in tale.case.reviews]) == ("final", ["accept", "reject", "reject"])
    tale.ask().look("rejected", "desk-2").ask().look("upheld", "desk-3")
    assert (tale.case.status, tale.case.lifted_because, [one.outcome for one in tale.case.rounds]) == (
        "lifted",
        "appeal",
        ["upheld", "rejected"],
    )
    ended, told = tale.case.ended_at, len(tale.told)
    tale.wait("2026-04-21 09:00").ask().look("upheld", "desk-4")  # that it was accepted at all
    assert (new(tale, told), tale.case.lifted_because, tale.case.ended_at) == (
        ["ReviewRequested", "ReviewDecided", "Lifted"],
        "desk",
        ended,
    )


@pytest.mark.rule("H8")
def test_an_appeal_open_since_is_moot_and_a_case_that_is_lifted_already_stays_so() -> None:
    tale = rejected().appeal().ask().look("upheld", "desk-2")
    assert (tale.case.status, tale.case.open_round, tale.case.lifted_because) == ("lifted", None, "appeal")
    again = rejected().appeal().decide("upheld", "desk-2").ask()
    told = len(again.told)
    assert new(again.look("upheld", "desk-3"), told) == ["ReviewDecided", "RoundReversed"]
    both = Tale(law(complaint={"on_lapse": "accept"}, appeal={"on_lapse": "release"}, review=REVIEW)).wait("2026-03-06 09:00").appeal()
    both.wait("2026-03-16 09:00").ask("seller").ask("owner").look("upheld", "desk-2", 1)
    assert (both.case.lifted_because, status_of(both.case, both.case.reviews[1])) == ("desk", ReviewStatus.MOOT)


@pytest.mark.rule("H8", "D4", "H3")
def test_a_review_is_decided_by_fresh_eyes_that_have_the_case() -> None:
    tale = rejected().appeal().decide("rejected", "desk-1").ask()
    assert code(lambda: tale.look("upheld", "desk-1")) == "same_reviewer"
    tale.look("rejected", "desk-2")
    assert review_of(tale.case, "review-1") is not None
    second = rejected().ask().look("rejected", "desk-2").appeal()
    assert code(lambda: second.decide("upheld", "desk-2")) == "same_reviewer"  # who looked at the first appeal
    claimed = rejected().appeal().claim("desk-3").ask()
    assert code(lambda: claimed.look("upheld", "desk-2")) == "claimed"
    assert claimed.look("rejected", "desk-3").case.claim is None
    every = law(complaint={"on_lapse": "accept"}, appeal={"fresh_reviewer": "all"}, review=REVIEW)
    looked = Tale(every).wait("2026-03-06 09:00").ask().look("rejected", "desk-2").appeal()
    assert code(lambda: looked.decide("upheld", "desk-2")) == "same_reviewer"
    assert Tale(SILENCE["seller"]).wait("2026-03-06 09:00").ask().look("rejected", "desk-2").appeal().decide("upheld", "desk-2").case.ended


@pytest.mark.rule("H8", "H5")
def test_what_a_person_found_counts_and_a_lapse_counts_against_nobody() -> None:
    def counted(tale: Tale) -> list[str]:
        return [one.kind for one in misdeeds(Tale(tale.law).case, tale.told)]

    assert counted(rejected()) == counted(released()) == []
    assert counted(rejected().ask().look("upheld", "desk-2")) == ["overturned_penalties"]
    assert counted(released().ask("owner").look("upheld", "desk-2")) == ["rejected_appeals"]


# -- replays -----------------------------------------------------------------------------------------------------------------


def reviewed(lapse: str, outcome: str | None = "upheld") -> Chronicle:
    """The same lapses as a log has them; asked on 12 March and decided on 13 March."""
    party = LAPSED[lapse][1]
    case = Chronicle("2026-03-02 09:00", SILENCE[party])
    if lapse in ("release", "reject"):
        case.do("accept").at("2026-03-03 09:00").do("appeal")
    case.settle("2026-03-11 09:00").at("2026-03-12 09:00").do("ask", party)
    return case if outcome is None else case.at("2026-03-13 09:00").do("look", outcome, "desk-2")


def under(**sections: object) -> CounterfactualLaw:
    return CounterfactualLaw(*published(rulebook(**sections)))


def told(case: Chronicle, **sections: Any) -> Counterfactual:
    return counterfactual(case.facts, under(**sections), HORIZON, case.known_fall(), case.tale.law)


SAID: dict[str, dict[str, Any]] = {
    "owner": {"complaint": {"on_lapse": "decline"}, "appeal": {"on_lapse": "release"}},
    "seller": {"complaint": {"on_lapse": "accept"}, "appeal": {"on_lapse": "reject"}},
}


ENDED = ("decline", "release")
"""After these the case had ended by 12 March; the others had an open window then."""


@pytest.mark.rule("H8", "G2", "G3")
@pytest.mark.parametrize("lapse", LAPSED)
def test_a_review_is_replayed_and_without_reviews_it_would_not_have_been_reached(lapse: str) -> None:
    case, said = reviewed(lapse), SAID[LAPSED[lapse][1]]
    verified = verify(case.own, case.tale.law, HORIZON, None)
    assert (verified.differences, verified.case is not None) == ((), True)
    same = told(case, **said, review=REVIEW)
    assert (same.undetermined_since, same.unreached, same.refused) == (None, (), ())
    assert verified.case is not None
    assert compare(case.tale.case, case.own, same, HORIZON).acceptance_late is False
    without = told(case, **said)
    asked = AffectedAct("review", instant("2026-03-12 09:00"), "not_reviewable")
    decided = AffectedAct("review_decision", instant("2026-03-13 09:00"), "already_decided")
    assert (without.unreached, without.refused) == (((asked, decided), ()) if lapse in ENDED else ((), (asked, decided)))


@pytest.mark.rule("H8", "G2")
def test_a_review_that_was_asked_about_another_lapse_is_a_difference() -> None:
    case = reviewed("reject", None)
    changed = [
        replace(one, event=replace(one.event, lapse="accept")) if isinstance(one.event, ReviewRequested) else one for one in case.own
    ]
    assert verify(changed, case.tale.law, HORIZON, None).differences
    would = counterfactual(changed, under(**SAID["seller"], review=REVIEW), HORIZON, None, case.tale.law)
    assert would.refused == (AffectedAct("review", instant("2026-03-12 09:00"), "not_reviewable"),)


@pytest.mark.rule("H8", "G3")
def test_what_nobody_decided_in_fact_is_undetermined_from_when_it_was_asked() -> None:
    refused = (
        Chronicle("2026-03-02 09:00", law(**SAID["owner"])).settle("2026-03-11 09:00").at("2026-03-12 09:00").attempt("review", "owner")
    )
    heard = told(refused, **SAID["owner"], review=REVIEW)
    assert (heard.ending, heard.undetermined_since) == ("undetermined", instant("2026-03-12 09:00"))
    assert heard.heard == (AffectedAct("review", instant("2026-03-12 09:00")),)
    pending = told(reviewed("decline", None), **SAID["owner"], review=REVIEW)
    assert (pending.ending, pending.undetermined_since) == ("declined", None)  # nor was it decided in fact, to this day
    mooted = reviewed("reject", None).at("2026-03-13 09:00").do("lift")
    assert told(mooted, **SAID["seller"], review=REVIEW).ending == "lifted"
    tried = reviewed("reject", None).at("2026-03-13 09:00").attempt("review_decision", "desk-1", review="review-1", outcome="upheld")
    looked = told(tried, **SAID["seller"], review=REVIEW)
    assert (looked.ending, looked.heard) == ("lifted", (AffectedAct("review_decision", instant("2026-03-13 09:00")),))
    at = instant("2026-03-13 09:00")
    assert [(one.event, one.by) for one in looked.events if one.at == at][:2] == [
        (ReviewDecided("review-1", "respondent", "reject", "upheld", ()), "desk-1"),
        (RoundReversed(1, "appeal-1", "upheld", "desk-1", ()), "desk-1"),
    ]
    taken_up = reviewed("decline", None).at(at).attempt("review_decision", "desk-2", review="review-1", outcome="upheld")
    accepted_there = Accepted((), "desk", "", "review-1")  # the id of a notice that was never served is not known
    assert accepted_there in [one.event for one in told(taken_up, **SAID["owner"], review=REVIEW).events]
    for outcome in ("rejected", "not_accepted"):  # which no review comes to
        refused = reviewed("reject", None).at(at).attempt("review_decision", "desk-1", review="review-1", outcome=outcome)
        assert bool(told(refused, **SAID["seller"], review=REVIEW).heard) == (outcome == "rejected")
    assert told(reviewed("reject", None).attempt("review_decision", "desk-1"), **SAID["seller"], review=REVIEW).heard == ()


@pytest.mark.rule("H8", "G6")
def test_that_a_person_can_be_asked_is_among_the_causes() -> None:
    would, found = why(reviewed("reject"), rulebook(**SAID["seller"]), rulebook(**SAID["seller"], review=REVIEW))
    assert would == "final"
    assert found is not None
    assert [cause.key for cause in found.because] == ["review.request_within"]
