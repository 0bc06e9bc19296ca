"""What falls due besides cases."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from application.index.base import Entry, Lookup

SEEKING = ("listing_matching", "seller_changed", "rules_notice")
"""The kinds that are slow work which waits for nobody's window: searches for sightings (rule F2), notices of other rules (T5)."""

DueKind = Literal["voucher_request", "cascade", "listing_matching", "seller_changed", "grant_ended", "rules_notice"]


class DueRow(NamedTuple):
    """Something other than a case that falls due."""

    kind: DueKind
    subject: str
    at: datetime


class OthersDue(Lookup[tuple[DueRow, ...]], frozen=True):
    """What is due by an instant, earliest first, at most `limit`. `seeking` True: only slow work; False: none of it."""

    by: datetime
    limit: int
    seeking: bool | None = None


class PutDue(Entry, frozen=True):
    """Set when a subject of a kind falls due; None removes the row."""

    kind: DueKind
    subject: str
    at: datetime | None
