"""Sealing a replay: what it stood on and the digest of what it found go on record; and running it again from there (rule G8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.merkle import leaf_hash, root_of
from adapters.replay.canonical import LISTED_APART, digest, pieces, pieces_of
from adapters.replay.job_table import JobTable
from adapters.replay.ranges import ReplayProgress
from adapters.replay.reading import open_reader
from adapters.replay.running import Replayed, replay, spare_years
from application.acting import Command, Platform, run
from application.law import PublishedLaw
from application.sealed_replays import SealedReplay, seal
from domain.events.replay import ReplaySealed
from domain.law import Law
from domain.rulebook import BUILT_IN, Rulebook, parse_rulebook, to_document
from domain.working_days import Calendar, CalendarRef


class Sealing(NamedTuple):
    """What sealing stands on: the store with its platform, and the tree over its log."""

    store: str
    platform: Platform
    evidence: Callable[[], TamperEvidence]


def named(rulebook: Rulebook) -> tuple[str, Rulebook]:
    """A rulebook to replay under, by the name that it has in a report."""
    return rulebook.title, rulebook


def sealed(sealing: Sealing, replay_id: str, replayed: Replayed, rulebook: Rulebook | None, by: str) -> SealedReplay:
    """Put what was found on record."""
    evidence = sealing.evidence()
    evidence.catch_up()
    reader = open_reader(sealing.store)
    try:
        published = reader.law(replayed.head)
    finally:
        reader.close()
    found = ReplaySealed(
        digest=digest(pieces(replayed)),
        log_position=replayed.head,
        size=replayed.size,
        root=evidence.root(replayed.size).hex(),
        until=replayed.until,
        calendars=calendars(published, rulebook),
        code=version("originals"),
        rulebook=None if rulebook is None else rulebook.ref,
        document=None if rulebook is None else to_document(rulebook),
    )
    return run(sealing.platform, Command("seal", by), lambda act: seal(act, replay_id, found))


def calendars(published: PublishedLaw, rulebook: Rulebook | None) -> tuple[CalendarRef, ...]:
    """The calendars of the countries that rulebooks name: each with all that was published of it, or else as the library has it."""
    rulebooks, years = published
    countries = {BUILT_IN.calendar, *(one.calendar for one in rulebooks), *(() if rulebook is None else (rulebook.calendar,))}
    law = Law(rulebooks, years)
    spare = {country: {one.year: one for one in spare_years(country, years)} for country in countries}
    found = [Calendar(country, spare[country]) if spare[country] else law.latest_calendar(country) for country in sorted(countries)]
    return tuple(calendar.ref for calendar in found)


class NotTheSame(NamedTuple):
    """What is not the same when a sealed replay is run again: what, as it was sealed, and as it is found."""

    what: str
    sealed: str
    found: str


def run_again(
    store: str, sealed: ReplaySealed, keep: Path, workers: int | None = None, progress: ReplayProgress = lambda events, share: None
) -> tuple[Replayed, list[NotTheSame]]:
    """Run a sealed replay again, at its position of the log and under the law as of then; what is not the same is named.

    The root is computed from the events themselves. Raises RulebookInvalid where what was sealed is no rulebook.
    """
    rulebook = None if sealed.document is None else parse_rulebook(sealed.document)
    others = [] if rulebook is None else [named(rulebook)]
    reader = open_reader(store)
    try:
        published, root = reader.law(sealed.log_position), root_of(map(leaf_hash, reader.states(sealed.log_position)))
    finally:
        reader.close()
    replayed = replay(store, None, others, head=sealed.log_position, until=sealed.until, workers=workers, keep=keep, progress=progress)
    digests = [one.digest for one in (sealed.rulebook, None if rulebook is None else rulebook.ref) if one is not None]
    pairs = [
        ("the log's size", str(sealed.size), str(replayed.size)),
        ("the root of the log's tree", sealed.root, root.hex()),
        ("the rulebook", digests[0] if digests else "", digests[-1] if digests else ""),
        ("the calendars", _listed(sealed.calendars), _listed(calendars(published, rulebook))),
        ("the report", sealed.digest, digest(pieces(replayed))),
    ]
    return replayed, [NotTheSame(*pair) for pair in pairs if pair[1] != pair[2]]


def kept_differs(table: JobTable, replay_id: str, sealed: ReplaySealed) -> list[NotTheSame]:
    """Whether the report that was kept is another one, or is gone."""
    kept = table.sealed(replay_id)
    found = "none"
    if kept is not None:
        found = digest(pieces_of({name: kept[name] for name in kept if name not in LISTED_APART}, table.every(replay_id)))
    return [] if found == sealed.digest else [NotTheSame("the kept report", sealed.digest, found)]


def _listed(some: Sequence[CalendarRef]) -> str:
    return ", ".join(f"{one.name} {one.digest}" for one in some)
