"""How an upload stands that is worked on after it was answered, and who can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from application.ports import Identity, Upload


class UploadStanding(NamedTuple):
    """How an upload stands: `running`, `done` or `failed`, how many files of how many are through, and what became of them."""

    status: str
    done: int
    of: int
    filings: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    error: str | None


class Uploads(Protocol):
    """Takes uploads on and tells how they stand; `UploadJobs` fulfils it."""

    def begin(self, upload_id: str, member: Identity, folder: str, uploads: Sequence[Upload]) -> None:
        """Take an upload on, one of this id once. Raises TooManyUploads, Busy."""
        ...

    def get(self, upload_id: str, member: Identity) -> UploadStanding | None:
        """The member's upload of that id as it stands now; None where there is none."""
        ...
