"""What falls due besides cases."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from application.index.base import Entry, Lookup

SEEKING = ("listing_matching", "seller_changed")
"""The kinds that are searches for sightings (rule F2): slow work that waits for nobody's window."""

DueKind = Literal["voucher_request", "cascade", "listing_matching", "seller_changed", "grant_ended"]


class DueRow(NamedTuple):
    """Something other than a case that falls due."""

    kind: DueKind
    subject: str
    at: datetime


class OthersDue(Lookup[tuple[DueRow, ...]], frozen=True):
    """What is due by an instant, earliest first, at most `limit`. `seeking` True: only searches for sightings; False: none of them."""

    by: datetime
    limit: int
    seeking: bool | None = None


class PutDue(Entry, frozen=True):
    """Set when a subject of a kind falls due; None removes the row."""

    kind: DueKind
    subject: str
    at: datetime | None
