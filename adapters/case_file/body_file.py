"""The case file that an outside body gets (rule H9): the bundle without the complainant, verified offline as the bundle is.

In it is what was decided of the complaint, and what came after: a body hands on to the respondent what it is given, so nothing is here
that a notice could not have told (rule C5). Which events that are is said, not which they are not: one that is added later stays out
until somebody has thought of it. Of what was filed it has the picture, made anew, and not even the digest of the original.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from msgspec.structs import replace

from adapters.case_file.bundle import Written, listed_files, reviews_asked_for
from adapters.case_file.exhibits import Exhibit, MissingExhibit, anonymous_pictures, papers
from adapters.case_file.report import Visibility, page, report, text
from adapters.evidence.bundle import MissingFile
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.receipt import Receipt
from application.acting import Platform
from application.audit import CaseHistory, Line
from domain.case import events as of_case
from domain.events import listing as of_listing
from domain.events.appeal import APPEAL_EVENTS
from domain.events.filing import Filed
from domain.events.listing import SightingMade
from domain.events.member import AttemptRefused
from domain.recorded import Recorded

ROOM = 256 * 1024 * 1024
"""Bytes of evidence that are put into the file; of what is beyond, it is said that it is not there."""

READ_BY_BODIES = frozenset(
    (
        of_case.Accepted,
        of_case.Declined,
        of_case.NoticeServed,
        of_case.Penalized,
        of_case.WindowOpened,
        of_case.ReminderSent,
        of_case.WindowClosed,
        of_case.RoundOpened,
        of_case.RoundExempted,
        of_case.RoundDecided,
        of_case.RoundReversed,
        of_case.Finalized,
        of_case.Lifted,
        of_case.Withdrawn,
        *get_args(APPEAL_EVENTS),
        of_listing.PenaltyImposed,
        of_listing.PenaltyRevoked,
        of_listing.ListingTakenDown,
        of_listing.ListingRestored,
        AttemptRefused,
    )
)
"""The events that a body reads of a case."""

NOTES = (
    "This is the case without its complainant, for a certified dispute body. Who complained, what was stated, when the complaint came in, "
    "and what became of the filing are withheld. Who the parties are is told by a disclosure only, which goes on record.",
    "An event without content in its receipt is withheld, for it would tell who complained, or what one party alone asked for: that "
    "receipt proves only that it is there. "
    "Everything else here, this page too, rests on the seal of the platform, but for files whose own SHA-256 an event names.",
)


def write(platform: Platform, evidence: TamperEvidence, history: CaseHistory, file: Path) -> Written:
    """Write the file. Raises OSError, Tampered."""
    told = without_complainant(history)
    receipts = list(_receipts(evidence, told, _secrets(history)))
    said = report(told, platform.sealer, platform.identities, Visibility(identities=False, statements=False))
    shown = list(anonymous_pictures(platform, _filed(history) or "", _listed(history)))
    beside = [*papers(platform, told, False, ROOM), Exhibit("history.txt", text(said).encode(), "the history as plain text")]
    absent = [one for one in (*shown, *beside) if isinstance(one, MissingExhibit)]
    contents = {one.name: one.content for one in (*shown, *beside) if isinstance(one, Exhibit)}
    notes = [f"Not here: {one.what} ({one.name}): {one.why}." for one in absent]
    html = page(said, listed_files(shown), listed_files(beside), [*notes, *NOTES])
    evidence.bundle(file, html, contents, receipts, [MissingFile(one.name, one.what, one.why) for one in absent])
    return Written(len(receipts), absent)


def without_complainant(history: CaseHistory) -> CaseHistory:
    """What a body reads of a case: from the decision on the complaint on, without what the complainant tried in vain."""
    case = history.case
    served = _served(history)
    link = "of which no notice was served" if served is None else served.link
    return history._replace(case=replace(case, link=link), lines=tuple(_lines(history)))


def _lines(history: CaseHistory) -> Iterator[Line]:
    """Evidence may have been handed in before, for another notice of the respondent's."""
    case = history.case
    taken_up = of_case.Declined if case.accepted_at is None else of_case.Accepted
    begun = False
    for line in history.lines:
        event = line.fact.event
        begun = begun or type(event) is taken_up
        in_vain = isinstance(event, AttemptRefused) and line.fact.by == case.complainant
        if type(event) in READ_BY_BODIES and (begun or line.kind == "evidence") and not in_vain:
            yield line


def _receipts(evidence: TamperEvidence, told: CaseHistory, secrets: tuple[str, ...]) -> Iterator[Receipt]:
    recorded = [line.fact.id for line in told.lines if isinstance(line.fact, Recorded)]
    for receipt in evidence.receipts(recorded):
        reads = str(receipt.reads)
        yield receipt.withheld() if any(secret in reads for secret in secrets) else receipt


def _secrets(history: CaseHistory) -> tuple[str, ...]:
    """What an event may not name: the complainant, the filing, the digest of what was filed, a review that one party asked for."""
    filed, case = _filed(history), history.case
    return (case.complainant, case.filing_id, *reviews_asked_for(case), *(() if filed is None else (filed,)))


def _filed(history: CaseHistory) -> str | None:
    return next((line.fact.event.digest for line in history.lines if isinstance(line.fact.event, Filed)), None)


def _listed(history: CaseHistory) -> str | None:
    """The listing's picture: the one that the notice shows, unless that is the original; else the one in which it was seen."""
    served = _served(history)
    if served is not None and not served.shows_original:
        return served.picture
    return next((line.fact.event.seen.digest for line in history.lines if isinstance(line.fact.event, SightingMade)), None)


def _served(history: CaseHistory) -> of_case.NoticeServed | None:
    return next((line.fact.event for line in history.lines if isinstance(line.fact.event, of_case.NoticeServed)), None)
