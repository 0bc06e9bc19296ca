"""Pictures that are filed after their request was answered: one by one, in the order sent, each at its own instant."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

import msgspec

from adapters.http.filing_words import filed, refused_file
from adapters.http.upload_standing import UploadStanding
from adapters.http.upload_table import UploadTable
from adapters.system.stopwatch import Stopwatch
from adapters.vault.contract import VaultAway
from application.acting import Busy, Command, Platform, run
from application.file_pictures import FiledPictures, file_pictures
from application.ports import Identity, Upload
from application.review import Review
from domain.refusal import Refusal

_logger = logging.getLogger(__name__)
_PAUSE = 1.0
"""Seconds before a file that the machine was too busy for is tried again."""


class ServerEnds(Exception):
    """The server is going down: what is not filed yet will not be."""


class _Task(NamedTuple):
    """An upload that this server works on; its files wait on disk, not in memory."""

    upload_id: str
    member: Identity
    folder: str
    names: tuple[str, ...]
    files: Path


class UploadJobs:
    """The uploads that this server works on, and all that the table knows. Nothing is refused for want of time: it is tried again."""

    def __init__(self, platform: Platform, table: UploadTable, seconds: float) -> None:
        """`seconds` may pass before a file that the machine is too busy for is put off."""
        self._platform, self._table, self._seconds = platform, table, seconds
        self._closed = threading.Event()
        self._held: dict[str, Path] = {}
        self._in_turn = ThreadPoolExecutor(1, thread_name_prefix="uploads")

    def begin(self, upload_id: str, member: Identity, folder: str, uploads: Sequence[Upload]) -> None:
        """Take an upload on, one of this id once: it counts as begun when its files are on disk. Raises TooManyUploads, Busy, OSError."""
        files = Path(tempfile.mkdtemp(prefix="originals-upload-"))
        taken = False
        try:
            for number, upload in enumerate(uploads):
                (files / str(number)).write_bytes(upload.content)
            taken = self._table.add(upload_id, member.member_id, len(uploads))
        finally:
            if not taken:
                rmtree(files, ignore_errors=True)
        if not taken:
            return
        self._held[upload_id] = files
        self._in_turn.submit(self._run, _Task(upload_id, member, folder, tuple(upload.name for upload in uploads), files))

    def get(self, upload_id: str, member: Identity) -> UploadStanding | None:
        """The member's upload of that id as it stands now; None where there is none."""
        row = self._table.get(upload_id, member.member_id)
        if row is None:
            return None
        outcome = None if row.outcome is None else self._platform.sealer.open_bytes(row.outcome)
        told: dict[str, Any] = {"filings": [], "refused": []} if outcome is None else msgspec.json.decode(outcome)
        return UploadStanding(row.status, row.done, row.of, told["filings"], told["refused"], row.error)

    def close(self) -> None:
        """Finish the file in work, and say of the rest that it will not be filed."""
        self._closed.set()
        self._in_turn.shutdown(cancel_futures=True)
        for upload_id, files in tuple(self._held.items()):
            rmtree(files, ignore_errors=True)
            self._ended(upload_id, "failed", "stopped")

    def _run(self, task: _Task) -> None:
        told: dict[str, list[Any]] = {"filings": [], "refused": []}
        try:
            for number, name in enumerate(task.names):
                done = self._filed(task, Upload(name, (task.files / str(number)).read_bytes()))
                told["filings"] += [
                    filed(one.filing, done.warnings.get(one.filing.id, ()), done.folder, self._platform.sealer) for one in done.filings
                ]
                new_id = self._platform.ids.new
                told["refused"] += [refused_file(one.refused_id or new_id(), one.name, one.flaws, one.at) for one in done.refused]
                outcome = self._platform.sealer.seal_bytes(task.member.member_id, msgspec.json.encode(told))
                self._table.advance(task.upload_id, number + 1, outcome)
            self._ended(task.upload_id, "done")
        except ServerEnds:
            self._ended(task.upload_id, "failed", "stopped")
        except Refusal as refusal:  # such as a merchant terminated meanwhile
            self._ended(task.upload_id, "failed", refusal.code)
        except Exception:  # whatever went wrong is the upload's outcome, and the thread lives on
            _logger.exception("an upload failed")
            self._ended(task.upload_id, "failed", "failed")
        finally:
            rmtree(task.files, ignore_errors=True)

    def _filed(self, task: _Task, upload: Upload) -> FiledPictures:
        """File one picture, however long the machine is too busy for it, or the store of pictures away."""
        while not self._closed.is_set():
            self._table.alive(tuple(self._held))
            review = Review(Stopwatch(self._seconds))
            try:
                return run(
                    self._platform,
                    Command("filing", task.member.member_id),
                    lambda act, review=review: file_pictures(act, task.member, task.folder, [upload], review),  # type: ignore[misc]
                )
            except (Busy, VaultAway):
                self._closed.wait(_PAUSE)
        raise ServerEnds

    def _ended(self, upload_id: str, status: str, error: str | None = None) -> None:
        self._held.pop(upload_id, None)
        try:
            self._table.end(upload_id, status, error)
        except Exception:  # nobody holds it now, so it counts as interrupted before long
            _logger.exception("an upload's outcome could not be kept")
