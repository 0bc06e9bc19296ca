"""Rebuilding: readers keep the old set until the new one is complete, and see no event twice and none missing."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect

from projections import complaints, registry
from projections import rebuild as rebuilding
from projections.complaints import ComplaintFilter
from projections.dialect import open_engine
from projections.rebuild import RebuildSuperseded, rebuild
from projections.runner import Views
from tests.projections.test_runner import _states, everything, story
from tests.projections.world import World


def _ids(views: Views) -> list[str]:
    with views.current() as r:
        return [complaint.id for complaint in complaints.newest(r, ComplaintFilter(), limit=99).items]


def _in_small_batches(monkeypatch: pytest.MonkeyPatch, size: int = 2) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", size)


def test_a_rebuilt_view_is_what_it_was(views: Views, world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    story(world)
    views.caught_up(world.log.log_head())
    before = everything(engine)
    _in_small_batches(monkeypatch, 25)
    told: list[tuple[int, int]] = []
    rebuild(views, progress=lambda done, total: told.append((done, total)))
    after = everything(engine)
    assert [name.replace("__g1", "__g2") for name in before] == list(after)
    assert list(_states(before).values())[:3] == list(_states(after).values())[:3]
    assert [len(rows) for rows in before.values()] == [len(rows) for rows in after.values()]
    assert told == sorted(told) and told[-1] == (len(registry.ALL) * world.log.log_head(), len(registry.ALL) * world.log.log_head())


def test_readers_keep_the_old_set_which_is_fed_until_the_new_one_is_complete(
    views: Views, views_url: str, world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_small_batches(monkeypatch)
    other = Views(open_engine(views_url), world.log, registry.ALL)
    for number in range(9):
        world.lodge(f"case-{number}")
    views.caught_up(world.log.log_head())
    seen: list[tuple[bool, bool]] = []

    def meanwhile(done: int, total: int) -> None:
        if done < total:
            world.lodge(f"later-{len(seen)}") if len(seen) < 3 else None
            seen.append((_ids(other)[0] == list(world.cases)[-1], len(_ids(views)) == len(world.cases)))

    rebuild(views, ["complaints"], meanwhile)
    assert len(seen) > 3 and all(fresh and whole for fresh, whole in seen)
    assert _ids(views) == _ids(other) == list(reversed(world.cases))
    world.lodge("last")
    assert _ids(other)[0] == _ids(views)[0] == "last"
    assert {"complaints__g1", "complaints__g2"} <= set(inspect(engine).get_table_names())
    views.prepare()
    assert "complaints__g1" not in inspect(engine).get_table_names()
    other.engine.dispose()


def test_a_reader_that_began_before_the_swap_reads_on(views: Views, world: World) -> None:
    world.lodge("case")
    with views.current() as r:
        rebuild(views, ["complaints"])
        assert complaints.get(r, "case") is not None


def test_of_two_rebuilds_of_a_view_the_later_one_counts(
    views: Views, world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_small_batches(monkeypatch)
    for number in range(5):
        world.lodge(f"case-{number}")
    begun: list[int] = []

    def again(done: int, total: int) -> None:
        if not begun:
            begun.append(done)
            rebuild(views, ["complaints"])

    with pytest.raises(RebuildSuperseded):
        rebuild(views, ["complaints"], again)
    assert len(_ids(views)) == 5
    rebuild(views, ["complaints"])
    assert {name for name in inspect(engine).get_table_names() if name.startswith("complaints__")} == {"complaints__g3", "complaints__g4"}


def test_a_rebuild_mends_a_view_that_broke(views: Views, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a mistake in the program")

    world.lodge("case")
    with monkeypatch.context() as broken:
        broken.setattr("projections.folding.fold_view", fail)
        broken.setattr("projections.runner.fold_view", fail)
        views.caught_up(world.log.log_head())
        assert set(views.broken) == set(views.by_name)
    rebuild(views)
    assert _ids(views) == ["case"]


def test_a_name_that_is_no_view_is_refused(views: Views) -> None:
    with pytest.raises(KeyError, match="figures"):
        rebuild(views, ["figures"])


def test_an_empty_log_is_rebuilt_to_empty_views(views: Views) -> None:
    told: list[tuple[int, int]] = []
    rebuild(views, ["complaints", "messages"], lambda done, total: told.append((done, total)))
    assert _ids(views) == []
    assert all(done <= total for done, total in told)
