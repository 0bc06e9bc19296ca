"""The runner: reads the log in batches and folds each into every view that has not seen it, rows and position in one transaction.

A position names its event, and before each batch it is asked whether the log still has that event there. Where it has not, the
log is another history than the one that was folded (it was put back to an older state, say), and the view begins anew.

Whoever needs a view drives it: the follower all the time, a reader to the head as it was when the read began. Within a process
one drives at a time; between processes the database's writer lock decides, and the loser finds the position advanced and goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Engine

from domain.recorded import Recorded
from projections import generations
from projections.dialect import ViewsBusy, in_turn, snapshot, writing
from projections.folding import LogBatch, fold_view
from projections.generations import Live
from projections.reading import Reading, ViewsBehind
from projections.replicas import Replicas
from projections.session import database_troubles, session_of
from projections.shape import View

BATCH = 8192
"""Events a transaction."""

PATIENCE = 2.0
"""Seconds that a reader waits for the views."""

_PAUSE = 0.005

Fold = Callable[[Connection, View, int, LogBatch], None]

_logger = logging.getLogger(__name__)


class LogSource(Protocol):
    """The log of events, as the runner reads it. Positions ascend, with gaps."""

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        """The next events after a position, at most `limit`, each with its position."""
        ...

    def log_head(self) -> int:
        """The position of the last event; 0 where there is none."""
        ...

    def id_at(self, position: int) -> str | None:
        """The id of the event at a position: None where there is none, empty where its bytes tell none."""
        ...


class Broken(NamedTuple):
    """Why a set of tables cannot be folded any further; a rebuild under mended code replaces the set."""

    generation: int
    why: str


class Views:
    """All views over one log."""

    def __init__(self, engine: Engine, log: LogSource, views: Sequence[View], copies: Sequence[Engine] = ()) -> None:
        """`copies` are of the same database, and are read where they have all that a reader needs."""
        self.engine = engine
        self.replicas = Replicas(engine, copies)
        self.log = log
        self.by_name = {view.name: view for view in views}
        self.broken: dict[str, Broken] = {}
        self._driving = threading.Lock()
        self._live: Mapping[str, Live] = {}
        self._reached = self._head = 0

    def prepare(self) -> None:
        """Make the tables that are missing or of another history, and drop retired ones. To be called once, before anything else."""

        def make(connection: Connection) -> Mapping[str, Live]:
            generations.prepare(connection, self.by_name.values(), self.belongs)
            return generations.live_sets(session_of(connection))

        self._note(in_turn(self.engine, make))

    def head(self) -> int:
        """The log's head as it is now."""
        self._head = self.log.log_head()
        return self._head

    @property
    def reached(self) -> int:
        """How far in the log all views are, as far as this process knows."""
        return self._reached

    def preparing(self) -> int | None:
        """How many percent of a long history are folded, where this process saw the views more than a batch behind; None elsewhere."""
        if self._head - self._reached > BATCH:
            with snapshot(self.engine) as session:  # another process may have come further
                self._note(generations.live_sets(session))
        return None if self._head - self._reached <= BATCH else self._reached * 100 // self._head

    def positions(self) -> dict[str, int]:
        """How far in the log each view is."""
        with snapshot(self.engine) as session:
            return {name: live.position for name, live in generations.live_sets(session).items() if name in self.by_name}

    def belongs(self, live: Live) -> bool:
        """Whether a set was folded from the log as it is: whether the event that it saw last is there, at its place.

        An event that was damaged since is no other history: the view stays, and who reads the log names the event.
        """
        return live.position == 0 or self.log.id_at(live.position) in (live.event_id, "")

    def strangers(self) -> list[str]:
        """The views that were folded from another history than the log's, by name; nothing is done about them."""
        with self.engine.connect() as connection:
            live = generations.live_sets(session_of(connection)) if generations.is_prepared(connection) else {}
        return sorted(name for name, one in live.items() if name in self.by_name and not self.belongs(one))

    def drive(self) -> bool:
        """Fold one batch. False where there is nothing to fold. Raises ViewsBusy while another process folds."""
        with self._driving:
            return self._fold_batch()

    def caught_up(self, head: int, timeout: float = PATIENCE) -> None:
        """Return when every view has folded the log up to `head`; costs a comparison where that is so. Raises ViewsBehind."""
        end = time.monotonic() + timeout
        while self._reached < head:
            left = end - time.monotonic()
            if left <= 0 or not self._driving.acquire(timeout=left):
                raise ViewsBehind
            try:
                if self._reached < head and not self._fold_batch():
                    return  # every view has all that the log holds: what is still behind is broken, and says so when it is read
            except ViewsBusy:
                time.sleep(_PAUSE)
            finally:
                self._driving.release()

    @contextmanager
    def reading(self, head: int = 0) -> Iterator[Reading]:
        """One state of all views, for as long as the block lasts; a view that is not at `head` raises ViewsBehind when it is read."""
        with snapshot(self.engine) as session:
            yield Reading(session, generations.live_sets(session), self.by_name, head)

    @contextmanager
    def current(self, timeout: float = PATIENCE) -> Iterator[Reading]:
        """The views as of now: all that is in the log when the block begins is seen. Raises ViewsBehind."""
        head = self.head()
        self.caught_up(head, timeout)
        with ExitStack() as stack:
            if self.replicas.copies and (copy := self.replicas.opened(stack, partial(self._passed, head))) is not None:
                yield Reading(*copy, self.by_name, head)
                return
        with snapshot(self.engine) as session:
            live = generations.live_sets(session)
            if self._hold(live, head):
                yield Reading(session, live, self.by_name, head)
                return
        self._note(live)  # a database that failed has lost a fold that was believed to be there: it is done once more
        self.caught_up(head, timeout)
        with self.reading(head) as reading:
            yield reading

    def _hold(self, live: Mapping[str, Live], head: int) -> bool:
        """Whether the sets are where this process believes them to be."""
        believed = min(head, self._reached)
        return all(live[name].position >= believed for name, view in self.by_name.items() if self._is_mine(view, live))

    def _passed(self, head: int, copied: Mapping[str, Live]) -> bool:
        """Whether a copy has each view as far as the database itself, up to `head`."""
        believed = min(head, self._reached)
        mine = [view for view in self.by_name.values() if self._is_mine(view, self._live)]
        there = [(view, copied.get(view.name)) for view in mine]
        return all(one is not None and one.version == view.version and one.position >= believed for view, one in there)

    def _note(self, live: Mapping[str, Live]) -> None:
        self._live = live
        mine = [live[name].position for name, view in self.by_name.items() if self._is_mine(view, live)]
        self._reached = min(mine, default=0)

    def _is_mine(self, view: View, live: Mapping[str, Live]) -> bool:
        """Not for this program to write are tables that another version of it has made since, and those that it cannot fold."""
        present = live.get(view.name)
        broken = self.broken.get(view.name)
        return present is not None and present.version == view.version and (broken is None or broken.generation != present.generation)

    def _fold_batch(self) -> bool:
        with snapshot(self.engine) as session:  # another process may have come further
            self._note(generations.live_sets(session))
        mine = [view for view in self.by_name.values() if self._is_mine(view, self._live)]
        if not mine:
            return False
        if self._begin_strangers_anew(mine):
            return True
        entries = self.log.read_log(self._reached, BATCH)
        if not entries:
            return False
        batch = LogBatch(entries)
        try:
            self._note(self._folded(batch, fold_view))
        except (*database_troubles(self.engine), ViewsBusy):  # the database's trouble, not a view's: all is tried again
            raise
        except Exception:  # some view's: each is folded so that it fails alone
            self._note(self._folded(batch, self._fold_alone))
        return True

    def _folded(self, batch: LogBatch, fold: Fold) -> Mapping[str, Live]:
        """The sets after a batch is folded into all that have not seen it, their rows and their positions in one transaction."""
        with writing(self.engine) as connection:
            session = session_of(connection)
            live = generations.live_sets(session)
            behind = [v for v in self.by_name.values() if self._is_mine(v, live) and live[v.name].position < batch.last]
            for view in behind:
                fold(connection, view, live[view.name].generation, batch.after(live[view.name].position))
            seen = {view.name: live[view.name].generation for view in behind if self._is_mine(view, live)}
            generations.advance(session, seen, batch.last, batch.last_id)
            return {**live} | {name: live[name]._replace(position=batch.last, event_id=batch.last_id) for name in seen}

    def _begin_strangers_anew(self, mine: Sequence[View]) -> bool:
        """Begin views anew that were folded from another history; whether there were any. Views stand together, so one look is the rule."""
        belonging = {(live.position, live.event_id): self.belongs(live) for live in {self._live[view.name] for view in mine}}
        if all(belonging.values()):
            return False
        with writing(self.engine) as connection:
            live = generations.live_sets(session_of(connection))
            for view in mine:
                present = live[view.name]
                if not belonging.get((present.position, present.event_id), True):
                    _logger.warning("the view %s was folded from another history than the log's and is built anew", view.name)
                    generations.begin_anew(connection, view)
            live = generations.live_sets(session_of(connection))
        self._note(live)
        return True

    def _fold_alone(self, connection: Connection, view: View, generation: int, batch: LogBatch) -> None:
        """A view that fails is left where it is, and the others go on without it."""
        try:
            with connection.begin_nested():
                fold_view(connection, view, generation, batch)
        except database_troubles(self.engine):
            raise
        except Exception as error:
            _logger.exception("the view %s cannot be folded beyond position %d", view.name, batch.entries[0][0] - 1)
            self.broken[view.name] = Broken(generation, f"{type(error).__name__}: {error}")
