"""The audit: the full history of a case, now or as of any instant; and what auditors do, which is itself on record (rules G1, G4b, T8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from application.acting import Act, Platform, stream_of
from application.cases import voiding_of
from application.index import CaseById, PutThing, ThingsAboutAny
from application.ports import Identity
from application.refusals import Invalid, NotFound
from application.texts import check_length
from domain import appeal, listing
from domain.appeal import Appeal
from domain.case.consequences.plan import NoticePlan
from domain.case.folding import evolve, fold
from domain.case.settling import settle
from domain.case.state import Case
from domain.events import Happened
from domain.events import listing as of_listing
from domain.events.member import HistoryRead, IdentityDisclosed, MerchantTerminated
from domain.listing import Listing
from domain.recorded import Recorded

Kind = Literal[
    "complaint",
    "appeal",
    "listing",
    "filing",
    "vouchers",
    "voucher_request",
    "dispute",
    "evidence",
    "attempts",
    "sighting",
    "warning",
    "disclosure",
    "finding",
]

NOT_YET_SERVED = "pending"
"""The id of a notice that is due and not yet served: its real one is random, and made when it is."""


class StreamReader(Protocol):
    """The log, as a reader of several streams needs it."""

    def events_of(self, streams: Iterable[str]) -> Sequence[tuple[int, Recorded]]:
        """Position and event of several streams, in the order of the log."""
        ...


class Line(NamedTuple):
    """An event of a case's history: of which stream and whose, where in the log, and whether it is due and not yet written."""

    kind: Kind
    subject: str
    fact: Recorded | Happened
    position: int | None = None

    @property
    def pending(self) -> bool:
        """Whether time has brought it about by then, though nobody had written it down (rule T8)."""
        return self.position is None


class CaseHistory(NamedTuple):
    """A case as of an instant, settled to it, and the lines of its history in the order of the log, what is pending last."""

    case: Case
    as_of: datetime
    lines: tuple[Line, ...]
    instants: tuple[datetime, ...] = ()
    """When anything of it was recorded, also after the instant, as far as its streams were known by then: where one can look."""

    def of(self, kind: Kind) -> tuple[Line, ...]:
        """The lines of one kind of stream."""
        return tuple(line for line in self.lines if line.kind == kind)

    def without(self, events: Collection[type]) -> CaseHistory:
        """Without the events of some types, such as those that the desk keeps to itself (rule H7)."""
        return self._replace(lines=tuple(line for line in self.lines if type(line.fact.event) not in events))

    @property
    def appeals(self) -> tuple[Appeal, ...]:
        """The appeals as of the instant, in the order of their rounds."""
        lines = self.of("appeal")
        ids = [spent.appeal_id for spent in self.case.rounds]
        states = (appeal.fold(appeal_id, [line.fact for line in lines if line.subject == appeal_id]) for appeal_id in ids)
        return tuple(state for state in states if state is not None)


class Disclosure(NamedTuple):
    """Who the parties are, told to somebody for the record; None where the member was forgotten."""

    id: str
    complaint_id: str
    to: str
    order: str
    reason: str
    at: datetime
    complainant: Identity | None
    respondent: Identity | None


def record_read(act: Act, what: str, subject: str, as_of: datetime | None = None) -> None:
    """An auditor reads a history: that is an event of its own, in a stream of its own, for no stream may grow with reads (rule G4b)."""
    act.append(act.new_id(), [Happened(act.now, HistoryRead(what, subject, as_of), act.by)])


def disclose(act: Act, complaint_id: str, to: str, order: str, reason: str) -> Disclosure:
    """Tell somebody who the parties of a case are: to whom, on whose order, why (rule G4b). Raises NotFound; Refusal: text_too_long."""
    row = act.ask(CaseById(complaint_id))
    if row is None:
        raise NotFound
    act.concern(row.complainant, row.respondent)
    for text in (to, order, reason):
        check_length(act, text)
    stream = act.new_id()
    act.append(stream, [Happened(act.now, IdentityDisclosed(complaint_id, to, order, reason), act.by)])
    act.note(PutThing("disclosure", stream, act.by, complaint_id))
    who = act.platform.identities.by_id
    return Disclosure(stream, complaint_id, to, order, reason, act.now, who(row.complainant), who(row.respondent))


def case_history(platform: Platform, log: StreamReader, complaint_id: str, as_of: datetime | None = None) -> CaseHistory:
    """The whole history of a case: what was recorded by the instant, and what was due by then (rules G1, T8).

    Raises NotFound for no case, or an instant before its lodging; Invalid for an instant to come.
    """
    now = platform.clock.now()
    until = now if as_of is None else as_of
    row = platform.store.ask(CaseById(complaint_id))
    if row is None:
        raise NotFound
    if until > now:
        raise Invalid({"as_of": ["is in the future"]})
    recorded = tuple(fact for fact in platform.store.load(complaint_id) if fact.recorded_at <= until)
    case = fold(complaint_id, recorded)
    if case is None:
        raise NotFound
    lodged_link = case.link
    streams = history_streams(platform, case)
    facts = [(position, fact) for position, fact in log.events_of(streams) if fact.recorded_at <= until]
    lines = [Line(*streams[fact.originator_id], fact, position) for position, fact in _of_case(case, facts)]
    decided = settle(case, until, platform.library.law(platform.store), lambda: _unserved(lodged_link), voiding_of(row))
    fed = listing.fold(case.listing_id, [fact for _, fact in facts if streams[fact.originator_id][0] == "listing"])
    pending = _pending(case, fed, decided)
    for h in decided:
        case = evolve(case, h)
    instants = sorted({fact.recorded_at for _, fact in _of_case(case, facts)})
    return CaseHistory(case, until, (*lines, *pending), tuple(instants))


def history_streams(platform: Platform, case: Case) -> dict[str, tuple[Kind, str]]:
    """Every stream of a case's history, with its kind and what it is about (rule G1)."""
    ask = platform.store.ask
    pair = f"{case.filing_id}/{case.listing_id}"
    streams: dict[str, tuple[Kind, str]] = {
        case.id: ("complaint", case.id),
        case.filing_id: ("filing", case.filing_id),
        stream_of("listing", case.listing_id): ("listing", case.listing_id),
        stream_of("attempts", case.id): ("attempts", case.id),
        stream_of("warning", f"{case.listing_id}/{case.respondent}"): ("warning", case.listing_id),
        case.complainant: ("finding", case.complainant),
    }
    things: tuple[tuple[Kind, str], ...] = (
        ("sighting", pair),
        ("voucher_request", case.filing_id),
        ("dispute", case.filing_id),
        ("disclosure", case.id),
    )
    found = ask(ThingsAboutAny(things))
    for kind, _ in things:
        streams |= {thing.thing_id: (kind, thing.thing_id) for thing in found if thing.kind == kind}
    disputes = [name for name, (kind, _) in streams.items() if kind == "dispute"]
    streams |= {stream_of("vouchers", subject): ("vouchers", subject) for subject in (case.filing_id, *disputes)}
    for spent in case.rounds:
        streams[spent.appeal_id] = ("appeal", spent.appeal_id)
        opened = appeal.fold(spent.appeal_id, platform.store.load(spent.appeal_id))
        streams |= {name: ("evidence", name) for name in (opened.evidence if opened else ())}
    return streams


def _of_case(case: Case, facts: Sequence[tuple[int, Recorded]]) -> Iterator[tuple[int, Recorded]]:
    """Without what the listing's stream tells of other cases: a listing goes down or up by the penalty told just before it.

    Of the complainant's own stream, the finding for which the case fell (rule B7).
    """
    ours = False
    for position, fact in facts:
        match fact.event:
            case of_listing.ListingFed() | of_listing.ListingGone() | of_listing.ListingPicturesFed():
                continue
            case MerchantTerminated():
                if case.lodged_at <= fact.at and (case.ended_at is None or fact.at <= case.ended_at):
                    yield position, fact
            case _ if fact.originator_id == case.complainant:
                continue
            case of_listing.PenaltyImposed(complaint_id=complaint_id) | of_listing.PenaltyRevoked(complaint_id=complaint_id):
                ours = complaint_id == case.id
                if ours:
                    yield position, fact
            case of_listing.ListingTakenDown() | of_listing.ListingRestored():
                if ours:
                    yield position, fact
            case _:
                yield position, fact


def _pending(case: Case, fed: Listing, decided: Sequence[Happened]) -> Iterator[Line]:
    """What is due and not yet written, and what follows on the appeal and on the listing."""
    current = case.open_round
    for position, h in enumerate(decided):
        yield Line("complaint", case.id, h)
        companions = appeal.companions(case.id, [h])
        if current is not None and companions:
            yield from (Line("appeal", current.appeal_id, companion) for companion in companions)
            current = None
        before = listing.companions(fed, case.id, decided[:position])
        for companion in listing.companions(fed, case.id, decided[: position + 1])[len(before) :]:
            yield Line("listing", case.listing_id, companion)


def _unserved(link: str) -> NoticePlan:
    return NoticePlan(NOT_YET_SERVED, link)
