"""The tables of the views, as many threads ask for them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Table

from projections.complaints import TABLE
from projections.tables import table_of


@pytest.fixture
def threads_that_often_change() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("threads_that_often_change")
def test_threads_that_ask_at_once_for_a_table_that_is_not_made_yet_get_the_same_one() -> None:
    """Two tables of one name in one statement are a cross join with itself, which databases refuse: so the first reads failed."""
    together = threading.Barrier(4)

    def ask(generation: int) -> Table:
        together.wait(600)
        return table_of(TABLE, generation)

    with ThreadPoolExecutor(4) as pool:
        for generation in range(1_000, 1_020):
            made = list(pool.map(ask, [generation] * 4))
            assert len({id(table) for table in made}) == 1
