"""The index in shards, each held by a process that all servers of this machine ask together: a search is what one index would answer.

Whoever finds a shard's process gone starts another one, and waits until it has read its rows; where that takes longer than a request
may wait, it is told to come again. Nobody is ever answered by fewer shards than there are (rules B4, F2).
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np

from adapters.pictures.codes import Codes, Local
from adapters.pictures.features import Floats
from adapters.pictures.leading import Line, leading
from adapters.pictures.protocol import receive, send
from adapters.pictures.shard import LINGER, Ask, Found, ShardPlace, shard_of
from adapters.pictures.starting import AGAIN, Starter
from application.patience import TooBusy

PATIENCE: Final = 20.0
"""Seconds that a search waits for a shard that has to read its rows first."""
_POLL: Final = 0.05
_LATE: Final = "the index of copies did not answer in time; it is asked again later"


class ShardBroken(RuntimeError):
    """A shard could not answer, and will not when it is asked again: its log says why."""


class Waits(NamedTuple):
    """How long what is waited for, in seconds: a search for an answer, a process for somebody who connects, a start for another one."""

    patience: float = PATIENCE
    linger: float = LINGER
    again: float = AGAIN


_WAITS: Final = Waits()


class Shards:
    """All shards of a store's index. Thread-safe; a process that was forked has connections of its own."""

    def __init__(self, store: str, vault: Path, vault_url: str | None, model: str, count: int, waits: Waits = _WAITS) -> None:
        """Nothing is started before the first search. `model` is what the setting says."""
        here = store if "://" in store else str(Path(store).resolve())
        about = (here, str(vault.resolve()), vault_url, model, count, _code())
        name, self._patience = f"{_own_folder()}/{hashlib.sha256(repr(about).encode()).hexdigest()[:24]}", waits.patience
        self._all = [
            Process(ShardPlace(number, count, *about[:4], f"{name}-{number}.socket", waits.linger), waits.again) for number in range(count)
        ]

    def ask(self, ask: Ask) -> list[Found]:
        """What each shard answers. Raises TooBusy where one cannot in the time that there is, ShardBroken where it never will."""
        message, ends = msgspec.msgpack.encode(ask), time.monotonic() + self._patience
        begun: list[tuple[Process, socket.socket]] = []
        try:
            for shard in self._all:
                shard.wake(ends)  # all of those that are gone, before one is waited for
            for shard in self._all:
                begun.append((shard, shard.asked(message, ends)))
            found = []
            while begun:
                shard, channel = begun.pop(0)
                found.append(shard.answer(channel, message, ends))
            return found
        finally:
            for _, channel in begun:  # its answer is not wanted any more
                channel.close()

    def ask_one(self, ask: Ask) -> Found:
        """What the shard answers to which the picture asked for belongs. Raises TooBusy, ShardBroken."""
        message, ends = msgspec.msgpack.encode(ask), time.monotonic() + self._patience
        shard = self._all[shard_of(ask.digest, len(self._all))]
        return shard.answer(shard.asked(message, ends), message, ends)

    def close(self) -> None:
        """Hang up: a process that nobody is connected to ends by itself."""
        for shard in self._all:
            shard.hang_up()


class SharedSpace:
    """Fulfils `CopySpace` by all shards of one of its spaces."""

    def __init__(self, name: str, shards: Shards) -> None:
        self.name, self._shards = name, shards

    def follow(self) -> int:
        return min(found.upto for found in self._shards.ask(Ask(self.name)))

    def knows(self, digest: str) -> bool:
        return self._shards.ask_one(Ask(self.name, digest=digest)).knows

    def nearest(self, sought: Floats, most: int) -> list[Line]:
        if not len(sought):
            return []
        return self._merged(Ask(self.name, most, vectors=np.ascontiguousarray(sought, np.float32).tobytes()))

    def voted(self, sought: Sequence[Local], wholes: Codes, most: int) -> list[Line]:
        codes = tuple((one.entries.tobytes(), np.ascontiguousarray(one.projected, np.float32).tobytes()) for one in sought)
        return self._merged(Ask(self.name, most, codes=codes, wholes=np.ascontiguousarray(wholes, np.uint64).tobytes()))

    def _merged(self, ask: Ask) -> list[Line]:
        return merged([found.lines for found in self._shards.ask(ask)], ask.most)


def merged(shards: Sequence[Sequence[Line]], most: int) -> list[Line]:
    """The best of every line: the best of all are among the best of each."""
    return [leading([one for line in lines for one in line], most) for lines in zip(*shards, strict=True)]


class Process:
    """The process of one shard, and connections to it that nobody uses just now."""

    def __init__(self, place: ShardPlace, again: float) -> None:
        self._address, self._starter, self._lock = place.address, Starter(place, again), threading.Lock()
        self._idle: list[socket.socket] = []
        self._owner = os.getpid()

    def asked(self, message: bytes, ends: float) -> socket.socket:
        """A connection over which the question was sent. Raises TooBusy."""
        while True:
            channel = self._taken() or self._connected(ends)
            try:
                channel.settimeout(_left(ends))
                send(channel, message)
                return channel
            except TimeoutError:
                channel.close()
                raise TooBusy(_LATE) from None
            except OSError:  # it was killed since
                channel.close()

    def answer(self, channel: socket.socket, message: bytes, ends: float) -> Found:
        """The answer; asked of another process where this one was killed meanwhile. Raises TooBusy, ShardBroken."""
        while True:
            try:
                channel.settimeout(_left(ends))
                found = msgspec.msgpack.decode(receive(channel), type=Found)
                break
            except TimeoutError:
                channel.close()
                raise TooBusy(_LATE) from None
            except (EOFError, OSError):
                channel.close()
                channel = self.asked(message, ends)
            except msgspec.MsgspecError as why:
                channel.close()
                raise ShardBroken(f"a shard of the index of copies answered what cannot be read: {why}") from why
        self._keep(channel)
        if found.broken:
            raise ShardBroken(f"a shard of the index of copies cannot answer: {found.broken}")
        if found.failed:
            raise TooBusy(f"a shard of the index of copies could not answer: {found.failed}")
        return found

    def wake(self, ends: float) -> None:
        """Start the process where nobody is there."""
        channel = self._taken() or self._reached(ends)
        if channel is not None:
            self._keep(channel)

    def hang_up(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for channel in idle:
            channel.close()

    def _taken(self) -> socket.socket | None:
        with self._lock:
            if self._owner != os.getpid():  # forked since: the parent's connections are not ours
                self._owner, self._idle = os.getpid(), []
                self._starter.forget()
            return self._idle.pop() if self._idle else None

    def _keep(self, channel: socket.socket) -> None:
        with self._lock:
            self._idle.append(channel)

    def _connected(self, ends: float) -> socket.socket:
        while (channel := self._reached(ends)) is None:
            if _left(ends) <= _POLL or self._starter.waits_until(ends):
                raise TooBusy(self._starter.why())
            time.sleep(_POLL)
        return channel

    def _reached(self, ends: float) -> socket.socket | None:
        """A new connection; None where nobody is there, or not ready yet."""
        channel = socket.socket(socket.AF_UNIX)
        try:
            channel.settimeout(_left(ends))
            channel.connect(self._address)
        except OSError:
            channel.close()
            self._starter.start()
            return None
        self._starter.reached()
        return channel


def _left(ends: float) -> float:
    return max(0.001, ends - time.monotonic())


def _own_folder() -> Path:
    """Where sockets and locks lie, for this user alone; short, for a socket's name may have a hundred characters."""
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"originals-{os.getuid()}"
    if len(str(folder)) > 50:
        folder = Path("/tmp") / folder.name
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not this user's alone")
    return folder


def _code() -> list[tuple[str, int]]:
    """This package as it is installed: a process of another version is not asked."""
    return sorted((path.name, path.stat().st_mtime_ns) for path in Path(__file__).parent.glob("*.py"))
