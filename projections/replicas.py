"""Copies of the views' database that follow it: one is read where it has passed the reader's position, and left alone where it has not.

What a copy holds is one state of the database as it was a moment ago, positions of the views included; so the copy itself says whether
it is far enough. One that cannot be reached, or is no copy of this database, is not asked again for a while.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import count

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from projections.dialect import snapshot
from projections.generations import Live, live_sets
from projections.session import DriverSession, database_troubles

REST = 5.0
"""Seconds for which a copy that failed is not asked."""
_WHOSE = "SELECT system_identifier, current_database() FROM pg_control_system()"

_logger = logging.getLogger(__name__)


class StrangeReplica(Exception):
    """It is a copy of another database."""


class Replicas:
    """The copies of a database, asked in turn."""

    def __init__(self, primary: Engine, copies: Sequence[Engine]) -> None:
        self.copies = tuple(copies)
        self._primary = primary
        self._whose: list[tuple[object, ...]] = []
        self._known: set[Engine] = set()
        self._rests: dict[Engine, float] = {}
        self._turn = count()

    def opened(self, stack: ExitStack, passed: Callable[[Mapping[str, Live]], bool]) -> tuple[DriverSession, Mapping[str, Live]] | None:
        """One state of a copy that has passed a reader's position, for as long as the stack lasts; None where no copy has."""
        first, now = next(self._turn), time.monotonic()
        for place in range(len(self.copies)):
            copy = self.copies[(first + place) % len(self.copies)]
            if self._rests.get(copy, 0.0) > now:
                continue
            try:
                with ExitStack() as trial:
                    session = trial.enter_context(snapshot(copy))
                    self._recognise(copy, session)
                    live = live_sets(session)
                    if passed(live):
                        stack.enter_context(trial.pop_all())
                        return session, live
            except (SQLAlchemyError, StrangeReplica, *database_troubles(copy)) as error:
                self._rests[copy] = now + REST
                _logger.warning("a replica is not read for %.0f seconds: %s", REST, str(error).splitlines()[0])
        return None

    def _recognise(self, copy: Engine, session: DriverSession) -> None:
        """Raises StrangeReplica. A URL that names another marketplace's database would answer with its cases."""
        if copy in self._known or not session.on_postgres:
            return
        if not self._whose:
            with snapshot(self._primary) as own:
                self._whose = [tuple(row) for row in own.rows(_WHOSE)]
        if [tuple(row) for row in session.rows(_WHOSE)] != self._whose:
            raise StrangeReplica("it is no copy of this database")
        self._known.add(copy)
