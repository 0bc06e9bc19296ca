"""The runner: every event exactly once, whoever drives, however the log is cut into batches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace as changed

import pytest
from sqlalchemy import Engine, event

from domain.case.events import Claimed
from domain.events import Event, Happened
from domain.events.member import HistoryRead
from domain.recorded import Recorded
from projections import complaints, filings, messages, notices, registry, runner
from projections.complaints import ComplaintFilter
from projections.dialect import open_engine, snapshot, writing
from projections.follower import LONGEST, Follower
from projections.generations import begin_anew, live_sets
from projections.reading import Page, ViewsBehind
from projections.runner import Views
from projections.shape import Change, View
from projections.tables import table_of
from tests.listening import listened_to
from tests.projections.test_filings import FOUND, REINSTATED
from tests.projections.world import MemoryLog, World, every_ending


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all live tables."""
    with snapshot(engine) as session:
        live = live_sets(session)
        tables = [table_of(part, live[view.name].generation) for view in registry.ALL for part in view.tables]
        return {table.name: [tuple(row) for row in session.rows(f"SELECT * FROM {table.name} ORDER BY made")] for table in tables}


def story(world: World) -> None:
    """Something for every view."""
    world.file("f-1")
    world.file("f-2")
    every_ending(world)
    world.tell("owner", FOUND)
    world.tell("owner", REINSTATED)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[tuple[object, ...]]]]:
    """The tables as one batch folds them."""
    world = World()
    story(world)
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('reference')}/views.sqlite")
    views = Views(engine, world.log, registry.ALL)
    views.prepare()
    views.caught_up(world.log.log_head())
    yield everything(engine)
    engine.dispose()


def test_the_tables_are_the_same_however_the_log_is_cut(
    views: Views, world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch, reference: dict[str, list[tuple[object, ...]]]
) -> None:
    monkeypatch.setattr(runner, "BATCH", 1 if engine.dialect.name == "sqlite" else 7)
    story(world)
    while views.drive():
        pass
    assert set(views.positions().values()) == {world.log.log_head()}
    assert {name: len(rows) for name, rows in everything(engine).items()} == {name: len(rows) for name, rows in reference.items()}
    assert _states(everything(engine)) == _states(reference)


def _states(tables: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """Without the states of what is mended from columns when it is read."""
    mended = ("filings__g1", "authorizations__g1")
    return {name: [row[:-1] for row in rows] if name in mended else rows for name, rows in tables.items()}


def test_processes_that_drive_the_same_views_at_once_fold_each_event_once(
    views_url: str, world: World, monkeypatch: pytest.MonkeyPatch, reference: dict[str, list[tuple[object, ...]]]
) -> None:
    monkeypatch.setattr(runner, "BATCH", 3)
    story(world)
    others = [Views(open_engine(views_url), world.log, registry.ALL) for _ in range(3)]
    others[0].prepare()
    failures: list[Exception] = []

    def drive(views: Views) -> None:
        try:
            views.caught_up(world.log.log_head(), timeout=600)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=drive, args=(views,)) for views in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert _states(everything(others[0].engine)) == _states(reference)
    for views in others:
        views.engine.dispose()


def test_several_processes_make_the_tables_at_once(empty_url: str, world: World) -> None:
    several = [Views(open_engine(empty_url), world.log, registry.ALL) for _ in range(4)]
    threads = [threading.Thread(target=views.prepare) for views in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.lodge("case")
    for views in several:
        with views.current() as r:
            assert complaints.get(r, "case") is not None
        views.engine.dispose()


def test_a_reader_sees_what_was_written_before_it_began(views: Views, world: World) -> None:
    world.lodge("case")
    with views.current() as r:
        assert complaints.get(r, "case") is not None
    assert views.reached == world.log.log_head()


def test_how_far_a_long_history_is_folded_is_told_until_it_is(views: Views, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BATCH", 2)
    story(world)
    assert views.preparing() is None  # what was written since the start is folded as it comes
    views.head()
    assert views.preparing() == 0  # whoever knows the head says so before anybody reads
    with pytest.raises(ViewsBehind), views.current(timeout=0):
        pass
    views.drive()
    told = views.preparing()
    assert told is not None and 0 <= told < 100
    monkeypatch.undo()
    views.caught_up(world.log.log_head(), timeout=300)
    assert views.preparing() is None


def test_a_fold_that_the_database_lost_is_done_again_by_whoever_reads(views: Views, world: World) -> None:
    world.lodge("case")
    views.caught_up(world.log.log_head())
    with writing(views.engine) as connection:  # as after a crash: what this process believes to be there is gone
        for view in registry.ALL:
            begin_anew(connection, view)
    with views.current() as r:
        assert complaints.get(r, "case") is not None


def test_a_reader_sees_one_state_of_all_views_for_as_long_as_it_reads(views: Views, world: World) -> None:
    world.lodge("case")
    with views.current() as r:
        before = notices.get(r, "notice of case")
        world.accept("case")
        views.caught_up(world.log.log_head())
        assert (before, notices.get(r, "notice of case")) == (None, None)
    with views.current() as r:
        assert notices.get(r, "notice of case") is not None


def test_a_reader_that_another_process_keeps_waiting_is_told_so(views: Views, views_url: str, world: World) -> None:
    world.lodge("case")
    other = open_engine(views_url)
    with writing(other), pytest.raises(ViewsBehind), views.current(timeout=0.05):
        pass
    with pytest.raises(ViewsBehind), views.reading(head=world.log.log_head()) as r:
        complaints.get(r, "case")
    with views.current() as r:
        assert complaints.get(r, "case") is not None
    other.dispose()


def test_what_another_process_has_folded_is_not_folded_again(views: Views, views_url: str, world: World) -> None:
    other = Views(open_engine(views_url), world.log, registry.ALL)
    world.lodge("case")
    views.caught_up(world.log.log_head())
    with other.current() as r:
        assert len(complaints.newest(r, ComplaintFilter(), limit=9).items) == 1
    assert other.reached == views.reached
    other.engine.dispose()


class Unheard(Event, frozen=True):
    """An event of a later version of the program."""


def test_an_event_that_nobody_knows_passes_by(views: Views, world: World) -> None:
    world.tell("stream", Unheard())  # type: ignore[arg-type]
    world.tell("stream", HistoryRead("case", "case"))
    world.lodge("case")
    with views.current() as r:
        assert complaints.get(r, "case") is not None
    assert views.broken == {}


def test_a_view_that_cannot_fold_an_event_stops_alone_and_says_so_when_it_is_read(views: Views, world: World) -> None:
    world.lodge("case")
    views.caught_up(world.log.log_head())
    poison = changed_view(complaints.VIEW)
    broken = Views(views.engine, world.log, [poison, messages.VIEW])
    world.log.append("case", [Happened(world.now, Claimed("desk-1", world.now), "desk-1")])
    with broken.current() as r:
        assert messages.of_member(r, "owner", limit=9) == Page([], "0")
        with pytest.raises(ViewsBehind):
            complaints.get(r, "case")
    assert "no such claim" in broken.broken["complaints"].why


def test_a_row_that_the_database_refuses_stops_its_own_view_alone(views: Views, world: World) -> None:
    world.file("f-1")
    views.caught_up(world.log.log_head())
    world.file("f-1")
    world.lodge("case")
    with views.current() as r:
        assert complaints.get(r, "case") is not None
    assert {"filings"} <= set(views.broken) <= {"filings", "messages"}


def test_an_event_costs_its_own_rows_and_one_note_of_all_positions(views: Views, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a savepoint and a note for each of the views it was a hundred statements."""
    monkeypatch.setattr(runner, "BATCH", 1)
    story(world)
    events = savepoints = 0

    def laid(*_: object) -> None:
        nonlocal savepoints
        savepoints += 1

    event.listen(views.engine, "savepoint", laid)
    with listened_to() as sent:
        while views.drive():
            events += 1
    assert events > 100
    assert (len(sent) / events < 15, savepoints) == (True, 0)
    assert views.broken == {}


def changed_view(view: View) -> View:
    """The view of complaints by a program that cannot fold a claim."""

    def fail(state: object, recorded: Recorded) -> None:
        raise ValueError("no such claim")

    on = {**complaints.TABLE.on, Claimed: Change(lambda recorded: recorded.originator_id, fail)}
    return View(view.name, view.version, (changed(complaints.TABLE, on=on),))  # type: ignore[arg-type]


def test_a_view_of_another_version_is_made_anew_and_left_alone_by_older_programs(views: Views, world: World) -> None:
    world.lodge("case")
    views.caught_up(world.log.log_head())
    newer = Views(views.engine, world.log, [View("complaints", complaints.VIEW.version + 1, complaints.VIEW.parts), messages.VIEW])
    newer.prepare()
    assert newer.positions()["complaints"] == 0
    with newer.current() as r:
        assert complaints.get(r, "case") is not None
    world.lodge("later")
    with views.current() as r:
        assert messages.of_member(r, "owner", limit=9).items == []
        with pytest.raises(ViewsBehind):
            complaints.get(r, "later")


def test_a_follower_drives_the_views_until_it_is_stopped(views: Views, world: World) -> None:
    follower = Follower(views, poll=0.001)
    follower.start()
    follower.start()
    world.lodge("case")
    world.file("f-1")
    _wait_for(lambda: views.reached == world.log.log_head())
    follower.stop()
    follower.stop()
    with views.reading() as r:
        assert complaints.get(r, "case") is not None and filings.get(r, "f-1") is not None


def test_a_follower_rests_after_a_batch_that_was_not_full_and_goes_on_at_once_after_one_that_was(
    views: Views, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(views, poll=9)
    assert follower._step() == 9
    world.lodge("case")
    assert 0 < follower._step() <= LONGEST
    assert follower._step() == 9
    monkeypatch.setattr("projections.runner.BATCH", 1)
    world.lodge("one")
    world.lodge("more")
    assert follower._step() == 0
    assert 0 < follower._step() <= LONGEST


class Flaky(MemoryLog):
    """A log whose database is away at first."""

    failures = 2

    def log_head(self) -> int:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        return super().log_head()


def test_a_follower_goes_on_after_a_failure(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.follower._RECOVERY", 0.001)
    world, log = World(), Flaky()
    world.file("f-1")
    log.entries = world.log.entries
    views = Views(engine, log, registry.ALL)
    views.prepare()
    follower = Follower(views, poll=0.001)
    follower.start()
    _wait_for(lambda: views.reached == world.log.log_head())
    follower.stop()
    assert log.failures == 0


def _wait_for(what: object) -> None:
    for _ in range(600_000):
        if what():  # type: ignore[operator]
            return
        threading.Event().wait(0.001)
    raise AssertionError("it never came")
