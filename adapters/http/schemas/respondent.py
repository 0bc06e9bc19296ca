"""What a respondent sends and sees. Nothing here tells who complained (rule C5)."""

from __future__ import annotations

from adapters.http.schemas.common import APPEAL_STATUSES, NOTICE_STATUSES, ProofDay
from adapters.http.schemas.fields import Received, Shown, choice, each, flag, free, identifier, instant, many, number, text, whole, word
from adapters.http.schemas.lapse_reviews import REVIEW_BY, Review
from adapters.http.schemas.outside_bodies import BodyRecord


class NoticeAppeal(Shown):
    """An appeal in the list of its notice."""

    id = identifier(required=False)
    round = whole(1, example=1)
    status = choice(*APPEAL_STATUSES)
    opened_at = instant()
    decided_at = instant(allow_none=True)
    reasons = many(word("The pictures differ."))


class Notice(Shown):
    """An infringement notice: what, why, by which rule, until when an appeal can be made, with the proof of that date."""

    id = identifier()
    listing_id = identifier("L1")
    link = word("https://shop.example/item/1.html")
    picture = word("/v1/notices/c9yXb2Qm4ZtLr8Ka/picture", "A path, or null.", allow_none=True)
    status = choice(*NOTICE_STATUSES)
    notified_at = instant()
    appeal_by = instant("2026-02-24T16:00:00Z", "Exclusive; null when no window is open.", allow_none=True)
    appeals_left = whole()
    reasons = many(word("The same picture, mirrored."))
    rule = word("original-protection 2026-01: C4")
    appeals = each(NoticeAppeal)
    proof = each(ProofDay)
    region = many(
        number(0.1), required=False, allow_none=True, meaning="Where in the picture the match is: left, top, right, bottom, 0 to 1."
    )
    shows_original = flag(required=False)
    final_because = choice("no_appeal", "appeals_exhausted", allow_none=True, required=False)
    lifted_because = choice("appeal", "desk", "lapse", "body", allow_none=True, required=False)
    bodies = each(BodyRecord, "Outside bodies that oneself took it to, oldest first.", required=False)
    reviews = each(Review, "Reviews by a person that oneself asked for, oldest first.", required=False)
    review_by = instant("2026-02-24T16:00:00Z", REVIEW_BY, allow_none=True, required=False)
    provisional = flag(required=False)
    statement_of_reasons = free(
        {"puid": "9f86d081884c7d659a2feaa0c55ad015", "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"]},
        "The statement of reasons (EU 2022/2065, art. 17) in the form of the Commission's database; null without a penalty.",
        required=False,
        allow_none=True,
    )


class AppealBody(Received):
    """Grounds, and the ids of evidence handed in before."""

    grounds = text(example="I photographed the coat myself; the contract is attached.")
    evidence = many(
        identifier(), 0, 1000, "Ids from `POST /v1/evidence`; the rulebook's limit is 10 (`too_many_files`).", load_default=list
    )


class Appeal(Shown):
    """An appeal."""

    id = identifier()
    notice_id = identifier()
    round = whole(1, example=1)
    status = choice(*APPEAL_STATUSES)
    grounds = word("I photographed the coat myself; the contract is attached.")
    evidence = many(identifier())
    opened_at = instant()
    decide_by = instant("2026-02-28T16:00:00Z", allow_none=True)
    decided_at = instant(allow_none=True)
    overdue = flag()
    special = flag()
    reasons = many(word("The contract names another picture."))


class Evidence(Shown):
    """A file that an appeal can name."""

    id = identifier()
    name = word("contract.pdf", required=False)
    digest = word("9f86d081884c7d65…", required=False)
    size = whole(example=1024, required=False)
