"""Sealed replays: what a replay stood on and found, on record so that anyone can run it again (rule G8), and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from application.acting import Act
from application.index import PutThing, ThingsAbout
from application.ports import Store
from application.refusals import NotFound
from domain.events import Happened
from domain.events.replay import ReplaySealed, SealedReplayRead
from domain.recorded import Recorded

SEALED, READING = "sealed_replay", "replay_reading"


class ReplayReading(NamedTuple):
    """Who read a sealed replay, and when."""

    by: str
    at: datetime


class SealedReplay(NamedTuple):
    """A sealed replay: its id, what was sealed, by whom and when, and which admins have read it."""

    id: str
    sealed: ReplaySealed
    by: str
    at: datetime
    readings: tuple[ReplayReading, ...]


def seal(act: Act, replay_id: str, found: ReplaySealed) -> SealedReplay:
    """Put a replay on record, in a stream of its own; one that is there already stays as it is."""
    before = _in_stream(replay_id, act.load(replay_id))
    if before is not None:
        return before
    rules = found.rulebook
    recorded = act.append(replay_id, [Happened(act.now, found, act.by, rules)])
    act.note(PutThing(SEALED, replay_id, act.by, rules.digest if rules is not None else ""))
    return SealedReplay(replay_id, found, act.by, recorded[0].at, ())


def read(act: Act, replay_id: str) -> SealedReplay:
    """An admin has read a sealed replay: once on record of each, however often it reads. Raises NotFound."""
    one = _in_stream(replay_id, act.load(replay_id))
    if one is None:
        raise NotFound
    if any(reading.by == act.by for reading in one.readings):
        return one
    rules = one.sealed.rulebook
    act.append(replay_id, [Happened(act.now, SealedReplayRead(one.sealed.digest), act.by, rules)])
    act.note(PutThing(READING, act.new_id(), act.by, rules.digest if rules is not None else ""))
    return one._replace(readings=(*one.readings, ReplayReading(act.by, act.now)))


def was_read(act: Act, digest: str) -> bool:
    """Whether an admin has read a sealed replay under the rulebook of that digest."""
    return bool(act.ask(ThingsAbout(READING, digest)))


def sealed_replay(store: Store, replay_id: str) -> SealedReplay | None:
    """A sealed replay by its id; None where there is none."""
    return _in_stream(replay_id, store.load(replay_id))


def _in_stream(replay_id: str, recorded: Sequence[Recorded]) -> SealedReplay | None:
    first = recorded[0] if recorded else None
    if first is None or not isinstance(first.event, ReplaySealed):
        return None
    readings = tuple(ReplayReading(one.by, one.at) for one in recorded[1:])
    return SealedReplay(replay_id, first.event, first.by, first.at, readings)
