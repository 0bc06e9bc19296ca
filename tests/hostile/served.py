"""Files sent to a server as a member sends them, and the memory of the server with all its processes meanwhile."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import httpx

PARALLEL_SECONDS = 0.02
"""Seconds between two looks at the memory."""


class Verdict(NamedTuple):
    """What became of one file: the HTTP status, the codes of its flaws, and the seconds the answer took."""

    status: int
    codes: frozenset[str]
    seconds: float


def family(process: int) -> set[int]:
    """A process and all that descend from it, which are alive."""
    found = {process}
    for task in Path(f"/proc/{process}/task").glob("*"):
        try:
            children = (task / "children").read_text(encoding="ascii").split()
        except OSError:
            continue  # it ended meanwhile
        for child in children:
            found |= family(int(child))
    return found


def memory(process: int) -> int:
    """Bytes in memory of a process and its descendants; what they share is counted once (Pss)."""
    total = 0
    for one in family(process):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


class Watched:
    """The largest memory of a process with its descendants while the block runs."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak = 0

    def _watch(self) -> None:
        while not self._over.wait(PARALLEL_SECONDS):
            self.peak = max(self.peak, memory(self._process))

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()


def filed(client: httpx.Client, name: str, content: bytes) -> Verdict:
    """File one picture in the folder `spring`. Raises httpx.TimeoutException where no answer comes."""
    began = time.monotonic()
    answer = client.post("/folders/spring/pictures", files={"file": (name, content, "application/octet-stream")})
    body: dict[str, Any] = answer.json()
    refused = body.get("refused", [])
    codes = frozenset(reason["code"] for file in refused for reason in file["reasons"])
    return Verdict(answer.status_code, codes, time.monotonic() - began)
