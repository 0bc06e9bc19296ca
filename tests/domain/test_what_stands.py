"""Where a case stands: which lapse it still rests on, what is left of its rounds, when the desk is late (rules H8, D1, D4, C3, C4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.case.lapse_reviews import ReviewStatus, open_reviews, party_of, review_of, reviews_of, stands, status_of, stood_again
from domain.case.state import Case, LapseReview, Status
from domain.events.base import Lapse
from tests.domain.tale import Tale, instant

LODGED = Tale().case
LAPSES: tuple[Lapse, ...] = ("decline", "accept", "release", "reject")

# status and because | decline accept release reject: whether another decision about the lapse would move the case
RESTS = """
lodged          | no  no  no  no
declined        | yes no  no  no
noticed         | no  yes no  yes
penalized       | no  yes no  yes
appealed        | no  yes no  yes
final           | no  yes no  yes
lifted appeal   | no  yes no  yes
lifted lapse    | no  yes yes yes
lifted desk     | no  no  no  no
lifted body     | no  no  no  no
withdrawn       | no  no  no  no
voided          | no  no  no  no
"""


def lapse_of(lapse: Lapse, **asked: object) -> LapseReview:
    return replace(LapseReview(lapse, None, LODGED.accept_by), **asked)


@pytest.mark.rule("H8")
@pytest.mark.parametrize("row", RESTS.strip().splitlines())
def test_a_lapse_is_reviewed_while_the_case_rests_on_it(row: str) -> None:
    state, answers = row.split("|")
    status, because = (*state.split(), None)[:2]
    case = replace(LODGED, status=Status(status), lifted_because=because)
    assert [stands(case, lapse_of(lapse)) for lapse in LAPSES] == [answer == "yes" for answer in answers.split()]


@pytest.mark.rule("H8")
def test_a_review_is_open_moot_or_decided_and_its_partys_own() -> None:
    unasked, asked = lapse_of("accept"), lapse_of("reject", id="review-1")
    upheld = lapse_of("release", id="review-2", outcome="upheld")
    rejected = lapse_of("release", id="review-3", outcome="rejected")
    case = replace(LODGED, status=Status.PENALIZED, reviews=(unasked, asked, upheld, rejected))
    assert [status_of(case, one) for one in case.reviews] == [None, ReviewStatus.OPEN, ReviewStatus.UPHELD, ReviewStatus.REJECTED]
    assert status_of(replace(case, status=Status.WITHDRAWN), asked) is ReviewStatus.MOOT
    assert (open_reviews(case), stood_again(case)) == ([asked], 1)
    assert stood_again(replace(case, reviews=(lapse_of("reject", outcome="upheld"), rejected))) == 0
    assert (review_of(case, "review-2"), review_of(case, "review-9")) == (upheld, None)
    assert [party_of(lapse) for lapse in LAPSES] == ["complainant", "respondent", "complainant", "respondent"]
    assert (reviews_of(case, "respondent"), reviews_of(case, "complainant")) == ([unasked, asked], [upheld, rejected])


@pytest.mark.rule("C3", "D1", "D4")
def test_what_is_left_and_what_is_due_at_each_step() -> None:
    second = timedelta(microseconds=1)

    def at(case: Case) -> tuple[object, ...]:
        due = case.desk_due_at
        late = None if due is None else (case.overdue(due - second), case.overdue(due))
        return case.appeals_left, case.last_deadline.closes_at, due, late, case.penalty_stands, case.ended

    taken_up, window, decided = instant("2026-03-05 16:00"), instant("2026-03-05 16:00"), instant("2026-03-09 16:00")
    tale = Tale()
    assert at(tale.case) == (None, taken_up, taken_up, (False, True), False, False)
    assert at(tale.accept().case) == (2, window, None, None, True, False)
    assert tale.case.overdue(window) is False
    assert at(tale.appeal().case) == (1, decided, decided, (False, True), True, False)
    assert at(tale.special().case) == (1, decided, None, None, True, False)
    assert at(tale.decide("rejected").case)[0] == 1
    assert at(tale.withdraw().case) == (0, decided, None, None, False, True)
    for status, stands_still in ((Status.FINAL, True), (Status.LIFTED, False), (Status.VOIDED, False), (Status.APPEALED, True)):
        assert replace(tale.case, status=status).penalty_stands is stands_still
    assert replace(tale.case, status=Status.FINAL, penalized_at=None).penalty_stands is False
