"""Which lapses a party can ask a person to look at, and where such a review stands (rule H8)."""

from __future__ import annotations

from enum import StrEnum

from domain.case.state import Case, LapseReview, Status
from domain.events.base import Lapse, Party


class ReviewStatus(StrEnum):
    """Where a review stands; `moot` where the case went on in a way that leaves nothing to review."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    MOOT = "moot"


def party_of(lapse: Lapse) -> Party:
    """The party that a lapse went against: the complainant where nothing came of its complaint, else the respondent."""
    return "complainant" if lapse in ("decline", "release") else "respondent"


def reviews_of(case: Case, party: Party) -> list[LapseReview]:
    """The lapses against a party, and what became of them; the other party never learns of them."""
    return [review for review in case.reviews if party_of(review.lapse) == party]


def stands(case: Case, review: LapseReview) -> bool:
    """Whether the case still rests on the lapse, so that another decision would move it.

    Nothing does once the case was withdrawn, fell, or was lifted by the desk or a body; a release only where it is what lifted it.
    """
    match case.status:
        case Status.LODGED | Status.WITHDRAWN | Status.VOIDED:
            return False
        case Status.DECLINED:
            return review.lapse == "decline"
        case Status.LIFTED:
            lifted = case.lifted_because
            return lifted == "lapse" if review.lapse == "release" else review.lapse != "decline" and lifted in ("appeal", "lapse")
        case _:
            return review.lapse in ("accept", "reject")


def status_of(case: Case, review: LapseReview) -> ReviewStatus | None:
    """Where a review stands; None where nobody has asked for it."""
    if review.id is None:
        return None
    if review.outcome is not None:
        return ReviewStatus(review.outcome)
    return ReviewStatus.OPEN if stands(case, review) else ReviewStatus.MOOT


def stood_again(case: Case) -> int:
    """How often the case came back from a release that a person found otherwise, and with it its penalty."""
    return sum(review.lapse == "release" and review.outcome == "upheld" for review in case.reviews)


def open_reviews(case: Case) -> list[LapseReview]:
    """The reviews that wait for a person."""
    return [review for review in case.reviews if status_of(case, review) is ReviewStatus.OPEN]


def review_of(case: Case, review_id: str) -> LapseReview | None:
    """The review of that id; None where there is none."""
    return next((review for review in case.reviews if review.id == review_id), None)
