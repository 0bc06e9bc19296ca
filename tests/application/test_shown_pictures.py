"""Which picture of a listing a case shows, and what is kept of a moving picture's frames (rule F2)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from application.cases import listing_picture
from application.listing_review import keep_frames


class Read:
    """What is read: one sighting, whose stream tells of a picture that the listing no longer shows, and of nothing else."""

    def __init__(self, events: list[Any], listing: Any) -> None:
        self.events, self.listing = events, listing

    def ask(self, lookup: Any) -> Any:
        return [SimpleNamespace(thing_id="s")] if type(lookup).__name__ == "ThingsAbout" else None

    def load(self, stream: str) -> list[Any]:
        return self.events if stream == "s" else []


@pytest.mark.rule("F2")
def test_a_sighting_that_tells_of_no_picture_shown_now_leaves_the_first() -> None:
    case: Any = SimpleNamespace(filing_id="f", listing_id="l")
    reads: Any = Read([SimpleNamespace(event=object()), SimpleNamespace(event=object())], None)
    assert listing_picture(reads, case).digest is None


@pytest.mark.rule("F2")
def test_of_a_frame_only_what_was_made_is_kept() -> None:
    kept: list[tuple[str, str, bytes]] = []
    vault: Any = SimpleNamespace(put=lambda *what: kept.append(what))
    frame = SimpleNamespace(digest="d", scaled=b"scaled", thumbnail=None)
    inspection: Any = SimpleNamespace(further=[frame])
    keep_frames(vault, inspection)
    assert kept == [("scaled", "d", b"scaled")]
