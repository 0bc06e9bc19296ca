"""What an error of the database or of the disk means: it is to be had again later, and nothing was done."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy.exc import DBAPIError

Outage = Literal["disk_full", "unavailable"]
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_OF_SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
"""What SQLite says where no more can be written; that a file cannot be read or opened is another thing, of which a disk may die."""
_AWAY_OF_SQLITE: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_TRIED: Final = 256 * 1024
RESERVE: Final = 16 * 1024 * 1024
"""Bytes of a disk that no command may take: what was acknowledged has still to be folded, numbered and signed, so that reads go on."""


def outage_of(error: BaseException) -> Outage | None:
    """Which of both it is; None for an error of another kind."""
    for one in _causes(error):
        match one:
            case OSError(errno=number) if number in _FULL:
                return "disk_full"
            case sqlite3.OperationalError(sqlite_errorcode=code) if code in _FULL_OF_SQLITE:
                return "disk_full"
            case sqlite3.OperationalError(sqlite_errorcode=code) if code & 0xFF in _AWAY_OF_SQLITE:
                return "unavailable"
            case _ if (of_postgres := _outage_of_postgres(one)) is not None:
                return of_postgres
            case _:
                pass
    return None


def _outage_of_postgres(error: BaseException) -> Outage | None:
    """Where the driver was never loaded, no error is its own."""
    psycopg: Any = sys.modules.get("psycopg")
    if psycopg is None or not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    return "disk_full" if isinstance(error, psycopg.errors.DiskFull) else "unavailable"


def need_room(folder: Path, more: int = 0) -> None:
    """Raise OSError (ENOSPC) where the reserve would not be left in a folder after `more` bytes."""
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize - more < RESERVE:
        raise OSError(errno.ENOSPC, f"less than {RESERVE >> 20} MiB would be left", str(folder))


def has_room(*folders: Path) -> bool:
    """Whether commands can still write into each of these folders."""
    try:
        for folder in folders:
            need_room(folder)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(_TRIED))
                file.flush()
    except OSError:
        return False
    return True


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error.__cause__
