"""How every command runs: read the clock, load, settle, decide, append everything once (rules T2, T4).

`perform` runs a function of the journey modules inside an `Act`. On a conflict with another writer the whole function runs
again, from the clock on. A refusal leaves nothing but what time had brought about and the fact of the attempt (rule D5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from application.command import Answer, Batch, Busy, ClockBehind, ClockDoubtful, Command, Conflict, IdempotencyKey, stream_of
from application.concerned import collecting
from application.index import AttemptsToday, CountAttempt, Entry, Lookup, PublicationCount
from application.law import LawLibrary
from application.links import TRACKING
from application.ports import Beginning, Clock, Identities, IdGenerator, Inspector, Matcher, Sealer, Store, Vault
from application.refusals import Invalid, NotFound, Stale
from application.tries import tries
from domain.events import Happened
from domain.events.member import AttemptRefused
from domain.law import Law
from domain.recorded import Recorded
from domain.refusal import Refusal, RefusedAttempt
from domain.rulebook import RulebookRef

__all__ = [
    "Act",
    "Answer",
    "Batch",
    "Busy",
    "ClockBehind",
    "ClockDoubtful",
    "Command",
    "Conflict",
    "IdempotencyKey",
    "Platform",
    "Replies",
    "perform",
    "run",
    "stream_of",
]

R = TypeVar("R")
T = TypeVar("T")
E = TypeVar("E", bound=Entry)


class Platform(NamedTuple):
    """The application's outside, put together once by the wiring."""

    store: Store
    clock: Clock
    ids: IdGenerator
    identities: Identities
    sealer: Sealer
    vault: Vault
    inspector: Inspector
    matcher: Matcher
    library: LawLibrary
    tracking: tuple[str, ...] = TRACKING


class Replies(Protocol, Generic[R]):  # type: ignore[misc]  # a result is only given to it
    """How an adapter words the answer to a command."""

    def done(self, act: Act, result: R) -> Answer:
        """The answer to a command that was carried out, composed from what it decided."""
        ...

    def refused(self, refusal: Refusal) -> Answer:
        """The answer to a command that was refused by rule."""
        ...


class Act:
    """One try of a command: what it has read, and what it will write."""

    def __init__(self, platform: Platform, command: Command, command_id: str, began: Beginning, not_before: datetime | None = None) -> None:
        self.platform = platform
        self.command = command
        self.command_id = command_id
        self.head = began.head
        reading = platform.clock.now()
        self.now = reading if not_before is None or reading >= not_before else not_before
        self.subject = command.by
        self._asked: dict[str, Any] = {}
        self._versions: dict[str, int] = {}
        self._loaded: dict[str, tuple[Recorded, ...]] = {}
        self._lookups: dict[Lookup[Any], Any] = {PublicationCount(): began.publications}
        self._events: list[Recorded] = []
        self._entries: list[Entry] = []
        self._settled = (0, 0)
        self._under: RulebookRef | None = None
        self._alone = False
        self._concerned = {command.by: None}
        self.law: Law = platform.library.law(platform.store, began.publications)

    @property
    def by(self) -> str:
        """Who asked."""
        return self.command.by

    def new_id(self) -> str:
        """A random id that neither orders nor dates anything."""
        return self.platform.ids.new()

    def load(self, stream: str) -> tuple[Recorded, ...]:
        """The stream as recorded, with this act's own events after it; read once, for whatever comes later is a conflict.

        Raises ClockBehind where the clock is behind the stream.
        """
        recorded = self._loaded.get(stream)
        if recorded is None:
            recorded = self._loaded[stream] = self.platform.store.load(stream)
            self._versions[stream] = len(recorded)
        if recorded and recorded[-1].recorded_at > self.now:
            raise ClockBehind(recorded[-1].recorded_at)
        return (*recorded, *self._own(stream)) if self._events else recorded

    def _own(self, stream: str) -> list[Recorded]:
        return [event for event in self._events if event.originator_id == stream]

    def ask(self, lookup: Lookup[T]) -> T:
        """Ask the index, once for each lookup; the answer is compared again at commit where the log has moved."""
        if lookup not in self._lookups:
            self._lookups[lookup] = self.platform.store.ask(lookup)
        answer: T = self._lookups[lookup]
        return answer

    def append(self, stream: str, happened: Iterable[Happened]) -> tuple[Recorded, ...]:
        """Add events to a stream that this act has loaded, or to a new one."""
        first = len(self._events)
        version = self._versions.get(stream, 0) + (len(self._own(stream)) if first else 0)
        for offset, h in enumerate(happened, start=1):
            self._events.append(
                Recorded(
                    originator_id=stream,
                    originator_version=version + offset,
                    id=self.new_id(),
                    at=h.at,
                    recorded_at=self.now,
                    by=h.by,
                    command=self.command_id,
                    event=h.event,
                    rules=h.rules,
                    calendar=h.calendar,
                )
            )
        return tuple(self._events[first:])

    def note(self, *entries: Entry) -> None:
        """Write these rows of the index with the events."""
        self._entries.extend(entries)

    def noted(self, kind: type[E]) -> list[E]:
        """The rows of a kind that this act is going to write."""
        return [entry for entry in self._entries if isinstance(entry, kind)]

    def about(self, subject: str, **asked: Any) -> None:
        """Name what the command is about and what is asked, for the fact of a refused attempt (rule D5)."""
        self.subject = subject
        self._asked = {**self._asked, **asked}

    def under(self, rules: RulebookRef) -> None:
        """Name the rulebook that is pinned to what the command is about: whatever is refused, is refused under it (rules T1, T5)."""
        self._under = rules

    def stand_alone(self) -> None:
        """Give way to any other act that is saved meanwhile: what is published is in force for all that is saved after it (rule T6)."""
        self._alone = True

    def concern(self, *members: str) -> None:
        """Name the members whom the answer tells of: it goes with them when they are forgotten (rule H6)."""
        self._concerned.update(dict.fromkeys(members))

    def settled(self) -> None:
        """Mark what was added so far as consequences of time: kept even where the command is refused (rule T4)."""
        self._settled = (len(self._events), len(self._entries))

    def count_attempt(self) -> bool:
        """Count a refused attempt of the actor; whether it is still among those a day that are stored as facts (rule D5)."""
        day = self.now.date().isoformat()
        counted = self.ask(AttemptsToday(self.by, day)) + sum(isinstance(e, CountAttempt) for e in self._entries)
        self.note(CountAttempt(self.by, day))
        return counted < self.law.in_force(self.now).limits.attempts_a_day

    def attempt(self, code: str, facts: dict[str, Any], subject: str | None = None) -> str:
        """Record a refused attempt, or only count it beyond the rulebook's number a day (rule D5); the event's id, else a random one."""
        if not self.count_attempt():
            return self.new_id()
        about = subject or self.subject
        stream = stream_of("attempts", about)
        self.load(stream)
        refused = AttemptRefused(self.command.name, about, code, {**self._asked, **facts})
        (recorded,) = self.append(stream, [Happened(self.now, refused, self.by, self._under or self.law.in_force(self.now).ref)])
        return recorded.id

    def undo(self) -> None:
        """Forget what the command itself decided; what time had brought about stays."""
        events, entries = self._settled
        del self._events[events:], self._entries[entries:]

    def batch(self, answer: Answer | None) -> Batch:
        """All that is to be saved."""
        return Batch(
            self.command_id,
            tuple(self._events),
            tuple(self._entries),
            self.head,
            tuple(self._versions.items()),
            tuple(self._lookups.items()),
            self.command.key,
            answer,
            self._alone,
            tuple(self._concerned),
        )


def perform(platform: Platform, command: Command, decide: Callable[[Act], R], replies: Replies[R]) -> Answer:
    """Run one command to its end and keep its answer with its effect.

    Raises Refusal(idempotency_mismatch), Busy, ClockDoubtful, NotFound, Invalid.

    The same key and content give the same answer, whatever crashed in between; a duplicate in flight meets the unique key of
    the answer and finds it on its next try.
    """
    command_id = platform.ids.new()
    not_before: datetime | None = None
    for _ in tries():
        if platform.clock.doubtful():
            raise ClockDoubtful
        began = platform.store.begin(command.key)
        if began.kept is not None:
            return _fitting(command.key, began.kept)
        try:
            act = Act(platform, command, command_id, began, not_before)
            with collecting() as members:
                answer = _decided(act, decide, replies)
            act.concern(*sorted(members))
            platform.store.append(act.batch(answer))
            return answer
        except ClockBehind as behind:
            not_before = behind.instant
        except (NotFound, Invalid, Stale):
            kept = _kept(platform, command.key)  # a duplicate in flight may have changed what this one looked for
            if kept is None:
                raise
            return kept
        except Conflict:
            saved = platform.store.saved_answer(command_id)
            if saved is not None:
                return saved
    raise Busy


def _kept(platform: Platform, key: IdempotencyKey | None) -> Answer | None:
    kept = None if key is None else platform.store.answer(key)
    return None if kept is None else _fitting(key, kept)


def _fitting(key: IdempotencyKey | None, kept: tuple[str, Answer]) -> Answer:
    fingerprint, answer = kept
    if key is None or fingerprint != key.fingerprint:
        raise Refusal("idempotency_mismatch")
    return answer


def _decided(act: Act, decide: Callable[[Act], R], replies: Replies[R]) -> Answer:
    try:
        return replies.done(act, decide(act))
    except Refusal as refusal:
        act.undo()
        if isinstance(refusal, RefusedAttempt):
            act.attempt(refusal.code, refusal.facts)
        return replies.refused(refusal)


class Silent(Generic[R]):
    """The replies of a caller that wants the result itself, or the refusal raised: the worker, the command line, tests."""

    def __init__(self) -> None:
        self.result: Sequence[R] = ()
        self.refusal: Refusal | None = None

    def done(self, act: Act, result: R) -> Answer:
        """Keep the result; an earlier try's refusal counts no longer."""
        self.result, self.refusal = (result,), None
        return Answer(200, b"")

    def refused(self, refusal: Refusal) -> Answer:
        """Keep the refusal."""
        self.refusal = refusal
        return Answer(409, b"")


def run(platform: Platform, command: Command, decide: Callable[[Act], R]) -> R:
    """Run a command for its result; raises the Refusal after the attempt was recorded."""
    replies: Silent[R] = Silent()
    perform(platform, command, decide, replies)
    if replies.refusal is not None:
        raise replies.refusal
    return replies.result[0]
