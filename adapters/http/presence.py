"""Who is looking at a case: reviewers who read it within the last minute of wall time, over all processes of a store. No event."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import BigInteger, Column, Engine, MetaData, Table, Text, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from projections.dialect import in_turn

LOOKS_FOR: Final = 60
"""Seconds for which a read counts as looking."""
_SELDOM: Final = 15

_metadata = MetaData()
_looks = Table(
    "desk_presence",
    _metadata,
    Column("case_id", Text, primary_key=True),
    Column("reviewer", Text, primary_key=True),
    Column("seen", BigInteger, nullable=False, index=True),
)


class Presence:
    """Notes looks and tells of them. Where they cannot be noted just now, nobody is told, and nothing fails by it."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine, self._now = engine, now
        self._noted: dict[tuple[str, str], float] = {}
        in_turn(engine, _metadata.create_all)

    def note(self, case_id: str, reviewer: str) -> None:
        """This reviewer reads this case now."""
        now, key = self._now(), (case_id, reviewer)
        if now - self._noted.get(key, 0.0) < _SELDOM:
            return
        self._noted = {known: at for known, at in self._noted.items() if at > now - LOOKS_FOR} | {key: now}
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(_looks).where(_looks.c.seen < now - LOOKS_FOR))
                mine = (_looks.c.case_id == case_id) & (_looks.c.reviewer == reviewer)
                if connection.execute(update(_looks).where(mine).values(seen=int(now))).rowcount == 0:
                    connection.execute(insert(_looks).values(case_id=case_id, reviewer=reviewer, seen=int(now)))
        except SQLAlchemyError:
            return

    def viewers(self, case_ids: Collection[str]) -> dict[str, list[str]]:
        """Case -> who looks at it now, in the order of names."""
        found: dict[str, list[str]] = {}
        recent = select(_looks.c.case_id, _looks.c.reviewer).where(
            _looks.c.case_id.in_(list(case_ids)), _looks.c.seen >= self._now() - LOOKS_FOR
        )
        try:
            with self._engine.connect() as connection:
                for case_id, reviewer in connection.execute(recent.order_by(_looks.c.reviewer)):
                    found.setdefault(case_id, []).append(reviewer)
        except SQLAlchemyError:
            return {}
        return found
