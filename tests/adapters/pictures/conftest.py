"""One inspector for all tests of pictures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.pictures import Marks, PillowInspector


@pytest.fixture(scope="session")
def fallback() -> Marks:
    return Marks(None)


@pytest.fixture(scope="session")
def inspector(fallback: Marks) -> Iterator[PillowInspector]:
    made = PillowInspector(fallback)
    yield made
    made.close()
