"""That the streams of appeals and listings hold just what their cases wrote into them, wherever in the log they lie (rule G2).

Streams have random ids, so a case and its appeals are read far apart, perhaps by different processes. What a case should have
written is added to a sum of digests, what is recorded is taken away; sums do not depend on an order, and where one of them is
not nothing in the end, the events behind it are set against each other one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby, zip_longest
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias, TypeVar, get_args
from zlib import crc32

import msgspec
from msgspec import Struct

from application.acting import stream_of
from domain.case.companions import APPEALS, ENVELOPE, Named, companions, derivable, verify_appeal, verify_listing
from domain.case.events import CASE_EVENTS
from domain.case.replay import Difference
from domain.case.state import Case
from domain.events import Happened
from domain.events import listing as of_listing
from domain.recorded import AnyEvent, Recorded

BUCKETS = 256
"""Sums there are."""

WRAP = 1 << 256

A = TypeVar("A")
B = TypeVar("B")

Kind: TypeAlias = Literal["case", "appeal", "listing"]
ORDER: Sequence[Kind] = ("case", "appeal", "listing")
"""Where events of several are in one stream, it is the first one's."""
KINDS: Mapping[type, Kind] = {
    **dict.fromkeys(get_args(CASE_EVENTS), "case"),
    **dict.fromkeys(APPEALS, "appeal"),
    **dict.fromkeys(get_args(of_listing.LISTING_STREAM_EVENTS), "listing"),
}
"""Whose stream an event belongs to, of all that a replay derives or needs for it."""

_encode = msgspec.json.Encoder().encode
"""As JSON, which has a form for every number and instant that can be read from a log."""


def kind_of(kinds: Iterable[type]) -> Kind | None:
    """Whose stream it is that holds events of these types; None where it is none that a replay derives."""
    found = {KINDS[kind] for kind in kinds if kind in KINDS}
    return next((kind for kind in ORDER if kind in found), None)


class CompanionStream(Struct, frozen=True):
    """The stream of an appeal or of a listing as the log has it. `why` says why it cannot be read, where it cannot."""

    stream: str
    kind: Kind
    recorded: Sequence[Recorded]
    why: str | None = None


class LedgerEntry(NamedTuple):
    """An event of an appeal or a listing that names a case, as recorded, or as the case should have written it.

    The digest is of what follows from the case, and of the replay's key, which is new each time, so that nobody can choose events
    whose digests cancel each other out.

    `place` is where it is in an appeal's stream; 0 in a listing's, which is shared.
    """

    stream: str
    complaint: str
    place: int
    digest: bytes
    what: Recorded | Happened


def entries_of_case(case: Case, recorded: Sequence[Recorded], key: bytes) -> Iterator[LedgerEntry]:
    """What a case should have written into other streams, by its events as they are recorded. `key` is this replay's."""
    for one in companions(case, recorded):
        stream = one.name if one.place else stream_of("listing", one.name)
        expected = Happened(one.of.at, one.event, one.of.by, one.of.rules, one.of.calendar)
        yield LedgerEntry(stream, case.id, one.place, _digest(key, stream, one.place, one.event, one.of), expected)


def entries_of_stream(beside: CompanionStream, key: bytes) -> Iterator[LedgerEntry]:
    """What is recorded in an appeal's or a listing's stream and names a case."""
    stream, own = beside.stream, beside.kind == "appeal"
    for one in beside.recorded:
        event = one.event
        if isinstance(event, Named):
            place = one.originator_version if own else 0
            yield LedgerEntry(stream, event.complaint_id, place, _digest(key, stream, place, derivable(event), one), one)


def _digest(key: bytes, stream: str, place: int, event: AnyEvent, saved: Recorded) -> bytes:
    """Of all that follows from the case: the event without its facts, its stream, and the envelope it was saved in."""
    return sha256(_encode((key, stream, place, event, ENVELOPE(saved)))).digest()


def _number(key: bytes, stream: str, expected: Sequence[object]) -> int:
    """Of events of one stream and their envelopes, in their order, as a number to be added up."""
    return int.from_bytes(sha256(_encode((key, stream, expected))).digest())


def verify_alone(beside: CompanionStream) -> list[Difference]:
    """What is wrong in the stream by itself, whatever its cases say."""
    if beside.why is not None:
        return [Difference(None, None)]
    if not beside.recorded:
        return []
    return (verify_appeal if beside.kind == "appeal" else verify_listing)(beside.recorded)


def bucket_of(complaint: str) -> int:
    """Which of the sums a case's digests go into."""
    return crc32(complaint.encode()) % BUCKETS


class Balance(Struct):
    """Sums of digests, each of some of the cases': of what they should have written, less of what is recorded.

    An appeal's stream is one case's alone and is digested whole; of a listing's, each event by itself.
    """

    sums: list[int] = msgspec.field(default_factory=lambda: [0] * BUCKETS)

    def add(self, case: Case, recorded: Sequence[Recorded], key: bytes) -> None:
        """Count what a case should have written."""
        expected = companions(case, recorded)
        if not expected:
            return
        total, listing = 0, ""
        appeals: dict[str, list[object]] = {}
        for one in expected:
            if not one.place:
                listing = listing or stream_of("listing", one.name)
                total += _number(key, listing, (one.event, ENVELOPE(one.of)))
            else:
                appeals.setdefault(one.name, []).extend((one.event, ENVELOPE(one.of)))
        for name, saved in appeals.items():
            total += _number(key, name, saved)
        self.sums[bucket_of(case.id)] += total

    def take(self, beside: CompanionStream, key: bytes) -> None:
        """Count what is recorded in an appeal's or a listing's stream and names a case."""
        stream, recorded = beside.stream, beside.recorded
        if beside.kind == "listing":
            for one in recorded:
                event = one.event
                if type(event) is of_listing.PenaltyImposed or type(event) is of_listing.PenaltyRevoked:
                    self.sums[bucket_of(event.complaint_id)] -= _number(key, stream, (event, ENVELOPE(one)))
        elif recorded:
            expected = [part for one in recorded for part in (derivable(one.event), ENVELOPE(one))]
            self.sums[bucket_of(_case_of(recorded))] -= _number(key, stream, expected)

    def join(self, other: Balance) -> None:
        """Add another part's sums."""
        self.sums = [(mine + theirs) % WRAP for mine, theirs in zip(self.sums, other.sums, strict=True)]

    def open(self) -> frozenset[int]:
        """The buckets whose sum is not nothing: there something is written and not derived, or derived and not written."""
        return frozenset(number for number, total in enumerate(self.sums) if total % WRAP)


def _case_of(appeal: Sequence[Recorded]) -> str:
    """The case whose appeal it is; none where no event names one."""
    return next((one.event.complaint_id for one in appeal if isinstance(one.event, Named)), "")


class Unmatched(NamedTuple):
    """An event of an appeal's or a listing's stream that is written and not derived, or the other way round; or both, of one place."""

    stream: str
    complaint: str
    difference: Difference


def unmatched(entries: Iterable[LedgerEntry]) -> Iterator[Unmatched]:
    """Entries in the order of their streams, set against each other; what is left of a stream is told in the order of its places."""
    for stream, group in groupby(entries, key=attrgetter("stream")):
        written: list[tuple[LedgerEntry, Recorded]] = []
        derived: list[tuple[LedgerEntry, Happened]] = []
        for one in group:
            if isinstance(one.what, Recorded):
                written.append((one, one.what))
            else:
                derived.append((one, one.what))
        for here, there in zip_longest(_without(written, derived), _without(derived, written)):
            complaint = (here or there)[0].complaint
            yield Unmatched(stream, complaint, Difference(here and here[1], there and there[1]))


def _without(some: Sequence[tuple[LedgerEntry, A]], others: Sequence[tuple[LedgerEntry, B]]) -> list[tuple[LedgerEntry, A]]:
    """Those that have no equal among the others, each of which stands for one."""
    left = Counter(one.digest for one, _ in others)
    rest = []
    for entry, what in some:
        if left[entry.digest]:
            left[entry.digest] -= 1
        else:
            rest.append((entry, what))
    return sorted(rest, key=lambda one: (one[0].place, one[0].what.at, one[0].complaint))
