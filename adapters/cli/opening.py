"""Opening this deployment's store for a command, and saying on one line why it cannot be opened."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.cli.errors import CommandError
from adapters.store.opening import LOG_FILE
from adapters.system.settings import Settings
from adapters.wording.instants import instant

if TYPE_CHECKING:
    from adapters.wiring.deployment import Deployment


def settings_here() -> Settings:
    """The settings of the environment. Raises SettingsError."""
    return Settings.read(os.environ)


NUMBERED_AT_CLOSE: Final = 5000
"""Events behind which the tree may be for a command to bring it up at its end."""


@contextmanager
def opened(settings: Settings | None = None, *, create: bool = False, look_only: bool = False) -> Iterator[Deployment]:
    """The deployment over this deployment's store; `look_only` mends nothing. Raises CommandError: there is none, or it cannot be read.

    With `create` it is made where there is none.
    """
    from adapters.wiring.deployment import open_deployment  # only here: some commands need no more than to know where the store is

    settings = settings or settings_here()
    if not create:
        check_there(settings)
    with explained(settings):
        deployment = open_deployment(settings, look_only=look_only)
    try:
        with explained(settings):
            before = deployment.stores.store.log_head()
            yield deployment
            if deployment.stores.store.log_head() != before:
                _number(deployment)
                _say_by_which_clock(deployment)
    finally:
        deployment.close()


def _say_by_which_clock(deployment: Deployment) -> None:
    """A simulated clock is its server's; what a command records is dated by the machine's, and no clock of the store goes back."""
    last = deployment.stores.last_recorded_at()
    if last is not None and deployment.stores.clock_notes.simulated():
        when = f"recorded at {instant(last)} by the machine's clock"
        print(f"{when}: the simulated clock of this store starts no earlier from now on", file=sys.stderr)


def _number(deployment: Deployment) -> None:
    """Give what the command recorded its place in the tree of evidence; a long history waits for the server, or for an export."""
    with suppress(Exception):  # the command is done; what is wrong with the tree is told by who asks for it
        if deployment.evidence.behind() <= NUMBERED_AT_CLOSE:
            deployment.evidence.catch_up()


def check_there(settings: Settings) -> None:
    """Raise CommandError where there is no store, or the database cannot be asked."""
    with explained(settings):
        if exists(settings):
            return
    raise CommandError(f"there is no store at {shown(settings)} (ORIGINALS_STORE names it)")


def exists(settings: Settings) -> bool:
    """Whether a store was made there. Raises what a database says that cannot be asked."""
    if settings.on_postgres:
        from adapters.store.opening import store_exists

        return store_exists(settings.store)
    return (Path(settings.store) / LOG_FILE).is_file()


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """Turn what a database or a directory says when it cannot be used into an error of use."""
    try:
        yield
    except Exception as error:
        why = unusable(error)
        if why is None:
            raise
        raise CommandError(f"the store at {shown(settings)} cannot be used: {barred(settings) or why}") from None


def barred(settings: Settings) -> str | None:
    """Which of a store's places this user may not write to, and what to do; None where it may. What a database says names neither."""
    places = [settings.vault_directory, settings.keys_directory]
    if not settings.on_postgres:
        store = Path(settings.store)
        places = [store, *(sorted(store.glob("*.sqlite*")) if os.access(store, os.R_OK | os.X_OK) else ()), *places]
    us = os.geteuid()
    for place in places:
        try:
            owner = place.stat().st_uid
            if os.access(place, os.R_OK | os.W_OK | (os.X_OK if place.is_dir() else 0), effective_ids=True):
                continue
            if os.statvfs(place).f_flag & os.ST_RDONLY:
                return f"{place} is on a file system that can only be read: mount it for writing, or copy the store elsewhere"
        except PermissionError:
            return f"{place} lies where the user of number {us} may not look: run it as the owner of the store"
        except OSError:
            continue
        mend = "run it as its owner, or `chown -R` the store" if owner != us else f"`chmod u+rwX {place}`"
        return f"{place} belongs to the user of number {owner}, and this is {us}, who may not read and write it: {mend}"
    return None


def unusable(error: Exception) -> str | None:
    """Why a database, a directory or a file cannot be used, on one line; None for an error of another kind."""
    from eventsourcing.persistence import PersistenceError
    from psycopg import Error as PostgresError
    from psycopg_pool import PoolTimeout
    from sqlalchemy.exc import SQLAlchemyError

    from adapters.backup.manifest import BackupError, Damaged
    from adapters.store.companions import StoreRefused
    from adapters.vault.contract import VaultAway
    from application.command import Busy, ClockDoubtful

    match error:
        case ClockDoubtful():
            return "the clock runs ahead of what else tells the time; `originals clock confirm` where it is right"
        case VaultAway() | StoreRefused() | BackupError() if not isinstance(error, Damaged):
            return _one_line(error)
        case sqlite3.Error() | PersistenceError() | PostgresError() | PoolTimeout() | SQLAlchemyError() | Busy():
            return _one_line(error)
        case OSError(filename=str(file), strerror=str(why)) if not isinstance(error, BrokenPipeError):
            return f"{file}: {why}"
        case _:
            return None


def altered(error: Exception) -> str | None:
    """What is wrong with the stored history itself, on one line that names the event; None for an error of another kind."""
    from adapters.backup.manifest import Damaged
    from adapters.evidence.checkpoint import NoteError
    from adapters.evidence.reading import Tampered
    from adapters.store.mapper import Unreadable

    match error:
        case Damaged():
            return _one_line(error)
        case Tampered():
            return error.line
        case NoteError():
            return _one_line(error)
        case Unreadable():
            return f"an event cannot be read: {_one_line(error)}; `originals audit export` writes all of them, and `audit verify` names it"
        case _:
            return None


def shown(settings: Settings) -> str:
    """Where the store is, without a password."""
    return re.sub(r"(://[^/:@]*):[^/@]*@", r"\1:***@", settings.store)


def instant_given(text: str, option: str) -> datetime:
    """An instant of a command's option. Raises CommandError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option} {text!r} is no instant such as 2026-02-02T01:00:00Z") from None
    if instant.tzinfo is None:
        raise CommandError(f"{option} needs an offset, such as Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise CommandError(f"{option} {text!r} is not between the years 1 and 9999 in UTC") from None


def _one_line(error: Exception) -> str:
    text = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return re.sub(r"(://[^/:@\s]*):[^/@\s]*@", r"\1:***@", text)
