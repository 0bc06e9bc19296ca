"""The real clock never goes back, and is doubted where it runs ahead of what else tells the time. No machine's clock is touched here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from adapters.store.opening import Stores
from adapters.system.real_clock import SAMPLED_EVERY, Sources, SystemClock
from tests.conftest import Place, PostgresServer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = timedelta(days=20)


@dataclass
class Sky:
    """What really passes, and how far each clock is from it."""

    passed: float = 1000.0
    machine: timedelta = timedelta(0)
    database: timedelta = timedelta(0)
    confirmed: int = 0
    asked: int = 0
    silent: bool = False
    with_database: bool = field(default=False, kw_only=True)

    def wait(self, seconds: float) -> None:
        self.passed += seconds

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed - 1000)

    def sources(self) -> Sources:
        ask = self.tell if self.with_database else None
        return Sources(lambda: self.now + self.machine, lambda: self.passed, ask, lambda: self.confirmed)

    def tell(self) -> datetime:
        self.asked += 1
        if self.silent:
            raise ConnectionError
        return self.now + self.database


@pytest.mark.rule("T2")
def test_it_never_goes_back_nor_before_what_the_store_recorded() -> None:
    sky = Sky()
    clock = SystemClock(NOON + timedelta(seconds=5), sky.sources())
    assert clock.now() == NOON + timedelta(seconds=5)
    sky.wait(10)
    assert clock.now() == sky.now
    sky.machine = -DAYS
    sky.wait(1)
    assert (clock.now(), clock.doubtful()) == (NOON + timedelta(seconds=10), False)


def test_it_tells_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=10)


@pytest.mark.rule("T4")
def test_a_jump_ahead_is_doubted_until_the_clock_agrees_again() -> None:
    sky = Sky()
    clock = SystemClock(None, sky.sources())
    sky.wait(3)
    trusted = clock.now()
    sky.machine = DAYS
    sky.wait(4)
    assert (clock.doubtful(), clock.now()) == (True, trusted)
    sky.machine = timedelta(0)
    assert (clock.doubtful(), clock.now()) == (False, sky.now)
    sky.machine = timedelta(seconds=60)
    assert not clock.doubtful()
    sky.machine = timedelta(seconds=61)
    assert clock.doubtful()


def test_an_operator_may_confirm_it_and_the_next_jump_is_doubted_again() -> None:
    sky = Sky(confirmed=3)
    clock = SystemClock(None, sky.sources())
    sky.machine = DAYS
    assert clock.doubtful()
    sky.confirmed = 4
    assert (clock.doubtful(), clock.now()) == (False, NOON + DAYS)
    sky.machine = 2 * DAYS
    assert (clock.doubtful(), clock.now()) == (True, NOON + DAYS)


def test_with_a_database_it_is_the_databases_time_asked_now_and_then() -> None:
    sky = Sky(machine=timedelta(seconds=30), database=timedelta(seconds=-7), with_database=True)
    clock = SystemClock(None, sky.sources())
    for _ in range(5):
        sky.wait(1)
        assert (clock.now(), clock.doubtful()) == (sky.now + sky.database, False)
    assert sky.asked == 1
    sky.wait(SAMPLED_EVERY)
    sky.silent = True
    assert clock.now() == sky.now + sky.database
    assert clock.now() and sky.asked == 2
    sky.wait(2)
    sky.silent = False
    assert clock.now() == sky.now + sky.database
    assert sky.asked == 3


@pytest.mark.parametrize("which", ["machine", "database"])
def test_ahead_of_the_database_and_a_database_that_jumps_are_doubted(which: str) -> None:
    sky = Sky(with_database=True)
    clock = SystemClock(None, sky.sources())
    setattr(sky, which, DAYS)
    sky.wait(SAMPLED_EVERY)
    assert (clock.doubtful(), clock.now()) == (True, NOON)
    sky.confirmed = 1
    assert not clock.doubtful()
    assert clock.now() == sky.now + sky.database


def test_a_machine_that_is_ahead_of_the_database_at_the_start_is_doubted_at_once() -> None:
    sky = Sky(machine=DAYS, with_database=True)
    assert SystemClock(None, sky.sources()).doubtful()


def test_a_database_that_was_never_heard_is_an_error() -> None:
    with pytest.raises(ConnectionError):
        SystemClock(None, Sky(silent=True, with_database=True).sources())


def test_confirmations_are_shared_by_all_servers_of_a_store(place: Place, stores: Stores) -> None:
    other = place.open()
    assert stores.clock_notes.confirmations() == 0
    other.clock_notes.confirm()
    assert stores.clock_notes.confirmations() == 1
    other.close()


@pytest.fixture
def on_postgres(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    with postgres_server.database() as url:
        opened = Place(url, str(tmp_path_factory.mktemp("vault"))).open()
        yield opened
        opened.close()


def test_two_servers_on_one_database_agree_whatever_their_machines_show(on_postgres: Stores) -> None:
    told = on_postgres.clock_notes.database_time
    behind = SystemClock(None, Sources(machine=lambda: datetime.now(UTC) - DAYS, database=told))
    right = SystemClock(None, Sources(database=told))
    assert abs(behind.now() - right.now()) < timedelta(seconds=10)
    assert not behind.doubtful() and not right.doubtful()
