"""Opening this deployment's store for a command, and saying on one line why it cannot be opened."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.cli.use import UseError
from adapters.settings import Settings
from adapters.store.opening import LOG_FILE
from adapters.wiring import House, open_house

OPERATOR: Final = "operator"
"""By whom an act is recorded that is done on the command line: whoever may open the store's files."""


def settings_here() -> Settings:
    """The settings of the environment. Raises SettingsError."""
    return Settings.read(os.environ)


@contextmanager
def opened(settings: Settings | None = None, *, create: bool = False) -> Iterator[House]:
    """The house over this deployment's store. Raises UseError where there is none (unless it may be made) or it cannot be read."""
    settings = settings or settings_here()
    if not create and not exists(settings):
        raise UseError(f"there is no store at {shown(settings)} (ORIGINALS_STORE names it)")
    with told(settings):
        house = open_house(settings)
    try:
        with told(settings):
            yield house
    finally:
        house.close()


def exists(settings: Settings) -> bool:
    """Whether a store was made there; a database's is known only by opening it."""
    return settings.on_postgres or (Path(settings.store) / LOG_FILE).is_file()


@contextmanager
def told(settings: Settings) -> Iterator[None]:
    """Turn what a database or a directory says when it cannot be used into an error of use."""
    try:
        yield
    except Exception as error:
        why = unusable(error)
        if why is None:
            raise
        raise UseError(f"the store at {shown(settings)} cannot be used: {why}") from None


def unusable(error: Exception) -> str | None:
    """Why a database, a directory or a file cannot be used, on one line; None for an error of another kind."""
    from eventsourcing.persistence import PersistenceError
    from psycopg import Error as PostgresError
    from psycopg_pool import PoolTimeout
    from sqlalchemy.exc import SQLAlchemyError

    from application.acting import Busy

    match error:
        case sqlite3.Error() | PersistenceError() | PostgresError() | PoolTimeout() | SQLAlchemyError() | Busy():
            return _one_line(error)
        case OSError(filename=str(file), strerror=str(why)) if not isinstance(error, BrokenPipeError):
            return f"{file}: {why}"
        case _:
            return None


def shown(settings: Settings) -> str:
    """Where the store is, without a password."""
    return re.sub(r"(://[^/:@]*):[^/@]*@", r"\1:***@", settings.store)


def instant_given(text: str, option: str) -> datetime:
    """An instant of a command's option. Raises UseError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UseError(f"{option} {text!r} is no instant such as 2026-02-02T01:00:00Z") from None
    if instant.tzinfo is None:
        raise UseError(f"{option} needs an offset, such as Z")
    return instant.astimezone(UTC)


def _one_line(error: Exception) -> str:
    text = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return re.sub(r"(://[^/:@\s]*):[^/@\s]*@", r"\1:***@", text)
