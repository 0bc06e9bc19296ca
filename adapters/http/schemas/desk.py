"""What reviewers send and see."""

from __future__ import annotations

from marshmallow import fields

from adapters.http.schemas.common import ReasonsBody
from adapters.http.schemas.fields import (
    Received,
    Shown,
    Text,
    choice,
    each,
    flag,
    free,
    identifier,
    instant,
    many,
    one,
    reasons,
    text,
    whole,
    word,
)
from adapters.http.schemas.lapse_reviews import PartysReview
from adapters.http.schemas.marketplace import ListingPicture
from adapters.http.schemas.merchant import Complaint, Dispute, Filing, Voucher, VoucherRequest
from adapters.http.schemas.outside_bodies import PartysBody
from adapters.http.schemas.respondent import Appeal

LISTING_PICTURE = "Where the listing's picture is: the one that matched, else the first; 404 there while the listing has none."
EVIDENCE_FILES = "Where the files of `evidence` are, in the same order."


class AcceptanceBody(ReasonsBody):
    """Why the complaint is accepted, and whether the respondent may see the complainant's original."""

    show_original = flag(load_default=False)


class Claim(Shown):
    """Who has it, until when."""

    by = word("desk-1")
    at = instant(required=False)
    until = instant(allow_none=True, required=False)


class DeskComplaint(Complaint):
    """A case as the desk sees it."""

    complainant = identifier("alice", required=False)
    respondent = identifier("mallory", required=False)
    notice_id = identifier(allow_none=True, required=False)
    picture = word("/v1/desk/complaints/c9yXb2Qm4ZtLr8Ka/picture", LISTING_PICTURE, required=False)
    filing_picture = word("/v1/desk/filings/c9yXb2Qm4ZtLr8Ka/picture", "Where the complainant's picture is.", required=False)
    claim = fields.Nested(Claim, allow_none=True)
    rulebook = word("original-protection 2026-01", required=False, allow_none=True)
    complainant_nickname = word("alice-nick", required=False, allow_none=True)
    seller_nickname = word("mallory-nick", required=False, allow_none=True)
    decide_by = instant(meaning="When the desk has to act; null where nothing waits for it.", required=False, allow_none=True)
    match = free(
        {"verdict": "copy", "confidence": 0.99},
        "How the listing's picture was found; `evidence_picture` is where it can be seen.",
        required=False,
        allow_none=True,
    )
    thumbnail = word("/v1/desk/complaints/c9yXb2Qm4ZtLr8Ka/picture?size=thumbnail", required=False)
    filing_thumbnail = word("/v1/desk/filings/c9yXb2Qm4ZtLr8Ka/picture?size=thumbnail", required=False)
    because = many(word("overdue"), meaning="Why it is in this queue.", required=False)
    working_days_left = whole(example=2, meaning="Until it is due: 0 on the last day.", required=False, allow_none=True)
    viewers = many(word("desk-1"), meaning="Reviewers who read it within the last minute.", required=False)
    may = free({"acceptance": None, "lift": "nothing_to_lift"}, "Command -> null, or the code of its refusal.", required=False)
    bodies = each(PartysBody, "Outside bodies that either party took it to, oldest first.", required=False)
    reviews = each(PartysReview, "Reviews by a person that either party asked for.", required=False)
    filing = free(
        {"filed_at": "2026-03-02T01:00:00Z", "width": 1600, "height": 1200},
        "When the complainant filed, and how large.",
        required=False,
        allow_none=True,
    )
    earlier = many(free({"id": "c9yXb2Qm4ZtLr8Ka", "status": "final"}), meaning="Earlier cases of both parties.", required=False)


class BulkBody(Received):
    """One command for many cases."""

    command = choice("acceptance", "refusal", "claim", "release", "lift")
    ids = many(identifier(), 1, 200, "Cases, each once.")
    reasons = many(text(1, 2000, example="The same picture, mirrored."), 0, 100, "As of the command itself.", load_default=list)
    if_match = fields.Dict(
        keys=Text(), values=Text(), load_default=dict, metadata={"examples": [{}], "description": "Case -> the tag it was read with."}
    )


class BulkOutcome(Shown):
    """What became of the command for one case."""

    id = identifier()
    status = whole(200, 599, example=200, meaning="As the command alone would have answered.")
    code = word("claimed", "Where it was refused.", required=False)
    etag = word('"9f86d081884c7d65"', "The case's now.", required=False)


class BulkOutcomes(Shown):
    """The outcomes, in the order asked."""

    outcomes = each(BulkOutcome)


class ReasonTemplate(Received):
    """A reason that is given often; what stands in [brackets] has to be filled in before it is given."""

    command = choice("acceptance", "refusal", "upheld", "rejected", "not_accepted", "lift")
    text = text(1, 2000, example="The same picture, [mirrored, cropped].")


class ReasonTemplatesBody(Received):
    """All of the desk's templates; what is not there is gone."""

    items = many(fields.Nested(ReasonTemplate), 0, 200)


class ReasonTemplates(Shown):
    """The desk's templates for reasons."""

    items = many(free({"command": "refusal", "text": "The pictures show different goods."}))


class DeskQueue(Shown):
    """How many wait in a queue."""

    waiting = whole()
    overdue = whole()
    due_today = whole()
    claimed_by_me = whole()


class DeskCounts(Shown):
    """How many wait, by queue."""

    complaints = one(DeskQueue)
    appeals = one(DeskQueue)
    voucher_requests = one(DeskQueue)
    disputes = one(DeskQueue)
    reviews = one(DeskQueue)


class DeskAppeal(Appeal):
    """An appeal as the desk sees it."""

    complaint_id = identifier()
    special_reason = word("A court decides.", required=False, allow_none=True)
    reviewer = word("desk-1", required=False, allow_none=True)
    claim = fields.Nested(Claim, allow_none=True)
    listing_id = identifier("L1", required=False)
    link = word("https://shop.example/item/1.html", required=False)
    picture = word("/v1/desk/complaints/c9yXb2Qm4ZtLr8Ka/picture", LISTING_PICTURE, required=False)
    filing_picture = word("/v1/desk/filings/c9yXb2Qm4ZtLr8Ka/picture", "Where the complainant's picture is.", required=False)
    evidence_files = many(word("/v1/desk/appeals/c9yXb2Qm4ZtLr8Ka/evidence/c9yXb2Qm4ZtLr8Ka"), meaning=EVIDENCE_FILES, required=False)


class DecisionBody(Received):
    """The decision on an appeal."""

    outcome = choice("upheld", "rejected", "not_accepted", example="rejected")
    reasons = reasons()


class NoteBody(Received):
    """What the desk is to remember of a case. No party ever reads it."""

    text = text(example="The seller wrote to us twice.", meaning="The rulebook's limit is 5,000 characters (`text_too_long`).")


class Note(Shown):
    """A note on a case; its text is empty once either party was forgotten."""

    id = identifier()
    text = word("The seller wrote to us twice.")
    by = word("desk-1")
    at = instant()


class SpecialBody(Received):
    """Why the case is special: its decision has no deadline."""

    reason = text(example="A court decides.", meaning="The rulebook's limit is 5,000 characters (`text_too_long`).")


class VoucherRequestBody(Received):
    """Which vouchers are asked for."""

    what = many(text(example="the original file"), 1, 100)


class VoucherDecisionBody(Received):
    """Whether the vouchers satisfy."""

    outcome = choice("satisfied", "wanting")
    reasons = reasons()


class DeskVoucherRequest(VoucherRequest):
    """A voucher request as the desk sees it."""

    owner = identifier("alice", required=False)


class DeskFiling(Filing):
    """A filing as the desk sees it."""

    owner = identifier("alice", required=False)
    picture = word("/v1/desk/filings/c9yXb2Qm4ZtLr8Ka/picture", "Where the picture is.", required=False)
    credentials = word("/v1/desk/filings/c9yXb2Qm4ZtLr8Ka/credentials", "Where what its maker signed is read.", required=False)
    likeness = fields.Raw(required=False, allow_none=True, metadata={"examples": [None]})
    vouchers = each(Voucher, required=False)
    voucher_requests = each(VoucherRequest, required=False)


class DeskDispute(Dispute):
    """A dispute as the desk sees it."""

    by = identifier("alice", required=False)
    file = word("coat.jpg", required=False)
    disputed_filing_id = identifier(required=False, allow_none=True)
    picture = word("/v1/desk/disputes/c9yXb2Qm4ZtLr8Ka/picture", "Where the refused picture is.", required=False)
    disputed_picture = word("/v1/desk/filings/c9yXb2Qm4ZtLr8Ka/picture", "Where the picture that was filed first is.", required=False)
    credentials = word("/v1/desk/disputes/c9yXb2Qm4ZtLr8Ka/credentials", "Where what its maker signed is read.", required=False)
    disputed_credentials = word("/v1/desk/filings/c9yXb2Qm4ZtLr8Ka/credentials", "And of the picture filed first.", required=False)
    vouchers_at = word("/v1/desk/disputes/c9yXb2Qm4ZtLr8Ka/vouchers", "Where the disputant's vouchers are listed.", required=False)


class DisputeDecisionBody(Received):
    """The decision on a dispute."""

    outcome = choice("upheld", "rejected")
    reasons = reasons()


class UnseenPictures(Shown):
    """A listing with pictures that were not looked at, or not in full."""

    listing_id = identifier("L1")
    link = word("https://shop.example/item/1.html")
    title = word("A coat")
    fed_at = instant(meaning="Since when the listing shows them.")
    pictures = each(ListingPicture)
