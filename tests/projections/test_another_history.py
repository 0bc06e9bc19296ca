"""Views that were folded from another history than the log's: seen by the event at their position, and built anew by themselves."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, text

from projections import complaints, registry
from projections import rebuild as rebuilding
from projections.complaints import ComplaintFilter
from projections.follower import Follower
from projections.rebuild import rebuild
from projections.runner import Views
from tests.projections.world import World

ALL = sorted(view.name for view in registry.ALL)


def _cases(views: Views) -> list[str]:
    with views.current() as r:
        return [complaint.id for complaint in complaints.newest(r, ComplaintFilter(), limit=99).items]


def _put_back(world: World, *then: str) -> None:
    """The log as it was after its first case, and what was lodged since under ids of their own."""
    del world.log.entries[1:]
    for case_id in then:
        world.lodge(case_id)
        at, recorded = world.log.entries[-1]
        world.log.entries[-1] = (at, replace(recorded, id=f"new-{at}"))


@pytest.mark.parametrize("then", [(), ("other",), ("other", "another", "third", "fourth")], ids=["shorter", "as long", "longer"])
def test_views_of_a_log_that_was_put_back_are_built_anew_at_the_next_opening(views: Views, world: World, then: tuple[str, ...]) -> None:
    for case_id in ("kept", "lost", "lost too"):
        world.lodge(case_id)
    views.caught_up(world.log.log_head())
    assert views.strangers() == []
    _put_back(world, *then)
    again = Views(views.engine, world.log, registry.ALL)
    assert again.strangers() == ALL
    again.prepare()
    assert again.strangers() == []
    assert sorted(_cases(again)) == sorted(("kept", *then))


def test_a_process_that_goes_on_over_a_log_that_was_put_back_sees_it(views: Views, world: World) -> None:
    world.lodge("kept")
    world.lodge("lost")
    views.caught_up(world.log.log_head())
    _put_back(world)
    assert Follower(views)._step() == 0.0
    assert _cases(views) == ["kept"]
    world.lodge("new")
    assert _cases(views) == ["new", "kept"]


def test_views_of_a_release_that_noted_no_event_are_built_anew(views: Views, engine: Engine, world: World) -> None:
    world.lodge("case")
    views.caught_up(world.log.log_head())
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE view_generations DROP COLUMN event_id"))
    again = Views(engine, world.log, registry.ALL)
    again.prepare()
    assert set(again.positions().values()) == {0}
    assert _cases(again) == ["case"]


def test_an_event_that_was_damaged_since_is_no_other_history(views: Views, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.lodge("case")
    views.caught_up(world.log.log_head())
    monkeypatch.setattr(world.log, "id_at", lambda position: "")
    views.prepare()
    assert set(views.positions().values()) == {world.log.log_head()}


def test_a_rebuild_does_not_wait_for_a_set_of_another_history(views: Views, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    for case_id in ("kept", "lost", "lost too"):
        world.lodge(case_id)
    views.caught_up(world.log.log_head())
    _put_back(world)
    rebuild(views, ["complaints"])
    assert views.positions()["complaints"] == world.log.log_head()
    assert set(views.strangers()) == set(ALL) - {"complaints"}
