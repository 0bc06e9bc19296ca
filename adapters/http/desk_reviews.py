"""The desk and what parties ask a person to look at (rule H8): the queue, and the decision."""

from __future__ import annotations

from typing import Any

from adapters.case_file.bodies import partys_review
from adapters.http.context import ApiContext, after
from adapters.http.desk import DeskContext
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import page_of
from adapters.http.schemas.lapse_reviews import DeskReview, DeskReviewsQuery, ReviewDecisionBody
from application import lapse_reviews
from domain.case.lapse_reviews import open_reviews
from domain.case.state import Case, LapseReview
from projections import complaints

DESK_REVIEWS: Router[DeskContext] = Router("desk", roles=("reviewer",))


def _words(context: ApiContext, case: Case, review: LapseReview) -> dict[str, Any]:
    due = review.due_at
    return {
        **partys_review(case, review, context.platform.sealer),
        "complaint_id": case.id,
        "listing_id": case.listing_id,
        "link": case.link,
        "overdue": due is not None and due <= context.now() and review in open_reviews(case),
    }


@DESK_REVIEWS.get("/desk/reviews", page_of(DeskReview), query=DeskReviewsQuery, lists=True)
def list_desk_reviews(context: DeskContext, request: ApiRequest) -> Answered:
    """List the reviews that wait for a person, the longest due first; a case of which both parties wait counts as one."""
    overdue = request.query["overdue"]
    with context.reading() as reading:
        page = complaints.by_review_due(
            reading,
            request.page.limit,
            after(request),
            overdue=None if overdue is None else (overdue, context.now()),
            not_of=context.as_member(request.caller),
        )
    items = [_words(context, case, review) for case in page.items for review in open_reviews(case)]
    return request.page.of(items, None if page.next is None else [page.next])


@DESK_REVIEWS.post(
    "/desk/reviews/{id}/decision",
    DeskReview,
    body=ReviewDecisionBody,
    codes=("not_found", "already_decided", "same_reviewer", "claimed", "filing_not_protected"),
)
def decide_review(context: DeskContext, request: ApiRequest) -> Answered:
    """Decide a review as a person who has not decided in the case before. What follows from an upheld request follows at once."""
    return request.command(
        context.platform,
        "review_decision",
        request.caller.staff_id,
        lambda act: lapse_reviews.decide(act, request.path["id"], request.body["outcome"], request.body["reasons"]),
        lambda _, done: _words(context, done.case, done.review),
    )
