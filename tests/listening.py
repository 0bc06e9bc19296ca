"""What the views' database is asked while a block lasts, whoever asks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from projections.session import DriverSession


class Sent(NamedTuple):
    """A statement, what it was sent with, and the connection it was sent by."""

    statement: str
    values: Sequence[Any]
    connection: Any


@contextmanager
def listened_to() -> Iterator[list[Sent]]:
    """The statements as they are sent; one over many rows counts once."""
    sent: list[Sent] = []

    def noting(name: str) -> Any:
        original = getattr(DriverSession, name)

        def noted(session: DriverSession, sql: str, values: Any = ()) -> Any:
            sent.append(Sent(sql, values, session._cursor.connection))
            return original(session, sql, values)

        return patch.object(DriverSession, name, noted)

    with noting("rows"), noting("run"), noting("run_many"), noting("copy"):
        yield sent
