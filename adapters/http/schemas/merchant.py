"""What a merchant sends and sees as an owner of pictures and as a complainant."""

from __future__ import annotations

from marshmallow import fields, validate

from adapters.http.schemas.common import APPEAL_STATUSES, CASE_STATUSES, Reason, Refused, calendar
from adapters.http.schemas.fields import (
    OneOrOther,
    Received,
    Shown,
    Text,
    choice,
    each,
    flag,
    identifier,
    instant,
    many,
    number,
    text,
    whole,
    word,
)
from adapters.http.schemas.lapse_reviews import REVIEW_BY, Review
from adapters.http.schemas.outside_bodies import BodyRecord

FILING_STATUSES = ("protected", "cancelled", "withdrawn")
SIGHTING_STATUSES = ("new", "complained", "authorised", "gone")
VOUCHER_KINDS = ("original", "outtake", "contract", "other")


class Entrance(Shown):
    """Whether original protection is open to the member, and if not why."""

    open = flag(True)
    reasons = many(word("category_not_opened"))


class Declaration(Shown):
    """The declaration in force, and whether it is signed."""

    version = word("1")
    text = word("I declare that the pictures I file are originals of mine.")
    signed_version = word("1", allow_none=True)
    signed_at = instant(allow_none=True)


class DeclarationBody(Received):
    """The version that is signed."""

    version = text(1, 50, example="1")


class FolderBody(Received):
    """A folder's name."""

    name = Text(
        required=True,
        validate=[
            validate.Length(1, 80),
            validate.Regexp(
                r"^(?!\.{1,2}$)[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
                error="Must not be blank, dots or control characters.",
            ),
        ],
        metadata={"examples": ["spring"]},
    )


class Folder(Shown):
    """A folder of filings."""

    name = word("spring")
    created_at = instant(required=False)
    filings = whole(meaning="How many filings are in it.", required=False)
    cover = word("/v1/filings/c9yXb2Qm4ZtLr8Ka/picture?size=thumbnail", "Where its cover is.", required=False, allow_none=True)


class Filing(Shown):
    """A filed picture."""

    id = identifier()
    folder = word("spring")
    name = word("coat.jpg", "The uploaded file's name.")
    status = choice(*FILING_STATUSES)
    filed_at = instant()
    digest = word("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "SHA-256 of the bytes as uploaded.")
    width = whole(1, example=1600, meaning="In pixels, after EXIF orientation.")
    height = whole(1, example=1200)
    size = whole(1, example=245760, meaning="In bytes.", required=False)
    format = choice("JPEG", "PNG", required=False)
    rulebook = word("original-protection 2026-01", required=False)
    ended_at = instant(meaning="When it was cancelled or withdrawn.", required=False, allow_none=True)
    thumbnail = word("/v1/filings/c9yXb2Qm4ZtLr8Ka/picture?size=thumbnail", required=False)
    warnings = many(choice("nothing_on_white"), meaning="What the review does not refuse: on white, nothing of it is seen.", required=False)


class Filed(Shown):
    """What became of the files of one request; the id of the upload alone where they are filed after it."""

    filings = each(Filing, required=False)
    refused = each(Refused, required=False)
    id = identifier(meaning="Of the upload, with `Prefer: respond-async`.", required=False)


class UploadStanding(Shown):
    """How an upload stands, and what became of its files so far, in the order sent."""

    id = identifier()
    status = choice("running", "done", "failed")
    done = whole(example=3, meaning="Files that are through.")
    of = whole(example=12)
    filings = each(Filing)
    refused = each(Refused)
    error = word("stopped", "Why it failed: `stopped`, `interrupted`, `failed`, or a code such as `terminated`.", required=False)


class RefusedPicture(Shown):
    """A file that does not support authentication."""

    id = identifier()
    file = word("coat.jpg")
    folder = word("spring", required=False)
    refused_at = instant()
    reasons = each(Reason)


class VoucherRequest(Shown):
    """Vouchers that the platform asks for."""

    id = identifier()
    filing_id = identifier()
    what = many(word("the original file"))
    asked_at = instant(required=False)
    due = instant()
    overdue = flag(required=False)
    status = choice("open", "produced", "satisfied", "wanting")
    decided_at = instant(required=False, allow_none=True)
    reasons = many(word("The set is missing."), required=False)


class Voucher(Shown):
    """A voucher of a filing; vouchers count from 1."""

    number = whole(1, example=1)
    kind = choice(*VOUCHER_KINDS)
    name = word("raw.dng")
    digest = word("9f86d081884c7d65…")
    size = whole(example=1024)
    given_at = instant()


class Vouchers(Shown):
    """The vouchers that were given."""

    vouchers = each(Voucher)


class VoucherFields(Received):
    """The field beside the files."""

    kind = choice(*VOUCHER_KINDS, load_default="other")


class DisputeBody(Received):
    """A dispute of a refusal by rule B4 (H1)."""

    refused_picture_id = identifier()
    statement = text()


class Dispute(Shown):
    """A dispute: who filed first is not always who made the picture."""

    id = identifier()
    refused_picture_id = identifier()
    status = choice("open", "upheld", "rejected")
    statement = word("I made it in 2024; the raw files are attached.", required=False)
    opened_at = instant(required=False)
    decided_at = instant(required=False, allow_none=True)
    reasons = many(word("The raw files predate the filing."), required=False)
    filing_id = identifier(meaning="The winner's filing.", required=False, allow_none=True)


class AuthorizationBody(Received):
    """Whom to authorise, for what, until when (exclusive)."""

    nickname = text(1, 200, example="bob-nick")
    filings = OneOrOther(
        Text(validate=validate.OneOf(["all"])),
        many(identifier(), 1, 1000),
        required=True,
        metadata={"examples": ["all"], "description": '`"all"` includes later filings.'},
    )
    until = instant("2026-12-31T16:00:00Z", load_default=None, allow_none=True)


class Authorization(Shown):
    """A grant to use pictures."""

    id = identifier()
    nickname = word("bob-nick", "The other side's, as it was when the grant was made.")
    filings = OneOrOther(Text(validate=validate.OneOf(["all"])), many(identifier()), required=True, metadata={"examples": ["all"]})
    until = instant(allow_none=True)
    status = choice("active", "expired", "revoked", "ended")
    side = choice("given", "received", required=False)
    granted_at = instant(required=False)
    ended_at = instant(required=False, allow_none=True)


class Sighting(Shown):
    """A listing picture that matches a protected filing."""

    id = identifier()
    filing_id = identifier()
    listing_id = identifier("L1")
    link = word("https://shop.example/item/1.html")
    status = choice(*SIGHTING_STATUSES)
    confidence = number(0.99)
    region = fields.Raw(
        allow_none=True, required=True, metadata={"examples": [[0.0, 0.0, 1.0, 1.0]], "description": "Where in the listing's picture."}
    )
    transform = fields.Raw(allow_none=True, required=True, metadata={"examples": ["mirrored"]})
    seen_at = instant()
    complaint_id = identifier(required=False, allow_none=True)
    title = word("A coat", "The listing's, as last fed.", required=False, allow_none=True)
    picture = word("/v1/sightings/c9yXb2Qm4ZtLr8Ka/picture", "Where the listing's picture is.", required=False)
    thumbnail = word("/v1/filings/c9yXb2Qm4ZtLr8Ka/picture?size=thumbnail", required=False)


class StatementBody(Received):
    """The complainant's statement; it is never shown to the respondent."""

    statement = text()


class ComplaintBody(Received):
    """One of one's own filings, and links to suspected copies: each becomes a case of its own."""

    filing_id = identifier()
    links = many(
        Text(validate=validate.Length(0, 10_000), metadata={"examples": ["https://shop.example/item/1.html"]}),
        1,
        10_000,
        "The rulebook's limit is 50 (`too_many_links`).",
    )
    statement = text()


class WithdrawalBody(Received):
    """Why, if one likes."""

    reason = text(load_default=None, allow_none=True, example="Settled between us.")


class CaseAppeal(Shown):
    """An appeal as the complainant sees it."""

    round = whole(1, example=1)
    status = choice(*APPEAL_STATUSES)
    opened_at = instant()
    decided_at = instant(allow_none=True)
    reasons = many(word("The pictures differ."))


class Complaint(Shown):
    """A case as the complainant sees it."""

    id = identifier()
    filing_id = identifier()
    listing_id = identifier("L1")
    link = word("https://shop.example/item/1.html")
    status = choice(*CASE_STATUSES)
    lodged_at = instant()
    accept_by = instant("2026-02-24T16:00:00Z", allow_none=True)
    overdue = flag()
    accepted_at = instant(allow_none=True)
    penalized_at = instant(allow_none=True)
    appeal_by = instant("2026-02-24T16:00:00Z", "Exclusive; null when no window is open.", allow_none=True)
    appeals_left = whole(allow_none=True, meaning="Null before acceptance, 0 in every ended state.")
    reasons = many(word("The same picture, mirrored."))
    final_because = choice("no_appeal", "appeals_exhausted", allow_none=True)
    lifted_because = choice("appeal", "desk", "lapse", "body", allow_none=True)
    appeals = each(CaseAppeal)
    bodies = each(BodyRecord, "Outside bodies that oneself took it to, oldest first.", required=False)
    reviews = each(Review, "Reviews by a person that oneself asked for, oldest first.", required=False)
    review_by = instant("2026-02-24T16:00:00Z", REVIEW_BY, allow_none=True, required=False)
    calendar = calendar()
    provisional = flag(meaning="Whether a deadline reaches into a year without an official calendar.", allow_none=True)
    statement = word("The picture is mine.", required=False)
    ended_at = instant(required=False, allow_none=True)
    decide_by = instant(
        "2026-03-06T16:00:00Z", "By when the desk decides what waits: the complaint, or an appeal.", allow_none=True, required=False
    )
    title = word("A coat", "The listing's, as last fed.", required=False, allow_none=True)
    thumbnail = word("/v1/filings/c9yXb2Qm4ZtLr8Ka/picture?size=thumbnail", required=False)


class Lodged(Shown):
    """What became of the links of one request."""

    complaints = each(Complaint)
    refused = each(Refused)
