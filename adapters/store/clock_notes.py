"""What a store knows of the time: the database's clock, how often an operator has said that the clock is right, and whether its cases
were ever told by a simulated one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapters.store.engine import Database
from adapters.store.session import Dialect, Session


def clock_tables(d: Dialect) -> tuple[str, ...]:
    """The statements that make the table."""
    return (
        "CREATE TABLE IF NOT EXISTS clock_confirmation (id INTEGER PRIMARY KEY CHECK (id = 1), number BIGINT NOT NULL)",
        "INSERT INTO clock_confirmation (id, number) VALUES (1, 0) ON CONFLICT (id) DO NOTHING",
        "CREATE TABLE IF NOT EXISTS simulated_clock (id INTEGER PRIMARY KEY CHECK (id = 1))",
    )


class ClockNotes:
    """Shared by all servers of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def confirmations(self) -> int:
        """How often the time was confirmed."""
        return self._database.read(_confirmations, None)

    def confirm(self) -> None:
        """Note that an operator has looked, and the clock is right: servers that doubt it now trust it from here on."""
        self._database.write(lambda s: s.run("UPDATE clock_confirmation SET number = number + 1"))

    def note_simulated(self) -> None:
        """Note that a server tells the time of this store by a simulated clock."""
        self._database.write(lambda s: s.run("INSERT INTO simulated_clock (id) VALUES (1) ON CONFLICT (id) DO NOTHING"))

    def simulated(self) -> bool:
        """Whether a server ever did."""
        return self._database.read(_simulated, None)

    def database_time(self) -> datetime:
        """The time by the clock of the database's machine (PostgreSQL)."""
        return self._database.read(_time, None)


def _confirmations(s: Session, _: None) -> int:
    row = s.row("SELECT number FROM clock_confirmation")
    return row[0] if row else 0


def _simulated(s: Session, _: None) -> bool:
    return s.row("SELECT id FROM simulated_clock") is not None


def _time(s: Session, _: None) -> datetime:
    row: tuple[Any, ...] | None = s.row("SELECT clock_timestamp()")
    assert row is not None
    told: datetime = row[0]
    return told.astimezone(UTC)
