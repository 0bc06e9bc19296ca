"""Memory is handed out like money: many large pictures at once do not add up (rule B2)."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.pictures import limits
from adapters.pictures.inspector import _memory
from adapters.pictures.memory import Purse
from adapters.pictures.protocol import Order

pytestmark = pytest.mark.rule("B2")


@contextmanager
def borrowing(purse: Purse, count: int, told: list[int]) -> Iterator[threading.Event]:
    """Somebody who borrows in another thread, says so when there was enough, and pays back when asked or at the end."""
    enough, pay = threading.Event(), threading.Event()

    def borrow() -> None:
        with purse.lend(count):
            told.append(count)
            enough.set()
            pay.wait(600)

    thread = threading.Thread(target=borrow)
    thread.start()
    try:
        yield enough
    finally:
        pay.set()
        thread.join()


def test_who_finds_too_little_waits_until_others_have_paid_back() -> None:
    purse, told = Purse(100), list[int]()
    with borrowing(purse, 60, told) as first:
        assert first.wait(600)
        with borrowing(purse, 30, told) as second:
            assert second.wait(600)  # there is enough for both
            waiting = borrowing(purse, 50, told)
            third = waiting.__enter__()
            assert not third.wait(0.05) and told == [60, 30]
    assert third.wait(600)
    waiting.__exit__(None, None, None)
    assert told == [60, 30, 50]


def test_who_needs_more_than_there_is_works_alone() -> None:
    purse, told = Purse(100), list[int]()
    with borrowing(purse, 10, told) as first:
        assert first.wait(600)
        alone = borrowing(purse, 1000, told)
        second = alone.__enter__()
        assert not second.wait(0.05)
        behind = borrowing(purse, 10, told)  # first come, first served: small ones do not overtake for ever
        third = behind.__enter__()
        assert not third.wait(0.05)
    assert second.wait(600) and not third.is_set()
    alone.__exit__(None, None, None)
    assert third.wait(600)
    behind.__exit__(None, None, None)
    assert told == [10, 1000, 10]


def test_work_that_fails_pays_back() -> None:
    purse = Purse(100)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), purse.lend(80):
            raise ValueError("broken")
    with purse.lend(100):
        pass


def test_what_was_kept_for_the_next_picture_is_given_back_once_none_follows() -> None:
    given_back = threading.Semaphore(0)
    purse = Purse(100, given_back.release, rest=0.01)
    for _ in range(2):
        with purse.lend(80):
            assert not given_back.acquire(timeout=0.05)
        assert given_back.acquire(timeout=600)
    assert not given_back.acquire(timeout=0.05)  # once


HOLES = """
from adapters.pictures.heaps import give_back_much, keep_freed
def held():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) // 256  # pages of 4 KiB, in MiB
keep_freed()
blocks = [b"x" * (2**20 - 100 if number % 2 else 1000) for number in range(2 * COUNT)]
kept = blocks[::2]  # between the large ones, and one at the top
kept.append(bytes(1000))
del blocks
before = held()
give_back_much()
print(before - held())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_the_holes_that_pictures_leave_go_back_where_they_are_many() -> None:
    given_back = [
        int(subprocess.run([sys.executable, "-c", HOLES.replace("COUNT", count)], capture_output=True, text=True, check=True).stdout)
        for count in ("60", "20")
    ]
    assert given_back[0] >= 40 and abs(given_back[1]) <= 2  # the measuring itself takes a page or some


def test_a_picture_costs_what_its_header_promises() -> None:
    jpeg = Order(b"", ("JPEG",), max_pixels=60_000_000, scale_over=2000)
    png = Order(b"", ("PNG",), max_pixels=60_000_000, scale_over=2000)
    assert _memory(jpeg, 2_000_000) == 8_000_000 and _memory(png, 2_000_000) == 24_000_000
    assert _memory(png, 59_000_000) > limits.MEMORY  # alone
    assert _memory(png, None) == limits.MEMORY and _memory(png, 900_000_000) == 0
