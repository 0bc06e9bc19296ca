"""What is sent and shown of reviews by a person (rule H8)."""

from __future__ import annotations

from adapters.http.schemas.common import ReasonsBody
from adapters.http.schemas.fields import QueryFlag, Received, Shown, choice, flag, identifier, instant, many, text, word

LAPSES = ("decline", "accept", "release", "reject")
REVIEW_BY = "Until when oneself can ask for a person, exclusive; null where there is nothing to review, or a review is open."
STATUSES = ("open", "upheld", "rejected", "moot")


class Review(Shown):
    """A review that a party asked for, of what the rules did where nobody had decided; shown to that party and the desk."""

    id = identifier()
    lapse = choice(*LAPSES, meaning="What is looked at: a complaint that lapsed declined or accepted, an appeal released or rejected.")
    status = choice(*STATUSES, meaning="`moot`: the case went on in a way that leaves nothing to review.")
    reason = word("The licence was never looked at.")
    asked_at = instant()
    decide_by = instant("2026-02-24T16:00:00Z", "Exclusive; null where the rulebook gives no time.", allow_none=True)
    decided_at = instant(allow_none=True)
    reasons = many(word("The licence covers the listing."))


class ReviewBody(Received):
    """Why a person should look at it."""

    reason = text(example="The licence was never looked at.")


class PartysReview(Review):
    """A review as the desk sees it; the other party is never shown it."""

    party = choice("complainant", "respondent")
    reviewer = word("desk-2", required=False, allow_none=True)


class DeskReview(PartysReview):
    """A review in the desk's queue."""

    complaint_id = identifier()
    listing_id = identifier("L1")
    link = word("https://shop.example/item/1.html")
    overdue = flag()


class ReviewDecisionBody(ReasonsBody):
    """What a person found: `upheld` is the request."""

    outcome = choice("upheld", "rejected")


class DeskReviewsQuery(Received):
    """Which reviews the desk looks at."""

    overdue = QueryFlag(load_default=None, allow_none=True, metadata={"examples": [True]})
