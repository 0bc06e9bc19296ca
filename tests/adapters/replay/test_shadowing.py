"""The shadow's report is that of a replay over the same cases at the same place and instant, however it came there (rule G7)."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from adapters.replay import shadowing
from adapters.replay.as_json import report
from adapters.replay.jobs import LISTED
from adapters.replay.running import replay
from adapters.replay.sealing import named
from adapters.replay.shadow_table import ShadowTable
from adapters.replay.shadowing import ShadowBehind, ShadowRun
from adapters.simulation.running import simulate
from adapters.store.mapper import RecordedMapper
from adapters.store.opening import LOG_FILE, open_store
from adapters.system.settings import Settings
from adapters.wiring.deployment import beside
from application.replaying import History, compare_case
from application.shadow import Shadow
from domain.case.compared import ComparedCase
from domain.events.member import CalendarPublished
from domain.recorded import Recorded
from domain.rulebook import Rulebook
from domain.working_days import CalendarYear
from tests.adapters.replay.test_running import OTHERS
from tests.conftest import Place

SLOW = 100
ROWS = "notification_id, originator_id, originator_version, topic, state"
INSERT = f"INSERT INTO stored_events ({ROWS}) VALUES (?, ?, ?, ?, ?)"


def _sqlite(store: Path) -> sqlite3.Connection:
    return sqlite3.connect(store / LOG_FILE, isolation_level=None)


class Growing:
    """A store whose log grows: the rows of a simulated history, and calendars published in between."""

    def __init__(self, whole: Path, place: Place) -> None:
        place.open().close()
        with closing(sqlite3.connect(whole / LOG_FILE)) as log:
            rows = log.execute(f"SELECT {ROWS} FROM stored_events ORDER BY notification_id").fetchall()
        self.rows = [(10 * row[0], *row[1:]) for row in rows]
        self.settings = Settings(store=place.store, vault=place.vault)
        self.store, self._mark = place.store, "%s" if self.settings.on_postgres else "?"
        self._log: Any = psycopg.connect(place.store, autocommit=True) if self.settings.on_postgres else _sqlite(Path(place.store))
        self.reached = 0
        self._mapper = RecordedMapper()

    def run(self) -> ShadowRun:
        """A shadow of this store, as another process has it."""
        return ShadowRun(self.store, ShadowTable(beside(self.settings, "shadow")))

    def forget(self) -> None:
        """The shadow's rows are gone."""
        if self.settings.on_postgres:
            self.execute("DROP TABLE IF EXISTS shadow_state, shadow_case, shadow_fall")
        else:
            (Path(self.store) / "shadow.sqlite").unlink(missing_ok=True)

    def grow(self, number: int) -> None:
        """So many more events."""
        some = self.rows[self.reached : self.reached + number]
        for row in some:
            self.execute(INSERT, *row)
        self.reached += len(some)

    @property
    def last(self) -> Recorded:
        """The event that the log has last."""
        _, *row = self.rows[self.reached - 1]
        return self._mapper.read(*row)

    def publish(self, country: str, days_off: Sequence[date]) -> None:
        """A year of a country, by another hand."""
        last = self.last
        year = CalendarYear(country, last.at.year, tuple(days_off), ())
        event = CalendarPublished(country, year.year, year.days_off, (), year.weekend, year.digest, "test")
        stream = f"{self.reached:032x}"
        now = last.recorded_at
        one = Recorded(originator_id=stream, originator_version=1, id=stream, at=now, recorded_at=now, by="root", command="c", event=event)
        stored = self._mapper.to_stored_event(one)
        place = self.rows[self.reached - 1][0] + 1 + self._published_here()
        self.execute(INSERT, place, stream, 1, stored.topic, stored.state)

    def _published_here(self) -> int:
        (number,) = self.execute("SELECT COUNT(*) FROM stored_events WHERE notification_id > ?", self.rows[self.reached - 1][0]).fetchone()
        return int(number)

    def execute(self, statement: str, *parameters: Any) -> Any:
        """Do something to the log that nobody may."""
        return self._log.execute(statement.replace("?", self._mark), parameters)

    def close(self) -> None:
        self._log.close()


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made: dict[int, Path] = {}

    def whole(seed: int) -> Path:
        if seed not in made:
            made[seed] = tmp_path_factory.mktemp("whole") / "store"
            with closing(open_store(str(made[seed]))) as stores:
                simulate(stores, 12 if seed < SLOW else 24, seed)
        return made[seed]

    return whole


def shadow(rulebook: Rulebook, since: datetime) -> Shadow:
    return Shadow("begun", rulebook, since, "root", since)


def replayed(store: str, one: Shadow, now: datetime, keep: Path) -> dict[str, Any]:
    """What a replay says; as JSON has it, in which lists and tuples are the same."""
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir()
    found = report(replay(store, None, [named(one.rulebook)], now=now, since=one.since, keep=keep, workers=1), 0, LISTED)
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found))
    return told


def told(run: ShadowRun, one: Shadow, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(run.report(one, now)))
    return found


def follows(wholes: Any, seed: int, place: Place, tmp_path: Path) -> None:
    """A history comes in pieces; the shadow follows now and then, forgets now and then, and is asked now and then."""
    chance = random.Random(seed)
    growing = Growing(wholes(seed), place)
    run = growing.run()
    rulebook = chance.choice(OTHERS)[1]
    start = chance.randrange(len(growing.rows) // 2)
    growing.grow(start or 1)
    one = shadow(rulebook, growing.last.at - timedelta(days=chance.choice((0, 30))))
    while growing.reached < len(growing.rows):
        growing.grow(chance.randrange(1, len(growing.rows) // 3))
        if chance.random() < 0.4:
            country = chance.choice((rulebook.calendar, "CN"))
            growing.publish(country, [date(growing.last.at.year, month, chance.randrange(1, 28)) for month in range(1, 13)])
        for _ in range(chance.randrange(4)):
            run.advance(one)
        if chance.random() < 0.15:
            growing.forget()
            run = growing.run()
        if chance.random() < 0.5:
            now = growing.last.recorded_at + timedelta(days=chance.choice((0, 1, 40)))
            assert told(run, one, now) == replayed(growing.store, one, now, tmp_path / "kept")
    end = growing.last.recorded_at + timedelta(days=200)
    assert told(run, one, end) == replayed(growing.store, one, end, tmp_path / "kept")
    growing.close()


@pytest.mark.rule("G7")
@pytest.mark.parametrize("seed", range(2))
def test_it_tells_what_a_replay_tells(wholes: Any, seed: int, place: Place, tmp_path: Path) -> None:
    follows(wholes, seed, place, tmp_path)


@pytest.mark.slow
@pytest.mark.rule("G7")
@pytest.mark.parametrize("seed", range(SLOW, SLOW + 200))
def test_it_tells_what_a_replay_tells_of_two_hundred_histories(wholes: Any, seed: int, tmp_path: Path) -> None:
    follows(wholes, seed, Place(str(tmp_path / "store"), str(tmp_path / "vault")), tmp_path)


@pytest.fixture
def grown(wholes: Any, place: Place) -> Iterator[Growing]:
    """A whole history."""
    growing = Growing(wholes(1), place)
    growing.grow(len(growing.rows))
    yield growing
    growing.close()


def beginning(growing: Growing) -> tuple[ShadowRun, Shadow]:
    return growing.run(), shadow(OTHERS[0][1], datetime(2020, 1, 1, tzinfo=UTC))


NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.rule("G7")
def test_a_case_that_cannot_be_read_stops_no_other(grown: Growing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, one = beginning(grown)
    assert run.standing(one).position == 0
    assert told(run, one, NOW)["cases"] == 12
    assert run.standing(one) == (grown.rows[-1][0], 0, 0, 0)
    case = next(row[1] for row in grown.rows if row[3].startswith("ComplaintLodged"))
    grown.execute("UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version > 1", b"{", case)
    again = grown.rows[-1]
    grown.execute("DELETE FROM stored_events WHERE notification_id = ?", again[0])  # the log has another end: all is told anew
    assert told(run, one, NOW) == replayed(grown.store, one, NOW, tmp_path / "kept")
    assert told(run, one, NOW)["cases"] == 11
    assert run.standing(one).untold == 1

    def broken(history: History, plan: object) -> ComparedCase | None:
        if history.case_id < "8":
            raise ArithmeticError("a case that nobody thought of")
        return compare_case(history, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(shadowing, "compare_case", broken)
    anew = one._replace(id="another")
    assert 0 < told(run, anew, NOW)["cases"] < 11
    assert run.standing(one).position == 0  # the rows are another's now
    assert run.standing(anew).untold > 1


@pytest.mark.rule("G7")
def test_it_begins_anew_where_its_rows_are_gone_and_goes_on_where_it_stopped(grown: Growing, tmp_path: Path) -> None:
    run, one = beginning(grown)
    expected = replayed(grown.store, one, NOW, tmp_path / "kept")
    assert told(run, one, NOW) == expected
    grown.forget()
    assert told(beginning(grown)[0], one, NOW) == expected
    assert not run.advance(one._replace(since=NOW, id="later"))
    assert told(run, one._replace(since=NOW, id="later"), NOW)["cases"] == 0
    assert run.running() is None


@pytest.mark.rule("G7")
def test_nobody_waits_where_too_much_is_to_be_told(grown: Growing, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, few in (("FAR", 3), ("AT_ONCE", 40), ("CASES_AT_ONCE", 2)):
        monkeypatch.setattr(shadowing, name, few)
    run, one = beginning(grown)
    with pytest.raises(ShadowBehind):
        run.report(one, NOW)
    steps = 1
    while run.advance(one):
        steps += 1
    assert steps > 5
    assert told(run, one, NOW)["cases"] == 12
