"""Cases within an act: loaded, settled, carried on with all the streams that follow them (rules T4, C4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar, cast

from application.acting import Act, ClockBehind, stream_of
from application.index import CaseById, CaseRow, FilingById, Lookup, PutAppeal, PutCase, Standing, ThingsAbout
from application.misuse import note_outcomes
from application.refusals import NotFound, found
from domain import appeal, listing
from domain import sighting as sightings
from domain.appeal import Grounds
from domain.case.consequences.ending import Voiding
from domain.case.consequences.plan import NoticePlan
from domain.case.events import RoundExempted, RoundOpened, RoundReversed
from domain.case.folding import evolve, fold
from domain.case.settling import next_due, settle
from domain.case.state import OPEN, Case, Status
from domain.events import Happened
from domain.events.listing import SightingMade
from domain.listing import Listing
from domain.recorded import Recorded
from domain.sighting import Sighting

STANDING: dict[Status, Standing] = {status: cast("Standing", status.value) for status in Status if status not in OPEN}
"""How an ended case stands in the index; any other is open."""

T = TypeVar("T")


class Reads(Protocol):
    """What can be read from: an act, or the store where nothing is decided."""

    def load(self, stream: str) -> tuple[Recorded, ...]:
        """All events of a stream in order."""
        ...

    def ask(self, lookup: Lookup[T]) -> T:
        """Answer a lookup of the index."""
        ...


class ShownPicture(NamedTuple):
    """A listing's picture by its digest, None where it has none, and where in it the match is."""

    digest: str | None
    region: tuple[float, float, float, float] | None = None


def live_case(act: Act, case_id: str) -> Case:
    """The settled case of that id. Raises NotFound."""
    row = act.ask(CaseById(case_id))
    if row is None:
        raise NotFound
    return live(act, row)


def live(act: Act, row: CaseRow) -> Case:
    """The settled case of an index row; what was due is written with this act, whatever the command comes to (rule T4)."""
    act.about(row.case_id)
    act.concern(row.complainant, row.respondent)
    if row.void_at is not None and row.void_at > act.now:
        raise ClockBehind(row.void_at)
    case = settled(act, found(fold(row.case_id, act.load(row.case_id))), voiding_of(row))
    act.settled()
    act.under(case.case_rules or case.complaint_rules)
    return case


def voiding_of(row: CaseRow) -> Voiding | None:
    """Whether and when the case falls with its complainant's protection (rules B7, H1)."""
    if row.void_at is None:
        return None
    return Voiding(row.void_at, "dispute" if row.void_because == "dispute" else "finding")


def settled(act: Act, case: Case, voiding: Voiding | None = None) -> Case:
    """The case with everything due by the act's instant; recorded where there was any."""
    decided = settle(case, act.now, act.law, lambda: plan_notice(act, case), voiding)
    return record(act, case, decided) if decided else case


def carry_on(act: Act, case: Case, decided: Sequence[Happened], grounds: Grounds | None = None, special: str = "") -> Case:
    """Record what was decided, and what is due at the very same instant because of it (rule D6)."""
    return settled(act, record(act, case, decided, grounds, special))


def record(act: Act, case: Case, decided: Sequence[Happened], grounds: Grounds | None = None, special: str = "") -> Case:
    """Append a case's events and all that follows on its appeal's and its listing's stream; returns the case after them."""
    after = case
    for h in decided:
        after = evolve(after, h)
    act.append(case.id, decided)
    _append_to_appeals(act, case, decided, grounds, special)
    if after.penalty_stands != case.penalty_stands:
        _append_to_listing(act, after, decided)
    note_case(act, after)
    note_outcomes(act, case, decided)
    return after


def note_case(act: Act, case: Case) -> None:
    """Write the case's row of the index."""
    act.note(
        PutCase(
            case.id,
            case.filing_id,
            case.listing_id,
            case.complainant,
            case.respondent,
            STANDING.get(case.status, "open"),
            next_due(case, act.law),
            case.notice_id,
        )
    )


def _append_to_appeals(act: Act, case: Case, decided: Sequence[Happened], grounds: Grounds | None, special: str) -> None:
    current = case.open_round
    for position, h in enumerate(decided):
        if isinstance(h.event, RoundOpened) and grounds is not None:
            names = (case.id, case.notice_id or "", case.respondent)
            act.append(h.event.appeal_id, [appeal.opened(names, grounds, h)])
            act.note(PutAppeal(h.event.appeal_id, case.id, h.event.round, case.respondent))
        elif isinstance(h.event, RoundReversed):
            act.load(h.event.appeal_id)
            act.append(h.event.appeal_id, appeal.companions(case.id, [h]))
        elif current is not None:
            companions = appeal.companions(case.id, decided[position : position + 1], special)
            if companions:
                act.load(current.appeal_id)
                act.append(current.appeal_id, companions)
                current = current if isinstance(h.event, RoundExempted) else None


def _append_to_listing(act: Act, case: Case, decided: Sequence[Happened]) -> None:
    stream = stream_of("listing", case.listing_id)
    state = listing.fold(case.listing_id, act.load(stream))
    act.append(stream, listing.companions(state, case.id, decided))


def plan_notice(act: Act, case: Case, show_original: bool = False) -> NoticePlan:
    """Link and picture of the notice as the feed has them now (rules C5, F2): the listing's picture that matched, else its first.

    A picture that could not be looked at cannot be shown either, and is passed over.
    """
    notice_id = act.new_id()
    if show_original:
        filing = found(act.ask(FilingById(case.filing_id)))
        return NoticePlan(notice_id, listing_as_fed(act, case).link, filing.digest, None, True)
    fed = listing_as_fed(act, case)
    shown = _shown(act, case, fed)
    return NoticePlan(notice_id, fed.link, shown.digest, shown.region)


def listing_picture(reads: Reads, case: Case) -> ShownPicture:
    """What the case's listing shows now of the filing (rule F2): the picture that matched, and where; else the first that can be shown."""
    return _shown(reads, case, listing_as_fed(reads, case))


def _shown(reads: Reads, case: Case, fed: Listing) -> ShownPicture:
    for sighting in reads.ask(_sightings_of(case)):
        for recorded in reads.load(sighting.thing_id):
            if isinstance(recorded.event, SightingMade) and recorded.event.seen.digest in fed.shown:
                return ShownPicture(recorded.event.seen.digest, recorded.event.seen.region)
    return ShownPicture(next((one.digest for one in fed.pictures if one.width), None))


def listing_as_fed(reads: Reads, case: Case) -> Listing:
    """The case's listing as the feed has it now."""
    return listing.fold(case.listing_id, reads.load(stream_of("listing", case.listing_id)))


def last_sighting(reads: Reads, case: Case) -> Sighting | None:
    """What was seen last of the case's filing on its listing, whatever became of it (rule F2); None where nobody saw it."""
    seen = reads.ask(_sightings_of(case))
    return sightings.fold(seen[-1].thing_id, reads.load(seen[-1].thing_id)) if seen else None


def _sightings_of(case: Case) -> ThingsAbout:
    return ThingsAbout("sighting", f"{case.filing_id}/{case.listing_id}")
