"""The store in memory that a simulation runs on, and commands beside it on the store that it is written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.replay.checking import assert_replays
from adapters.simulation.running import simulate
from adapters.simulation.write_behind import WriteBehindStore
from adapters.store.opening import open_store
from tests.adapters.store.acts import append, batch, event


def test_what_a_command_on_the_store_itself_writes_to_a_stream_that_is_held_is_there_for_the_next_one_here(tmp_path: Path) -> None:
    """A listing is shared: a case that is over, and held no more, may move it while another one stands on it."""
    stores = open_store(str(tmp_path / "store"))
    with stores.store.filling() as backing:
        store = WriteBehindStore(backing, lambda *_: None)
        store.append(batch(0, event("shared", 1)))
        with store.written_down("owner") as written:
            append(backing, event("shared", 2), event("of-others", 1))
        assert written == {"shared", "of-others"}
        assert [one.originator_version for one in store.load("shared")] == [1, 2]
        assert store.load("of-others") == ()
        store.append(batch(0, event("shared", 3)))
        store.close()
    assert [one.originator_id for _, one in stores.store.read_log(0, 9)] == ["shared", "shared", "of-others", "shared"]
    stores.close()


@pytest.mark.slow
@pytest.mark.rule("G2")
@pytest.mark.parametrize("decade", range(10))
def test_a_hundred_seeds_come_to_their_end_and_follow_from_their_facts(tmp_path: Path, decade: int) -> None:
    for seed in range(10 * decade + 1, 10 * decade + 11):
        stores = open_store(str(tmp_path / str(seed)))
        assert simulate(stores, 2_000, seed).cases == 2_000
        assert_replays(stores.store)
        stores.close()
