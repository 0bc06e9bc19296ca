"""Processes that are killed lose no command that was acknowledged, and double none."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from adapters.store.opening import Stores
from application import index
from application.acting import stream_of
from domain.case.events import ClaimReleased
from domain.events.listing import PenaltyImposed
from tests.conftest import Place
from tests.faults.writer import SHARED, key_of, listing_of, open_case, platform


def write_and_kill(place: Place, directory: Path, rounds: int, writers: int) -> list[str]:
    """The names of the commands that were acknowledged; a line cut off by the kill was not."""
    chance = random.Random(7)
    acknowledged: list[str] = []
    for turn in range(rounds):
        outputs = [directory / f"acknowledged-{turn}-{n}" for n in range(writers)]
        processes = []
        for n, output in enumerate(outputs):
            with output.open("wb") as file:
                arguments = [sys.executable, "-m", "tests.faults.writer", *place, f"{turn}-{n}"]
                processes.append(subprocess.Popen(arguments, stdout=file))
        wait_for_writing(outputs)
        for process in processes:
            time.sleep(chance.uniform(0.0, 0.2))
            process.kill()
            process.wait()
        for output in outputs:
            acknowledged += output.read_text().split("\n")[:-1]
    return acknowledged


def wait_for_writing(outputs: list[Path]) -> None:
    last = time.monotonic() + 1200
    while any(output.stat().st_size == 0 for output in outputs):
        assert time.monotonic() < last, "a writer never came to write"
        time.sleep(0.02)


def assert_whole(stores: Stores, acknowledged: list[str]) -> None:
    """Every acknowledged command is there, none twice, and log, index and answers tell the same."""
    log = [recorded for _, recorded in stores.store.read_log(0, 1_000_000)]
    done = Counter(recorded.event.reviewer for recorded in log if isinstance(recorded.event, ClaimReleased))
    assert set(acknowledged) <= done.keys()
    assert set(done.values()) == {1}
    penalties = [recorded.event.complaint_id for recorded in log if isinstance(recorded.event, PenaltyImposed)]
    assert sorted(penalties) == sorted(stream_of("case", name) for name in done)
    assert {name for name in done if stores.store.answer(key_of(name)) is None} == set()
    cases = {case.case_id for case in stores.store.ask(index.CasesOfMember("writer"))}
    assert cases == set(penalties)
    assert stores.store.ask(index.AttemptsToday("writer", "today")) == len(done)
    for number in range(SHARED):
        stream = stores.store.load(listing_of(number))
        assert [recorded.originator_version for recorded in stream] == list(range(1, len(stream) + 1))
        assert [recorded.recorded_at for recorded in stream] == sorted(recorded.recorded_at for recorded in stream)


@pytest.mark.rule("G1")
def test_no_acknowledged_command_is_lost_or_doubled(place: Place, tmp_path: Path) -> None:
    place.open().close()
    acknowledged = write_and_kill(place, tmp_path, rounds=2, writers=2)
    assert acknowledged
    stores = place.open()
    assert_whole(stores, acknowledged)
    stores.close()


def test_a_command_sent_again_after_the_crash_has_its_effect_once(place: Place, tmp_path: Path) -> None:
    place.open().close()
    acknowledged = write_and_kill(place, tmp_path, rounds=1, writers=2)
    stores = place.open()
    on = platform(stores)
    head = stores.store.log_head()
    for name in acknowledged:
        assert open_case(on, name, 0).body == name.encode()
    assert stores.store.log_head() == head
    assert_whole(stores, acknowledged)
    stores.close()


@pytest.mark.slow
def test_forty_kills_under_four_writers(place: Place, tmp_path: Path) -> None:
    place.open().close()
    acknowledged = write_and_kill(place, tmp_path, rounds=10, writers=4)
    stores = place.open()
    assert_whole(stores, acknowledged)
    stores.close()
