"""Every store that a test of the application makes is replayed at its end: no consequence may differ from what the rules give (rule G2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.replay.checking import assert_replays
from adapters.store.opening import Stores


@pytest.fixture(autouse=True)
def _every_history_replays(request: pytest.FixtureRequest) -> Iterator[None]:
    stores: Stores | None = request.getfixturevalue("stores") if "stores" in request.fixturenames else None
    yield
    if stores is not None:
        assert_replays(stores.store)
