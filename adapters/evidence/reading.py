"""Reads files that nobody vouches for: with a cap on the length of a line, so memory is bounded whatever comes."""

from __future__ import annotations

from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from adapters.evidence.lines import MOST_LINE_BYTES
from adapters.wording.printer import escaped

BLOCK = 1 << 18
BUFFER = 1 << 16
NEWLINE = 10


class NotAnExport(Exception):
    """The file is nothing that can be verified, or a question that cannot be answered. One line; exit code 2."""


class Tampered(Exception):
    """What was found wrong, in one line; exit code 1. `n` and `event_id` name the first wrong event, where it is an event."""

    def __init__(self, why: str, n: int | None = None, event_id: str | None = None) -> None:
        self.why, self.n, self.event_id = why, n, event_id
        super().__init__(self.line)

    def __reduce__(self) -> tuple[type[Tampered], tuple[str, int | None, str | None]]:
        return Tampered, (self.why, self.n, self.event_id)

    @property
    def line(self) -> str:
        """The finding as one printable line."""
        if self.n is None:
            return printable(self.why)
        return printable(f"event {self.n} (id {self.event_id or 'unknown'}): {self.why}")


def printable(text: str, most: int = 600) -> str:
    """Text of unknown origin, fit for one line of a terminal."""
    return escaped(text, most)


def open_for_lines(path: Path) -> BinaryIO:
    """The file, buffered as it is read fastest."""
    return path.open("rb", buffering=BUFFER)


def lines_in(file: BinaryIO, most: int = MOST_LINE_BYTES) -> Iterator[bytes]:
    """The file's lines from here on, each with its newline. Raises Tampered for a line over the cap or one without an end."""
    readline = file.readline
    while line := readline(most):
        if line[-1] != NEWLINE:
            raise Tampered(f"a line is longer than {most} bytes" if len(line) == most else "the file ends in the middle of a line")
        yield line


class Blocks:
    """A file's lines, a block at a time, in one piece of memory: what is in `content` from `at` to `end` has not been read yet, and
    begins with a line. Whoever holds a view of `content` lets go of it before the next block."""

    def __init__(self, file: FileIO, offset: int, most: int = MOST_LINE_BYTES) -> None:
        self._file, self._after, self._most = file, offset, most
        self.content, self.at, self.end = bytearray(BLOCK), 0, 0
        file.seek(offset)

    @property
    def offset(self) -> int:
        """Where in the file `at` is."""
        return self._after - self.end + self.at

    def fill(self) -> bool:
        """Read on until a whole line is there; False at the file's end. Raises Tampered for a line over the cap or one without an end."""
        while self.content.find(b"\n", self.at, self.end) < 0:
            rest = self.end - self.at
            if rest >= self._most:
                raise Tampered(f"a line is longer than {self._most} bytes")
            self.content[:rest] = self.content[self.at : self.end]
            self.at, self.end = 0, rest
            if rest == len(self.content):
                self.content.extend(bytes(min(rest, self._most - rest)))
            with memoryview(self.content) as view, view[rest:] as room:
                more = self._file.readinto(room)
            if not more:
                if rest:
                    raise Tampered("the file ends in the middle of a line")
                return False
            self.end, self._after = rest + more, self._after + more
        return True


def offset_after(file: BinaryIO, offset: int, count: int) -> tuple[int, int]:
    """Where the `count` lines from `offset` on end, and how many there were (fewer at the end of the file)."""
    file.seek(offset)
    seen = 0
    while block := file.read(BLOCK):
        ends = block.count(b"\n")
        if seen + ends < count:
            seen += ends
            offset += len(block)
            continue
        at = -1
        for _ in range(count - seen):
            at = block.index(b"\n", at + 1)
        return offset + at + 1, count
    return offset, seen
