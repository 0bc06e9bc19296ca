"""A report's canonical JSON (RFC 8785), whose SHA-256 is its digest: made case by case, however many there are (rule G8)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rfc8785

from adapters.replay.as_json import changed, summary
from adapters.replay.running import Replayed

CASES = "changed"
"""The member of a report that lists the cases which end otherwise: all of them, in the order of their ids."""
LISTED_APART = (CASES, "changed_left_off")
"""What a kept report has of them, and of no use to its digest."""


def pieces(replayed: Replayed) -> Iterator[bytes]:
    """The report of a verification, or of the one counterfactual: its SHA-256 is the digest."""
    number = 0 if replayed.names else None
    return pieces_of(summary(replayed, number), changed(replayed, number))


def pieces_of(report: Mapping[str, Any], cases: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Of a report whose cases are given apart; names of members are ASCII, so their order is that of RFC 8785."""
    yield b"{"
    for place, name in enumerate(sorted({*report, CASES})):
        yield b"," * bool(place) + rfc8785.dumps(name) + b":"
        if name != CASES:
            yield rfc8785.dumps(report[name])
            continue
        yield b"["
        for number, case in enumerate(cases):
            yield b"," * bool(number) + rfc8785.dumps(dict(case))
        yield b"]"
    yield b"}"


def digest(some: Iterable[bytes]) -> str:
    """The digest of a report that is given piece by piece."""
    hashed = hashlib.sha256()
    for piece in some:
        hashed.update(piece)
    return hashed.hexdigest()
