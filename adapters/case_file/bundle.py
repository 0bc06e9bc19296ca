"""A case in one file that is checked without the store: a page, the pictures, the evidence, and a receipt for each event (rule G4).

Without the identities nothing in it tells who complained: events of the complainant's and of others keep their place in the
proof, but not their content; the original picture stays out, for its metadata may name its maker (rule C5).

What the desk keeps to itself keeps its place in the proof as well, and is nowhere else (rule H7); so is what one party did after the
end that the other never hears of, unless the parties are told to somebody by name (rule H9).

Whatever is read for it is compared with the digest that an event names. The pictures shown are made anew from the originals so
checked: what was stored of them when they came is named by no event. What is missing or damaged is said, and the rest is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from adapters.case_file.exhibits import Exhibit, MissingExhibit, papers, pictures
from adapters.case_file.report import KINDS_OF_THE_COMPLAINANT, ListedFile, Visibility, page, report, text
from adapters.evidence.bundle import MissingFile
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.receipt import Receipt
from application.acting import Platform
from application.audit import CaseHistory, Line
from domain.case.events import DESK_ONLY, ONE_PARTYS
from domain.case.state import Case
from domain.recorded import Recorded


class Written(NamedTuple):
    """How many events the bundle has, and what should be in it and is not."""

    events: int
    absent: list[MissingExhibit]


def write(platform: Platform, evidence: TamperEvidence, history: CaseHistory, file: Path, identities: bool) -> Written:
    """Write the bundle of a case. Raises OSError, Tampered."""
    visibility = Visibility(identities, statements=identities)
    receipts = list(_receipts(evidence, history, identities))
    history = history.without(_kept_back(identities))
    said = report(history, platform.sealer, platform.identities, visibility)
    shown, beside = list(pictures(platform, history, identities)), list(papers(platform, history, identities))
    beside.append(Exhibit("history.txt", text(said).encode(), "the history as plain text"))
    absent = [one for one in (*shown, *beside) if isinstance(one, MissingExhibit)]
    contents = {one.name: one.content for one in (*shown, *beside) if isinstance(one, Exhibit)}
    missing = [MissingFile(one.name, one.what, one.why) for one in absent]
    html = page(said, listed_files(shown), listed_files(beside), _notes(identities, absent))
    evidence.bundle(file, html, contents, receipts, missing)
    return Written(len(receipts), absent)


def listed_files(found: list[Exhibit | MissingExhibit]) -> list[ListedFile]:
    """What a page says of the files beside it."""
    return [ListedFile(one.name, one.caption) for one in found if isinstance(one, Exhibit)]


def _notes(identities: bool, absent: list[MissingExhibit]) -> list[str]:
    notes = [f"Not here: {one.what} ({one.name}): {one.why}." for one in absent]
    notes.append(
        "A file whose own SHA-256 an event names is proven by that event's receipt. Everything else here, this page too, rests on the "
        "seal of the platform: among it the pictures that were made anew from originals, and what was opened from sealed files."
    )
    if not identities:
        withheld = "Who the parties are is withheld, and so are the events that could tell"
        notes.append(f"{withheld}: their receipts prove only that they are there.")
    return notes


def reviews_asked_for(case: Case) -> tuple[str, ...]:
    """The ids of the reviews that were asked for: an event that names one tells the other party that somebody asked (rule H8)."""
    return tuple(one.id for one in case.reviews if one.id is not None)


def _receipts(evidence: TamperEvidence, history: CaseHistory, identities: bool) -> Iterator[Receipt]:
    recorded = [(line, line.fact) for line in history.lines if isinstance(line.fact, Recorded)]
    receipts = evidence.receipts(fact.id for _, fact in recorded)
    for (line, _), receipt in zip(recorded, receipts, strict=True):
        withheld = type(line.fact.event) in _kept_back(identities) or (not identities and _tells(line, receipt, history.case))
        yield receipt.withheld() if withheld else receipt


def _kept_back(identities: bool) -> frozenset[type]:
    return DESK_ONLY if identities else DESK_ONLY | ONE_PARTYS


def _tells(line: Line, receipt: Receipt, case: Case) -> bool:
    """Whether an event could tell who complained, or who asked for a person: it names the complainant or a review, or is of a stream
    of the complainant's or of others'."""
    reads = str(receipt.reads)
    return line.kind in KINDS_OF_THE_COMPLAINANT or any(secret in reads for secret in (case.complainant, *reviews_asked_for(case)))
