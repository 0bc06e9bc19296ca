"""Counts requests for rate limits in a table of the store, over all processes and servers."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, MetaData, Table, Text, delete, insert, select, update

from adapters.http.rates import Counted, CountsHere
from adapters.system.outages import outage_of
from projections.dialect import in_turn

_meta: Final = MetaData()
_table: Final = Table(
    "request_count",
    _meta,
    Column("key", Text, primary_key=True),
    Column("window", BigInteger, nullable=False, index=True),
    Column("before", Integer, nullable=False),
    Column("now", Integer, nullable=False),
)
_c: Final = _table.c
_SWEPT_EVERY: Final = 1000


class CountsInTable:
    """One row a subject or address; what is older than the window before is swept away from time to time.

    While the disk is full each process counts for itself: whoever reads is let in, and nobody by that without limits.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._counted, self._here = engine, 0, CountsHere()
        in_turn(engine, _meta.create_all)

    def count(self, key: str, window: int, weight: float, most: int) -> Counted:
        """As `adapters.http.rates.Counts` says; in one transaction, so that nobody slips between."""
        self._counted += 1
        sweep = self._counted % _SWEPT_EVERY == 0

        def counted(connection: Connection) -> Counted:
            if sweep:
                connection.execute(delete(_table).where(_c.window < window - 1))
            row = connection.execute(select(_c.window, _c.before, _c.now).where(_c.key == key)).first()
            before, now = _carried(row, window)
            admitted = before * weight + now + 1 <= most
            values = {"window": window, "before": before, "now": now + admitted}
            if row is None:
                connection.execute(insert(_table).values(key=key, **values))
            elif admitted:
                connection.execute(update(_table).where(_c.key == key).values(values))
            return Counted(before, now + admitted, admitted)

        try:
            return in_turn(self._engine, counted)
        except Exception as error:
            if outage_of(error) != "disk_full":
                raise
            return self._here.count(key, window, weight, most)


def _carried(row: Any, window: int) -> tuple[int, int]:
    """What a row says of the window before and of this one."""
    if row is None or row.window < window - 1:
        return 0, 0
    return (row.before, row.now) if row.window == window else (row.now, 0)
