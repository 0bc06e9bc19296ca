"""What a reviewer may do to a case just now, and if not why: each decider asked, nothing done (rules C3, D2, D4, H2, H3, B7, H8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from application.acting import Platform
from domain.case.acts import accepting, claiming, deciding, deciding_review, declining, exempting, lifting, releasing, reopening
from domain.case.checks import refuse_party
from domain.case.consequences.plan import NoticePlan
from domain.case.lapse_reviews import open_reviews
from domain.case.state import Case
from domain.law import Law
from domain.refusal import Refusal

_WHY = ("to see whether it may be",)


def allowed(platform: Platform, case: Case, by: str, member: str | None, terminated: bool) -> dict[str, str | None]:
    """Command -> None where it may be given, else the code with which it would be refused; of a settled case.

    `by` is the reviewer's id as commands record it, `member` the id of the member that the reviewer is as well (rule H3), `terminated`
    whether the complainant's service was.
    """
    now, law = platform.clock.now(), platform.library.law(platform.store)
    asked = _asked(case, now, by, law, terminated)
    return {name: _refused(case, member, decide) for name, decide in asked.items()}


def _asked(case: Case, at: datetime, by: str, law: Law, terminated: bool) -> Mapping[str, Callable[[], object]]:
    number = case.rounds[-1].number if case.rounds else 0
    asked = next((review.id for review in open_reviews(case) if review.id), "")
    return {
        "acceptance": lambda: accepting.accept(case, at, by, _WHY, NoticePlan("", case.link), law),
        "refusal": lambda: declining.decline(case, at, by, _WHY),
        "claim": lambda: claiming.claim(case, at, by, law),
        "release": lambda: releasing.release_claim(case, at, by),
        "decision": lambda: deciding.decide_appeal(case, at, by, number, "rejected", _WHY, law),
        "special": lambda: exempting.mark_special(case, at, by, number),
        "review_decision": lambda: deciding_review.decide_review(case, at, by, asked, "rejected", _WHY, partial(NoticePlan, "", ""), law),
        "lift": lambda: lifting.lift(case, at, by, _WHY),
        "reopening": lambda: reopening.reopen(case, at, by, _WHY, terminated),
    }


def _refused(case: Case, member: str | None, decide: Callable[[], object]) -> str | None:
    try:
        refuse_party(case, member)
        decide()
    except Refusal as refusal:
        return refusal.code
    return None
