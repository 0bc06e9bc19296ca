"""Rows that come in the order of the log and are wanted span by span: kept in files meanwhile, in bounded memory."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import msgspec

from adapters.parquet.layout import NumberedRow

HELD = 64 * 1024 * 1024
"""Bytes of rows that are held in memory before they are written."""
_LENGTH = 8


class Spill:
    """The rows of each span, in a directory of its own; no file is open while nothing is written, however many there are."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: defaultdict[int, list[NumberedRow]] = defaultdict(list)
        self._bytes = 0
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(list[NumberedRow]).decode
        directory.mkdir()

    def put(self, span: int, row: NumberedRow) -> None:
        """Keep a row."""
        self._held[span].append(row)
        self._bytes += len(row.state) + 200
        if self._bytes >= HELD:
            self._write()

    def take(self, span: int) -> list[NumberedRow]:
        """All rows of a span, and forget them."""
        self._write()
        path = self._directory / str(span)
        if not path.exists():
            return []
        content, at = path.read_bytes(), 0
        path.unlink()
        rows: list[NumberedRow] = []
        while at < len(content):
            end = at + _LENGTH + int.from_bytes(content[at : at + _LENGTH])
            rows += self._decode(memoryview(content)[at + _LENGTH : end])
            at = end
        return rows

    def close(self) -> None:
        """Call when all was taken."""
        self._directory.rmdir()

    def _write(self) -> None:
        for span, rows in self._held.items():
            block = self._encode(rows)
            with (self._directory / str(span)).open("ab") as file:
                file.write(len(block).to_bytes(_LENGTH) + block)
        self._held.clear()
        self._bytes = 0
