"""A person on request: a party asks for one after a lapse that went against it, and a reviewer decides (rule H8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from application.acting import Act
from application.cases import carry_on, live, plan_notice, settled, voiding_of
from application.decide import at_the_desk
from application.index import CaseById, CaseByNotice, CaseRow, CasesOfPair, FilingById, PutThing, ThingById
from application.members import load_merchant
from application.ports import Identity
from application.refusals import NotFound, found
from application.texts import check_length
from domain.case.acts import asking_review, deciding_review
from domain.case.folding import fold
from domain.case.lapse_reviews import open_reviews, review_of
from domain.case.state import Case, LapseReview, Status
from domain.events.base import Ruling
from domain.refusal import RefusedAttempt


class ReviewOfCase(NamedTuple):
    """A review and its case as it stands."""

    review: LapseReview
    case: Case


def request_for_complaint(act: Act, member: Identity, case_id: str, reason: str) -> ReviewOfCase:
    """The complainant asks for a person. Raises NotFound; Refusal: not_reviewable, review_open, text_too_long.

    Nothing can come of a complaint whose picture is protected no more, or whose matter has been taken up by another complaint since.
    """
    row = act.ask(CaseById(case_id))
    if row is None or row.complainant != member.member_id:
        raise NotFound
    case = live(act, row)
    if _fell(act, case) or _goes_on_elsewhere(act, case):
        raise RefusedAttempt("not_reviewable")
    return _requested(act, member, case, reason)


def request_for_notice(act: Act, member: Identity, notice_id: str, reason: str) -> ReviewOfCase:
    """The respondent asks for a person. Raises NotFound; Refusal: not_reviewable, review_open, text_too_long."""
    row = act.ask(CaseByNotice(notice_id))
    if row is None or row.respondent != member.member_id:
        raise NotFound
    return _requested(act, member, live(act, row), reason)


def decide(act: Act, review_id: str, outcome: Ruling, reasons: Sequence[str]) -> ReviewOfCase:
    """Decide a review (rules H8, D4).

    Raises NotFound; Refusal: already_decided, same_reviewer, claimed, forbidden; filing_not_protected, where the complaint could not be
    gone on with.
    """
    thing = act.ask(ThingById("review", review_id))
    if thing is None:
        raise NotFound
    case = at_the_desk(act, thing.about)
    act.about(case.id, review=review_id, outcome=outcome)
    decided = deciding_review.decide_review(
        case, act.now, act.by, review_id, outcome, tuple(reasons), lambda: plan_notice(act, case), act.law
    )
    lapse = found(review_of(case, review_id)).lapse
    if outcome == "upheld" and lapse in ("decline", "release") and _fell(act, case):
        raise RefusedAttempt("filing_not_protected")
    return _shown(carry_on(act, case, decided), review_id)


def is_under_review(case: Case) -> bool:
    """Whether a person may yet bring the case back, so that its matter is before the desk (rule C1)."""
    return any(review.lapse in ("decline", "release") for review in open_reviews(case))


def _requested(act: Act, member: Identity, case: Case, reason: str) -> ReviewOfCase:
    review_id = act.new_id()
    sealed = act.platform.sealer.seal(member.member_id, check_length(act, reason))
    decided = asking_review.request_review(case, act.now, member.member_id, review_id, sealed, act.law)
    act.note(PutThing("review", review_id, member.member_id, case.id))
    return _shown(carry_on(act, case, decided), review_id)


def _fell(act: Act, case: Case) -> bool:
    """Whether the protection that the complaint rests on has ended since it was lodged, though it may have come back (rules B7, H1)."""
    merchant = load_merchant(act, case.complainant)
    reinstated = merchant.reinstated_at
    fell = merchant.terminated_at is not None or (reinstated is not None and reinstated >= case.lodged_at)
    return fell or found(act.ask(FilingById(case.filing_id))).standing != "protected"


def _goes_on_elsewhere(act: Act, case: Case) -> bool:
    """Whether no complaint of this filing against this listing could be lodged now, for another one of them (rule C1)."""
    return any(_bars(act, row) for row in act.ask(CasesOfPair(case.filing_id, case.listing_id)) if row.case_id != case.id)


def _bars(act: Act, row: CaseRow) -> bool:
    other = settled(act, found(fold(row.case_id, act.load(row.case_id))), voiding_of(row))
    return not other.ended or other.status in (Status.LIFTED, Status.FINAL) or is_under_review(other)


def _shown(case: Case, review_id: str) -> ReviewOfCase:
    return ReviewOfCase(found(review_of(case, review_id)), case)
