"""A small log and its tree, for the stories of this folder."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Engine, create_engine, event

from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keyfile import signer_in
from adapters.evidence.last_signed import LastSigned
from adapters.evidence.log import LoggedEvent
from adapters.evidence.tables import SqlTreeStore

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS = ("ComplaintLodged", "ComplaintAccepted", "AppealOpened", "AppealDecided", "WindowClosed")


def state(number: int, statement: str = "that is my picture, 是我拍的", **more: str) -> bytes:
    """A stored event: an envelope as the store encodes it; `more` are members of the event in it."""
    rng = random.Random(number)
    at = (MONDAY + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")
    return msgspec.json.encode(
        {
            "originator_id": f"case-{rng.getrandbits(64):016x}",
            "originator_version": 1 + number % 7,
            "id": f"event-{rng.getrandbits(64):016x}",
            "at": at,
            "recorded_at": at,
            "by": f"member-{rng.getrandbits(32):08x}",
            "command": f"command-{rng.getrandbits(64):016x}",
            "event": {"type": KINDS[number % len(KINDS)], "filing": f"{rng.getrandbits(64):016x}", "statement": statement, **more},
            "rules": {"name": "original-protection", "version": "2026-01", "digest": f"{rng.getrandbits(256):064x}"},
        }
    )


def event_id(number: int) -> str:
    """The id of the event that `state` makes of a number."""
    return str(msgspec.json.decode(state(number))["id"])


class MemoryLog:
    """A log with gaps in its ids, as a database leaves them after a rollback."""

    def __init__(self, states: Sequence[bytes] = ()) -> None:
        self.rows: list[LoggedEvent] = []
        for content in states:
            self.append(content)

    def append(self, content: bytes) -> None:
        """Store an event; every third id is skipped."""
        following = self.head() + 1
        self.rows.append(LoggedEvent(following + (following % 3 == 0), "case-1", 1, "topic", content))

    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        return [row for row in self.rows if row.notification_id > after][:limit]

    def head(self) -> int:
        return self.rows[-1].notification_id if self.rows else 0

    def change(self, position: int, content: bytes) -> None:
        """Overwrite a stored event, as an operator could with a database tool."""
        self.rows[position] = self.rows[position]._replace(state=content)


def tree_in(folder: Path) -> SqlTreeStore:
    """A tree in SQLite."""
    tree = SqlTreeStore(sqlite(folder))
    tree.create()
    return tree


def sqlite(folder: Path) -> Engine:
    """The folder's database."""
    engine = create_engine(f"sqlite:///{folder / 'evidence.sqlite'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    return engine


def evidence_in(folder: Path, log: MemoryLog) -> TamperEvidence:
    """Evidence over a log, with tree and key in the folder."""
    signer = signer_in(folder)
    return TamperEvidence(log, tree_in(folder), signer, lambda: MONDAY, LastSigned(folder, signer.public))


def exported(evidence: TamperEvidence, path: Path) -> bytes:
    """An export's bytes; it is also left at the path."""
    with path.open("wb") as file:
        evidence.export(file)
    return path.read_bytes()
