"""What lists are asked by."""

from __future__ import annotations

from marshmallow import validate

from adapters.http.schemas.common import APPEAL_STATUSES, CASE_STATUSES, NOTICE_STATUSES
from adapters.http.schemas.fields import Instant, QueryFlag, QueryMany, QueryWhole, Received, Text, choice
from adapters.http.schemas.merchant import FILING_STATUSES, SIGHTING_STATUSES
from domain.rulebook_sections import MAX_DAYS


class ComplaintsQuery(Received):
    """Which complaints."""

    status = choice(*CASE_STATUSES, load_default=None)


class NoticesQuery(Received):
    """Which notices."""

    status = choice(*NOTICE_STATUSES, load_default=None)


class FilingsQuery(Received):
    """Which filings."""

    folder = Text(load_default=None, metadata={"examples": ["spring"]})
    status = choice(*FILING_STATUSES, load_default=None)


class SightingsQuery(Received):
    """Which sightings."""

    status = choice(*SIGHTING_STATUSES, load_default=None)


class MessagesQuery(Received):
    """From which end."""

    newest = QueryFlag(load_default=False, metadata={"examples": [True], "description": "The newest first, each next part older."})


class AuthorizationsQuery(Received):
    """Which side of authorisations; both without it."""

    side = choice("given", "received", load_default=None)


class PictureQuery(Received):
    """Which size of a picture."""

    size = choice("original", "scaled", "thumbnail", load_default="scaled", example="scaled")


class ListingPictureQuery(Received):
    """Which size of a listing's picture; what a stranger fed is served re-encoded only."""

    size = choice("scaled", "thumbnail", load_default="scaled", example="scaled")


class DeskComplaintsQuery(Received):
    """Which complaints the desk looks at."""

    status = QueryMany(*CASE_STATUSES, load_default=None, metadata={"examples": ["lodged"], "type": "string"})
    overdue = QueryFlag(load_default=None, allow_none=True, metadata={"examples": [True]})
    claimed = choice("me", "none", load_default=None)
    seller = Text(load_default=None, metadata={"examples": ["mallory"], "description": "A subject or a nickname."})
    complainant = Text(load_default=None, metadata={"examples": ["alice"], "description": "A subject or a nickname."})
    due_before = Instant(load_default=None, metadata={"examples": ["2026-02-24T16:00:00Z"], "description": "Exclusive."})
    listing = Text(load_default=None, metadata={"examples": ["https://shop.example/item/1.html"], "description": "Its link or its id."})


class DeskMerchantsQuery(Received):
    """Which merchant."""

    q = Text(
        load_default=None,
        validate=validate.Length(1, 200),
        metadata={"examples": ["bob"], "description": "How a subject or nickname begins."},
    )


class DeskVoucherRequestsQuery(Received):
    """Which voucher requests the desk looks at."""

    status = choice("open", "satisfied", "wanting", load_default=None)


class DeskAppealsQuery(Received):
    """Which appeals the desk looks at."""

    status = choice(*APPEAL_STATUSES, load_default=None)
    overdue = QueryFlag(load_default=None, allow_none=True, metadata={"examples": [True]})


class AuditCasesQuery(Received):
    """Which cases an auditor looks for; `member` is either party, by the marketplace's id or the opaque one."""

    member = Text(load_default=None, metadata={"examples": ["alice"]})
    listing = Text(load_default=None, metadata={"examples": ["L1"]})
    status = choice(*CASE_STATUSES, load_default=None)
    lodged_from = Instant(load_default=None, metadata={"examples": ["2026-02-01T00:00:00Z"]})
    lodged_until = Instant(load_default=None, metadata={"examples": ["2026-03-01T00:00:00Z"]})


class AsOfQuery(Received):
    """As of which instant (rule T8); now without it."""

    as_of = Instant(load_default=None, metadata={"examples": ["2026-02-12T02:00:00Z"]})


class ProofQuery(Received):
    """Under which checkpoint."""

    signed = choice("now", "last", load_default="now", meaning="One of now, which is signed for it, or the last one where it will do.")


class CheckpointQuery(ProofQuery):
    """Which checkpoint, and which size the log is to be shown to continue."""

    since = QueryWhole(
        load_default=None,
        validate=validate.Range(min=0),
        metadata={"examples": [4000], "description": "The size of an earlier checkpoint."},
    )


class MisusePreviewQuery(Received):
    """Of which kind of misuse, and counted over how many days."""

    kind = choice(
        "declined_complaints", "withdrawn_after_appeal", "overturned_penalties", "rejected_appeals", load_default=None, allow_none=True
    )
    window_days = QueryWhole(
        load_default=None, validate=validate.Range(1, MAX_DAYS), metadata={"examples": [90], "description": "That of a rulebook."}
    )


class ChangedCasesQuery(Received):
    """In which form."""

    format = choice("csv", "parquet", load_default="csv")


class ReplayQuery(Received):
    """Which of the cases that end otherwise."""

    changed = QueryWhole(
        load_default=None,
        validate=validate.Range(min=0, max=1_000_000_000),
        metadata={"examples": [0], "description": "The place of the first one shown, from 0; `changed_next` of the page before."},
    )
    limit = QueryWhole(
        load_default=50, validate=validate.Range(1, 200), metadata={"examples": [50], "description": "How many of them at most."}
    )


class FeedQuery(Received):
    """After which event's id."""

    after = Text(load_default=None, metadata={"examples": ["c9yXb2Qm4ZtLr8Ka"]})
    limit = Text(load_default=None, metadata={"examples": ["50"]})


class RulebookDiffQuery(Received):
    """Which two rulebooks, each by name and version."""

    a = Text(required=True, validate=validate.Length(1, 200), metadata={"examples": ["original-protection/2026-01"]})
    b = Text(required=True, validate=validate.Length(1, 200), metadata={"examples": ["original-protection/2026-02"]})
