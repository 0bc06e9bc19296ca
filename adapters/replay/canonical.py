"""A report's digest: SHA-256 of its canonical JSON (RFC 8785), made case by case, however many there are (rule G8)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785

from adapters.replay.as_json import changed, summary
from adapters.replay.running import Replayed

CASES = "changed"
"""The member of a report that lists the cases which end otherwise: all of them, in the order of their ids."""
LISTED_APART = (CASES, "changed_left_off")
"""What a kept report has of them, and of no use to its digest."""


def digest(replayed: Replayed) -> str:
    """Of the report of a verification, or of the one counterfactual."""
    number = 0 if replayed.names else None
    return digest_of(summary(replayed, number), changed(replayed, number))


def digest_of(report: Mapping[str, Any], cases: Iterable[Mapping[str, Any]]) -> str:
    """Of a report whose cases are given apart; names of members are ASCII, so their order is that of RFC 8785."""
    hashed = hashlib.sha256(b"{")
    for place, name in enumerate(sorted({*report, CASES})):
        hashed.update(b"," * bool(place) + rfc8785.dumps(name) + b":")
        if name != CASES:
            hashed.update(rfc8785.dumps(report[name]))
            continue
        hashed.update(b"[")
        for number, case in enumerate(cases):
            hashed.update(b"," * bool(number) + rfc8785.dumps(dict(case)))
        hashed.update(b"]")
    hashed.update(b"}")
    return hashed.hexdigest()
