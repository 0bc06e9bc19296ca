"""Who was forgotten, as opaque ids in a file beside the store: a backup of an earlier day is put back without them (rule H6)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,200}")


class ForgottenList:
    """One opaque id a line, added and never taken out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ids(self) -> list[str]:
        """All ids, in the order in which they were forgotten. Raises ValueError for a line that is none."""
        try:
            lines = self.path.read_text().split()
        except FileNotFoundError:
            return []
        for line in lines:
            if not _ID.fullmatch(line):
                raise ValueError(f"{self.path} has a line that is no member's id: {line[:40]!r}")
        return list(dict.fromkeys(lines))

    def add(self, *members: str) -> None:
        """Note them, on the disk before this returns; who is there already stays."""
        new = [member for member in members if member not in set(self.ids())]
        if not new:
            return
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write("".join(f"{member}\n" for member in new))
            file.flush()
            os.fsync(file.fileno())
