"""A process that holds one shard of the index: it follows the stored rows of its pictures, answers on a socket, and ends when nobody
is connected any more.

Which shard a picture belongs to is said by the first digits of its digest, so each is made anew from the store alone. Nobody is
answered before all rows are read: what a shard says is never less than what was stored when it was asked.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.codes import ENTRY, Local
from adapters.pictures.leading import Line
from adapters.pictures.marks import Marks
from adapters.pictures.protocol import receive, send
from adapters.pictures.store import SPACES, Space
from adapters.system.outages import outage_of
from adapters.vault.contract import VaultAway
from application.command import Busy
from application.ports import FingerprintRow, Fingerprints

LINGER: Final = 5.0
"""Seconds that a process stays when nobody is connected."""
FIRST: Final = 60.0
"""Seconds in which somebody has to connect at all."""

_log = logging.getLogger(__name__)


class ShardPlace(msgspec.Struct, frozen=True):
    """What a process needs to know: which shard of how many it holds, of which store, and where it answers."""

    number: int
    of: int
    store: str
    vault: str
    vault_url: str | None
    model: str
    address: str
    linger: float = LINGER


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """What is sought in a space: the nearest to vectors, what codes vote for, or whether a picture is there; always the last row read."""

    space: str
    most: int = 0
    vectors: bytes = b""
    codes: tuple[tuple[bytes, bytes], ...] = ()
    wholes: bytes = b""
    digest: str = ""


class Found(msgspec.Struct, frozen=True, array_like=True):
    """What came out. `failed` says why the shard could not answer just now, `broken` why it never will; `process` is its id."""

    upto: int = 0
    lines: tuple[list[tuple[str, float]], ...] = ()
    knows: bool = False
    process: int = 0
    failed: str = ""
    broken: str = ""


class ShardRows:
    """Fulfils `Fingerprints`: the rows of one shard's pictures."""

    def __init__(self, fingerprints: Fingerprints, number: int, of: int) -> None:
        self._fingerprints, self._number, self._of = fingerprints, number, of
        self._seen: dict[str, int] = {}

    def rows(self, space: str, after: int) -> Iterator[FingerprintRow]:
        for row in self._fingerprints.rows(space, max(after, self.seen(space))):
            if shard_of(row.digest, self._of) == self._number:
                yield row
            self._seen[space] = row.seq  # only now: whoever took the row has it

    def digests(self, space: str, upto: int) -> list[str]:
        return [digest for digest in self._fingerprints.digests(space, upto) if shard_of(digest, self._of) == self._number]

    def seen(self, space: str) -> int:
        """The number of the last row read, whosever it was."""
        return self._seen.get(space, 0)


def shard_of(digest: str, of: int) -> int:
    """The number of the shard that a picture belongs to."""
    return int(digest[:8], 16) % of


def file_suffix(number: int, of: int) -> str:
    """What the names of a shard's files end in."""
    return f"-{number}-of-{of}"


def lock_of(address: str) -> Path:
    """The file whose lock says that somebody answers at an address, or will when he has read his rows."""
    return Path(f"{address}.lock")


def locked(lock: int, path: Path) -> bool:
    """Whether the lock was free, and the file that was opened is still the one of that name: who ends takes it away."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(lock), path.stat())
    except OSError:
        return False


def clear_away(folder: Path) -> None:
    """Take away what processes left that were killed; whoever is there holds his lock."""
    for path in folder.glob("*.lock"):
        with suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                if locked(lock, path):
                    path.with_suffix("").unlink(missing_ok=True)
                    path.unlink()
            finally:
                os.close(lock)


class Shard:
    """One shard of both spaces."""

    def __init__(self, spaces: Sequence[Space], part: ShardRows) -> None:
        self._part, self._spaces = part, {space.name: space for space in spaces}

    def fill(self) -> None:
        """Read every row."""
        for space in self._spaces.values():
            space.follow()

    def answer(self, ask: Ask) -> Found:
        """Of all rows that are stored as it begins."""
        space = self._spaces[ask.space]
        upto = max(space.follow(), self._part.seen(ask.space))
        lines: list[Line] = []
        if ask.vectors:
            lines = space.nearest(np.frombuffer(ask.vectors, np.float32).reshape(-1, p.DIMENSIONS), ask.most)
        elif ask.codes:
            sought = [Local(np.frombuffer(a, ENTRY), np.frombuffer(b, np.float32).reshape(-1, 64)) for a, b in ask.codes]
            lines = space.voted(sought, np.frombuffer(ask.wholes, np.uint64), ask.most)
        return Found(upto, tuple(lines), bool(ask.digest) and space.knows(ask.digest), os.getpid())


class _Service:
    """Answers whoever connects, each in a thread."""

    def __init__(self, shard: Shard, address: Path, linger: float) -> None:
        self._shard, self._address, self._linger, self._connected, self._lock = shard, address, linger, 0, threading.Lock()
        address.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(address))
        self._socket.listen(64)
        self._socket.settimeout(min(1.0, linger))

    def run(self) -> None:
        """Until nobody is connected; then nothing is left of it."""
        last, patience = time.monotonic(), FIRST
        while time.monotonic() - last < patience:
            with suppress(TimeoutError):
                channel, _ = self._socket.accept()
                channel.settimeout(None)
                with self._lock:
                    self._connected += 1
                threading.Thread(target=self._serve, args=(channel,), daemon=True).start()
                patience = self._linger
            with self._lock:
                if self._connected:
                    last = time.monotonic()
        self._address.unlink(missing_ok=True)  # before its lock: whoever finds neither starts another one
        lock_of(str(self._address)).unlink(missing_ok=True)

    def _serve(self, channel: socket.socket) -> None:
        reader = msgspec.msgpack.Decoder(Ask)
        try:
            with channel, suppress(EOFError, OSError, msgspec.MsgspecError):
                while True:
                    send(channel, msgspec.msgpack.encode(answered(self._shard, reader.decode(receive(channel)))))
        finally:
            with self._lock:
                self._connected -= 1


def answered(shard: Shard, ask: Ask) -> Found:
    """What the shard answers; what it cannot is told to whoever asked, who may ask again only where something was away just now."""
    try:
        return shard.answer(ask)
    except Exception as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        if isinstance(error, VaultAway | Busy) or outage_of(error):
            _log.warning("a question to the index of copies waits: %s", why)
            return Found(process=os.getpid(), failed=why)
        _log.exception("a question to the index of copies cannot be answered")
        return Found(process=os.getpid(), broken=why)


def main() -> None:
    """Hold the shard that standard input names; the lock that says so was handed over by who started this."""
    from adapters.store.opening import open_store

    place = msgspec.json.decode(sys.stdin.buffer.readline(), type=ShardPlace)
    clear_away(Path(place.address).parent)
    stores = open_store(place.store, place.vault, vault_url=place.vault_url)
    part, marks = ShardRows(stores.fingerprints, place.number, place.of), Marks(place.model)
    suffix = file_suffix(place.number, place.of)
    spaces = [Space(name, part, stores.vault, marks, Path(place.vault), suffix) for name in SPACES]
    shard = Shard(spaces, part)
    shard.fill()
    _Service(shard, Path(place.address), place.linger).run()
    os._exit(0)


if __name__ == "__main__":
    main()
