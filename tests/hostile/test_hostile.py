"""Every hostile file gets a clear verdict, in bounded memory, and the next picture is reviewed as if nothing had been (rules B2, B3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.pictures import Marks, PillowInspector, limits
from domain.rulebook import PictureRules
from tests.hostile.generate import Case, cases, drawing, saved

CODES = {"suffix_not_allowed", "content_mismatch", "too_large", "too_small", "unreadable", "too_many_pixels", "animated"}
RULES = PictureRules()


@pytest.fixture(scope="module")
def inspector() -> Iterator[PillowInspector]:
    made = PillowInspector(Marks(None))
    yield made
    made.close()


def peak(inspector: PillowInspector) -> int:
    """The largest peak memory of the decoding processes that live, in bytes."""
    most = 0
    for process in inspector._pool._idle:
        with open(f"/proc/{process._child.pid}/status", encoding="ascii") as file:  # noqa: PTH123
            most = max(most, *(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM")))
    return most


@pytest.fixture(scope="module")
def files() -> list[Case]:
    return list(cases())


@pytest.mark.rule("B2", "B3")
def test_every_hostile_file_gets_its_verdict(inspector: PillowInspector, files: list[Case]) -> None:
    wrong: list[tuple[str, list[str]]] = []
    for case in files:
        seen = inspector.inspect_filing(case.name, case.content, RULES)
        codes = [flaw.code for flaw in seen.flaws]
        if not set(codes) <= CODES or (case.codes is not None and set(codes) != case.codes) or len(set(codes)) != len(codes):
            wrong.append((case.name, codes))
        assert (seen.fingerprint is None) == bool(codes) and (seen.scaled is None) == bool(codes)
        assert peak(inspector) <= limits.TIRED_BYTES
    assert wrong == [] and len(files) >= 50
    assert inspector.inspect_filing("fine.jpg", saved(drawing()), RULES).flaws == ()


@pytest.mark.rule("F2")
def test_a_listing_of_hostile_pictures_is_read_safely(inspector: PillowInspector, files: list[Case]) -> None:
    for case in files[::7]:
        seen = inspector.inspect_listing(case.name, case.content)
        assert {flaw.code for flaw in seen.flaws} <= {"unreadable", "too_many_pixels"}
