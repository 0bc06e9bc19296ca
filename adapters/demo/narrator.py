"""How the story is told: chapters, who does what, and what the answer was."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WIDTH = 108


class Narrator:
    """Writes the story, line by line as it happens."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._bold, self._dim, self._plain = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if out.isatty() else ("", "", "")
        self._chapter = 0

    def chapter(self, title: str, now: datetime) -> None:
        """A new chapter, and when it plays."""
        self._chapter += 1
        head = f"{self._chapter}. {title}"
        self._line(f"\n{self._bold}{head}{self._plain}{wall_clock(now).rjust(WIDTH - len(head))}")

    def says(self, sentence: str) -> None:
        """Who does what."""
        for line in textwrap.wrap(sentence, WIDTH - 3, break_on_hyphens=False):
            self._line(f"   {line}")

    def asked(self, method: str, path: str, status: int) -> None:
        """The request behind it."""
        self._line(f"{self._dim}     {method} /v1{path} -> {status}{self._plain}")

    def answer(self, *lines: str) -> None:
        """What came of it."""
        for line in lines:
            self._line(f"     {line}")

    def proof(self, days: Sequence[dict[str, Any]]) -> None:
        """Why a window closes when it does, day by day."""
        for day in days:
            date = datetime.fromisoformat(day["date"])
            self.answer(f"  {date:%a %d %b}  {'counted ' if day['counted'] else '   -    '}  {day['day']:<8} {day['why']}")

    def plain(self, line: str = "") -> None:
        """A line as it is."""
        self._line(line)

    def _line(self, line: str) -> None:
        print(line, file=self._out, flush=True)


def wall_clock(instant: datetime) -> str:
    """An instant as a clock in Shanghai shows it."""
    local = instant.astimezone(SHANGHAI)
    return f"{local:%a %d %b %Y, %H:%M:%S} in Shanghai"


def closing(instant: str) -> str:
    """The end of a window in words: the midnight at which a day ends, and the same instant in UTC."""
    local = datetime.fromisoformat(instant).astimezone(SHANGHAI)
    return f"{wall_clock(local)} ({instant})"
