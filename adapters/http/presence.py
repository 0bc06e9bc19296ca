"""Who is looking at a case: reviewers who read it within the last minute of wall time, over all processes of a store. No event."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import BigInteger, Column, Engine, MetaData, Table, Text
from sqlalchemy.exc import SQLAlchemyError

from adapters.http.turns import looked_up_beside
from projections.dialect import in_turn
from projections.session import database_troubles, session_of

LOOKS_FOR: Final = 60
"""Seconds for which a read counts as looking."""
_SELDOM: Final = 15

_metadata = MetaData()
Table(
    "desk_presence",
    _metadata,
    Column("case_id", Text, primary_key=True),
    Column("reviewer", Text, primary_key=True),
    Column("seen", BigInteger, nullable=False, index=True),
)


_NOTE: Final = """INSERT INTO desk_presence (case_id, reviewer, seen) VALUES (?, ?, ?)
    ON CONFLICT (case_id, reviewer) DO UPDATE SET seen = excluded.seen"""
_RECENT: Final = "SELECT case_id, reviewer FROM desk_presence WHERE seen >= ?"
_FORGET: Final = "DELETE FROM desk_presence WHERE seen < ?"


class Presence:
    """Notes looks and tells of them. Where they cannot be noted just now, nobody is told, and nothing fails by it."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine, self._now = engine, now
        self._noted: dict[tuple[str, str], float] = {}
        self._swept = 0.0
        self._troubles = (SQLAlchemyError, *database_troubles(engine))
        in_turn(engine, _metadata.create_all)

    def note(self, case_id: str, reviewer: str) -> None:
        """This reviewer reads this case now."""
        now, key = self._now(), (case_id, reviewer)
        if now - self._noted.get(key, 0.0) < _SELDOM:
            return
        sweeping = now - self._swept > LOOKS_FOR
        if sweeping:
            self._swept, self._noted = now, {known: at for known, at in self._noted.copy().items() if at > now - LOOKS_FOR}
        try:
            with self._engine.begin() as connection:
                session = session_of(connection)
                if sweeping:
                    session.run(_FORGET, (int(now - LOOKS_FOR),))
                session.run(_NOTE, (case_id, reviewer, int(now)))
        except self._troubles:
            return  # and the next look tries again
        self._noted[key] = now

    def viewers(self) -> dict[str, list[str]]:
        """Case -> who looks at it now, in the order of names."""
        since = int(self._now() - LOOKS_FOR)
        found: dict[str, list[str]] = {}
        try:
            rows = looked_up_beside(self._engine, _RECENT, (since,), ("text", "text"))
        except self._troubles:
            return {}
        for case_id, reviewer in sorted(rows):
            found.setdefault(case_id, []).append(reviewer)
        return found
