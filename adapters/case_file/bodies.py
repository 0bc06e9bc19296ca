"""How a case is written for its complainant and for the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from adapters.wording.body_records import body_record
from adapters.wording.instants import instant
from adapters.wording.lapse_reviews import asked_of, review, review_by
from adapters.wording.sealed import readable
from application.ports import Identity, Sealer
from domain.appeal import Appeal
from domain.case.lapse_reviews import party_of, reviews_of
from domain.case.lapse_reviews import stands as rests
from domain.case.state import Case, Claim, LapseReview, Round

NameOf = Callable[[str], Identity | None]


def complaint(case: Case, now: datetime, sealer: Sealer) -> dict[str, Any]:
    """A case as its complainant sees it."""
    deadline = case.last_deadline
    reviews, stands = reviews_of(case, "complainant"), partial(rests, case)
    return {
        "id": case.id,
        "filing_id": case.filing_id,
        "listing_id": case.listing_id,
        "link": case.link,
        "status": case.status.value,
        "lodged_at": instant(case.lodged_at),
        "accept_by": instant(case.accept_by.closes_at),
        "overdue": case.overdue(now),
        "accepted_at": instant(case.accepted_at),
        "penalized_at": instant(case.penalized_at),
        "appeal_by": None if case.window is None else instant(case.window.closes.closes_at),
        "appeals_left": case.appeals_left,
        "reasons": list(case.reasons),
        "final_because": case.final_because,
        "lifted_because": case.lifted_because,
        "appeals": [_round(case, one) for one in case.rounds],
        "calendar": {"name": deadline.calendar.name, "digest": deadline.calendar.digest},
        "provisional": deadline.provisional,
        "statement": readable(sealer, case.statement) or "",
        "ended_at": instant(case.ended_at),
        "bodies": [body_record(one, sealer) for one in case.bodies_of("complainant")],
        "reviews": asked_of(reviews, stands, sealer),
        "review_by": review_by(reviews, stands),
    }


def partys_review(case: Case, one: LapseReview, sealer: Sealer) -> dict[str, Any]:
    """A review with whose it is: for the desk and the audit alone (rule H8)."""
    return {"party": party_of(one.lapse), "reviewer": one.reviewer, **review(one, rests(case, one), sealer)}


def reviews_of_both(case: Case, sealer: Sealer) -> list[dict[str, Any]]:
    """The reviews that either party asked for, oldest lapse first: for the desk and the audit alone (rule H8)."""
    return [partys_review(case, one, sealer) for one in case.reviews if one.id is not None]


def records_of_both(case: Case, sealer: Sealer) -> list[dict[str, Any]]:
    """The outside bodies that either party went to, each with whose it is: for the desk and the audit alone (rule H9)."""
    return [{"party": one.party, **body_record(one, sealer)} for one in case.bodies]


def desk_complaint(case: Case, now: datetime, sealer: Sealer, who: NameOf) -> dict[str, Any]:
    """A case as the desk sees it: the parties by the marketplace's names, the notice, who has claimed it."""
    return {
        **complaint(case, now, sealer),
        "complainant": subject_of(who, case.complainant),
        "respondent": subject_of(who, case.respondent),
        "notice_id": case.notice_id,
        **_pictures(case),
        "claim": claim(case.claim, now),
        "rulebook": None if case.case_rules is None else f"{case.case_rules.name} {case.case_rules.version}",
        "bodies": records_of_both(case, sealer),
        "reviews": reviews_of_both(case, sealer),
    }


def desk_appeal(appeal: Appeal, case: Case, now: datetime, sealer: Sealer) -> dict[str, Any]:
    """An appeal as the desk sees it."""
    reviewer = next((one.reviewer for one in case.rounds if one.number == appeal.round), None)
    return {
        **appeal_body(appeal, now, sealer),
        "complaint_id": appeal.complaint_id,
        "listing_id": case.listing_id,
        "link": case.link,
        **_pictures(case),
        "evidence_files": [f"/v1/desk/appeals/{appeal.id}/evidence/{one}" for one in appeal.evidence],
        "reviewer": reviewer,
        "claim": claim(case.claim, now),
    }


def _pictures(case: Case) -> dict[str, str]:
    """Where the desk looks at what the listing shows and at what was filed."""
    return {
        "picture": f"/v1/desk/complaints/{case.id}/picture",
        "filing_picture": f"/v1/desk/filings/{case.filing_id}/picture",
    }


def appeal_body(appeal: Appeal, now: datetime, sealer: Sealer) -> dict[str, Any]:
    """An appeal as its respondent sees it."""
    decide_by = None if appeal.special else appeal.decide_by.closes_at
    return {
        "id": appeal.id,
        "notice_id": appeal.notice_id,
        "round": appeal.round,
        "status": appeal.status.value,
        "grounds": readable(sealer, appeal.grounds) or "",
        "evidence": list(appeal.evidence),
        "opened_at": instant(appeal.opened_at),
        "decide_by": instant(decide_by),
        "decided_at": instant(appeal.decided_at),
        "overdue": appeal.status == "open" and decide_by is not None and now >= decide_by,
        "special": appeal.special,
        "reasons": list(appeal.reasons),
    }


def claim(held: Claim | None, now: datetime) -> dict[str, Any] | None:
    """Who has the case, while it is claimed (rule H3)."""
    if held is None or held.until <= now:
        return None
    return {"by": held.reviewer, "until": instant(held.until)}


def subject_of(who: NameOf, member_id: str) -> str:
    """The marketplace's name of a member; the opaque id where it was forgotten."""
    identity = who(member_id)
    return member_id if identity is None else identity.subject


def _round(case: Case, one: Round) -> dict[str, Any]:
    status = one.outcome or ("moot" if case.ended else "open")
    decided_at = one.decided_at if one.outcome else (case.ended_at if case.ended else None)
    return {
        "round": one.number,
        "status": status,
        "opened_at": instant(one.opened_at),
        "decided_at": instant(decided_at),
        "reasons": list(one.reasons),
    }
