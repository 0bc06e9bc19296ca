"""A replay over a store: whoever shares the work, the numbers are the same; what was tampered with is named (rules G2, G3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from adapters.replay.as_json import difference_line, report
from adapters.replay.reading import AT_ONCE, Span, open_reader, spans
from adapters.replay.running import replay, usable_cores
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from application.law import published_law
from domain.case.comparison import Sums
from domain.law import PublishedYear
from domain.recorded import Recorded
from domain.rulebook import Rulebook, parse_toml
from tests.conftest import Place

RULEBOOKS = Path(__file__).parents[3] / "docs" / "rulebooks"
OTHERS = [
    (name, parse_toml((RULEBOOKS / f"{name}.toml").read_text())) for name in ("marketplace-b", "dsa-art-20", "marketplace-a-from-2022")
]
UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
CASES = 60


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = str(tmp_path_factory.mktemp("replayed"))
    stores = open_store(directory)
    simulate(stores, CASES, 11)
    stores.close()
    return directory


def law(store: str, vault: str | None = None) -> tuple[Sequence[Rulebook], Sequence[PublishedYear]]:
    stores = open_store(store, vault)
    try:
        return published_law(stores.store)
    finally:
        stores.close()


@pytest.mark.rule("G2", "G3")
def test_the_numbers_are_the_same_on_one_core_and_on_two(simulated: str, tmp_path: Path) -> None:
    reports = []
    for workers in (1, 2):
        keep = tmp_path / str(workers)
        keep.mkdir()
        told: list[tuple[int, float]] = []
        published = law(simulated)
        replayed = replay(simulated, published, OTHERS, until=UNTIL, workers=workers, keep=keep, progress=lambda *at: told.append(at))  # noqa: B023
        assert told == sorted(told)
        assert (told[0], told[-1]) == ((0, 0.0), (replayed.tally.verified.events, 1.0))
        reports.append([report(replayed), *(report(replayed, number) for number in range(len(OTHERS)))])
    assert reports[0] == reports[1]
    verified, b, *_ = reports[0]
    assert (verified["cases"], verified["differences"], b["cases"]) == (CASES, 0, CASES)
    assert b["calendars"] == {"US": ["from the library, never published"]}
    assert (
        b["changed_cases"]
        == len(b["changed"])
        == sum(n for start, counts in b["endings"].items() for end, n in counts.items() if end != start)
    )
    assert sum(n for counts in b["endings"].values() for n in counts.values()) == CASES


@pytest.mark.rule("G2")
def test_both_databases_give_the_same_numbers(place: Place) -> None:
    stores = place.open()
    simulate(stores, 30, 5)
    published = published_law(stores.store)
    stores.close()
    replayed = replay(place.store, published, OTHERS, until=UNTIL, workers=1)
    assert (replayed.tally.verified.cases, replayed.tally.verified.differences) == (30, 0)
    assert report(replayed, 0)["calendars"] == {"US": ["from the library, never published"]}
    assert report(replayed, 0)["changed"] == []  # nothing was kept
    assert replayed.tally.alternatives[0].cases == 30


@pytest.mark.rule("G2")
def test_the_horizon_is_now_or_the_last_instant_recorded(simulated: str, tmp_path: Path) -> None:
    assert replay(simulated, law(simulated), now=UNTIL).until == UNTIL
    early = datetime(2020, 1, 1, tzinfo=UTC)
    assert replay(simulated, law(simulated), now=early).until > datetime(2025, 12, 1, tzinfo=UTC)
    assert replay(simulated, law(simulated), until=early).tally.verified == Sums()
    past = replay(simulated, law(simulated), until=datetime(2024, 7, 1, tzinfo=UTC)).tally.verified
    assert 0 < past.cases < CASES
    assert past.differences == 0
    empty = tmp_path / "empty"
    open_store(str(empty)).close()
    nothing = replay(str(empty), ((), ()))
    assert nothing.tally.verified == Sums()
    assert nothing.until.year == 9999


def changed(simulated: str, tmp_path: Path, statement: str, *parameters: object) -> str:
    """A copy of the store with one statement run on its log."""
    store = tmp_path / "tampered"
    store.mkdir()
    with closing(sqlite3.connect(f"{simulated}/log.sqlite")) as source, closing(sqlite3.connect(store / "log.sqlite")) as copy, copy:
        source.backup(copy)
        copy.execute(statement, parameters)
    return str(store)


def some_event(simulated: str, topic: str) -> tuple[int, Recorded]:
    with closing(sqlite3.connect(f"{simulated}/log.sqlite")) as log, log:
        row = log.execute("SELECT notification_id, state FROM stored_events WHERE topic = ? ORDER BY 1 LIMIT 1", (topic,)).fetchone()
    return row[0], msgspec.json.decode(row[1], type=Recorded)


@pytest.mark.rule("G2")
@pytest.mark.parametrize(
    ("topic", "change", "line"),
    [
        ("Finalized", """state = replace(state, '"because":"no_appeal"', '"because":"appeals_exhausted"')""", "recorded Finalized"),
        ("Finalized", "state = 'no json'", "malformed"),
        ("Finalized", "state = x''", "truncated"),
        ("Finalized", "state = 7", "int"),
        ("ComplaintLodged", "state = x''", "truncated"),
        ("Finalized", "topic = 'Withdrawn'", "filed under Withdrawn"),
        ("Finalized", """state = replace(state, '"originator_version":', '"originator_version":9')""", "belongs elsewhere"),
        ("Finalized", "topic = 'Filed'", "is Filed, which belongs to no case"),
        ("WindowClosed", "originator_id = 'elsewhere'", "is missing"),
    ],
)
def test_what_was_tampered_with_is_named(simulated: str, tmp_path: Path, topic: str, change: str, line: str) -> None:
    position, event = some_event(simulated, topic)
    tampered = changed(simulated, tmp_path, f"UPDATE stored_events SET {change} WHERE notification_id = ?", position)
    for others in ([], OTHERS[:1]):
        tally = replay(tampered, law(simulated), others, until=UNTIL).tally
        assert tally.first is not None
        assert tally.first.case == event.originator_id
        assert line in difference_line(tally.first)
        assert tally.verified.cases >= CASES


@pytest.mark.rule("G2")
@pytest.mark.parametrize("topic", ["ComplaintLodged", "Finalized"])
def test_an_event_that_is_there_twice_is_named(simulated: str, tmp_path: Path, topic: str) -> None:
    position, event = some_event(simulated, topic)
    tampered = changed(simulated, tmp_path, "CREATE TABLE copied AS SELECT * FROM stored_events")
    with closing(sqlite3.connect(f"{tampered}/log.sqlite")) as log, log:  # as a table it has no unique key
        log.execute(
            "INSERT INTO copied SELECT -1, originator_id, originator_version, topic, state FROM copied WHERE notification_id = ?",
            (position,),
        )
        log.execute("DROP TABLE stored_events")
        log.execute("ALTER TABLE copied RENAME TO stored_events")
    tally = replay(tampered, law(simulated), until=UNTIL).tally
    assert tally.first is not None
    assert tally.first.case == event.originator_id
    assert "is missing" in difference_line(tally.first)


def decided(simulated: str, outcome: str) -> tuple[int, Recorded]:
    """The first appeal decided so, and where it is in the log."""
    with closing(sqlite3.connect(f"{simulated}/log.sqlite")) as log, log:
        row = log.execute(
            """SELECT notification_id, state FROM stored_events
            WHERE topic = 'AppealDecided' AND CAST(state AS TEXT) LIKE ? ORDER BY 1 LIMIT 1""",
            (f'%"outcome":"{outcome}"%',),
        ).fetchone()
    return row[0], msgspec.json.decode(row[1], type=Recorded)


@pytest.mark.rule("G2", "D2")
def test_an_appeal_that_says_another_outcome_than_its_case_is_named(simulated: str, tmp_path: Path) -> None:
    position, event = decided(simulated, "rejected")
    statement = (
        """UPDATE stored_events SET state = replace(state, '"outcome":"rejected"', '"outcome":"upheld"') WHERE notification_id = ?"""
    )
    tampered = changed(simulated, tmp_path, statement, position)
    told = []
    for workers in (1, 2):
        tally = replay(tampered, law(simulated), until=UNTIL, workers=workers).tally
        assert tally.first is not None
        assert (tally.first.case, tally.first.stream) == (event.event.complaint_id, event.originator_id)  # type: ignore[union-attr]
        assert tally.first.difference.recorded is not None
        assert tally.first.difference.recorded.id == event.id
        told.append((tally.verified.differences, difference_line(tally.first)))
    assert told[0] == told[1]
    assert told[0][0] == 1
    assert told[0][1].startswith(f"stream {event.originator_id} of case ")
    assert told[0][1].endswith(", not the same in outcome")


@pytest.mark.rule("G2", "C4")
def test_goods_that_were_never_restored_are_counted(simulated: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(f"{simulated}/log.sqlite")) as log, log:
        revoked = log.execute("SELECT COUNT(*) FROM stored_events WHERE topic = 'PenaltyRevoked'").fetchone()[0]
    tampered = changed(simulated, tmp_path, "DELETE FROM stored_events WHERE topic IN ('PenaltyRevoked', 'ListingRestored')")
    for others in ([], OTHERS):
        tally = replay(tampered, law(simulated), others, until=UNTIL).tally
        assert tally.first is not None
        assert 0 < tally.verified.differences <= revoked
        assert tally.first.stream is not None


@pytest.mark.rule("G2")
def test_an_event_that_is_missing_in_a_listing_or_belongs_to_none_is_told_once(simulated: str, tmp_path: Path) -> None:
    position, event = some_event(simulated, "PenaltyImposed")
    for number, (change, line) in enumerate(
        (
            ("DELETE FROM stored_events WHERE notification_id = ?", "is missing"),
            ("UPDATE stored_events SET topic = 'Filed' WHERE notification_id = ?", "is Filed, which belongs to no listing"),
            ("UPDATE stored_events SET state = 'no json' WHERE notification_id = ?", "malformed"),
        )
    ):
        place = tmp_path / str(number)
        place.mkdir()
        tally = replay(changed(simulated, place, change, position), law(simulated), until=UNTIL).tally
        assert tally.first is not None
        assert tally.verified.differences == 1
        assert difference_line(tally.first).startswith(f"stream {event.originator_id}: ")
        assert line in difference_line(tally.first)


@pytest.mark.rule("G2")
def test_ranges_hold_every_id_there_can_be_once() -> None:
    for rows in (0, 1, 20_000, 3_000_000):
        ranges = spans(rows)
        assert ranges[0].first == ""
        assert ranges[-1].end is None
        assert [one.end for one in ranges[:-1]] == [one.first for one in ranges[1:]]
    assert spans(0) == [Span("", None)]
    assert all(rows / AT_ONCE <= len(spans(rows)) < rows / AT_ONCE + 1 for rows in (20_000, 3_000_000, 11_500_294))


def test_a_reader_writes_nothing(simulated: str) -> None:
    reader = open_reader(simulated)
    with pytest.raises(sqlite3.OperationalError):
        reader._session.run("DELETE FROM stored_events")
    reader.close()
    assert usable_cores() >= 1
