"""Notices: what a respondent is shown, and what nothing shown to a respondent ever tells."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

import projections
from projections import messages, notices, penalties
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from projections.shape import StateTable, View
from projections.tables import table_of
from tests.projections.world import World, every_ending

PACKAGE = Path(projections.__file__).parent


@pytest.mark.rule("C4", "C5", "D1")
def test_a_notice_has_what_it_was_served_with(views: Views, world: World) -> None:
    world.lodge("case")
    world.wait(hours=3)
    world.accept("case", notice_id="notice")
    window = world.cases["case"].window
    with views.current() as r:
        notice = notices.get(r, "notice")
    assert notice is not None and window is not None
    assert (notice.id, notice.respondent, notice.listing_id, notice.link) == ("notice", "seller", "listing", "https://shop.example/listing")
    assert (notice.status, notice.reasons, notice.notified_at, notice.appeals_left) == ("penalized", ("same_picture",), world.now, 2)
    assert notice.appeal_by == window.closes.closes_at
    assert notice.picture == "digest of the listing's picture" and not notice.shows_original
    assert [line.counted for line in notice.proof].count(True) == 3
    world.appeal("case")
    world.wait(hours=72)
    world.decide("case", "rejected")
    with views.current() as r:
        again = notices.get(r, "notice")
    assert again is not None and again.appeal_by is not None
    first, *_, last = again.proof
    assert (first.date, first.day) == ((world.now + timedelta(hours=8)).date(), "event")
    assert (last.counted, last.date) == (True, (again.appeal_by + timedelta(hours=8)).date() - timedelta(days=1))


@pytest.mark.rule("C5", "D1", "D2", "D3", "C6", "H2")
def test_a_notice_stands_as_its_case_does_from_noticed_on(views: Views, world: World) -> None:
    every_ending(world)
    with views.current() as r:
        shown = {name: notices.get(r, f"notice of {name}") for name in world.cases}
    assert {name for name, notice in shown.items() if notice is None} == {"lodged", "declined"}
    for name, notice in shown.items():
        case = world.cases[name]
        if notice is not None:
            assert notice.status == case.status.value
            assert notice.appeal_by == (case.window.closes.closes_at if case.window else None)
            assert (notice.final_because, notice.lifted_because) == (case.final_because, case.lifted_because)
            assert [(a.round, a.opened_at) for a in notice.appeals] == [(used.number, used.opened_at) for used in case.rounds]
        if name == "special" and notice is not None:
            assert (notice.appeals[0].special, notice.appeals[0].grounds, notice.appeals[0].evidence) == (True, "grounds", ("evidence-1",))
    appeals = {name: [a.status for a in notice.appeals] for name, notice in shown.items() if notice is not None}
    assert (appeals["withdrawn"], appeals["lifted"], appeals["voided"]) == (["moot"], ["upheld"], ["moot"])
    assert (appeals["appealed"], appeals["exhausted"]) == (["open"], ["rejected", "not_accepted"])


@pytest.mark.rule("C5")
def test_a_respondent_finds_its_own_notices_and_no_others(views: Views, world: World) -> None:
    for number in range(3):
        world.lodge(f"case-{number}", seller="bob")
        world.accept(f"case-{number}", notice_id=f"n-{number}")
    world.lodge("case of eve", seller="eve")
    world.accept("case of eve")
    world.withdraw("case-1")
    with views.current() as r:
        first = notices.of_respondent(r, "bob", limit=2)
        rest = notices.of_respondent(r, "bob", limit=2, after=first.next)
        withdrawn = notices.of_respondent(r, "bob", limit=9, statuses=["withdrawn"])
        nobody = notices.of_respondent(r, "owner", limit=9)
    assert [notice.id for notice in first.items + rest.items] == ["n-2", "n-1", "n-0"]
    assert ([notice.id for notice in withdrawn.items], nobody.items, rest.next) == (["n-1"], [], None)


@pytest.mark.rule("C5")
def test_nobody_finds_a_notice_by_the_id_of_its_case(views: Views, world: World) -> None:
    world.lodge("case")
    with views.current() as r:
        assert notices.get(r, "notice of case") is None
    world.accept("case")
    with views.current() as r:
        assert notices.get(r, "case") is None


def _shown_to_the_seller(engine: Engine, complainant: str) -> bytes:
    """Every ending, played with this complainant; then all that its respondent can read."""
    world = World()
    views = Views(engine, world.log, ALL)
    views.prepare()
    every_ending(world, complainant)
    with views.current() as r:
        own = notices.of_respondent(r, "seller", limit=99)
        told = messages.of_member(r, "seller", limit=99)
        orders = penalties.feed(r, limit=99)
    return msgspec.json.encode((own.items, own.next, told.items, told.next, orders.items, orders.next))


@pytest.mark.rule("C5")
def test_worlds_that_differ_in_the_complainant_alone_show_the_respondent_the_same_bytes(tmp_path: Path) -> None:
    shown = []
    for complainant in ("ann", "somebody-else-entirely"):
        engine = open_engine(f"sqlite:///{tmp_path}/{complainant}.sqlite")
        shown.append(_shown_to_the_seller(engine, complainant))
        engine.dispose()
    assert shown[0] == shown[1]
    assert b"notice of exhausted" in shown[0] and b"appeal_decided" in shown[0]
    assert not [word for word in (b"ann", b"filing", b"statement", b"secret") if word in shown[0]]


@pytest.mark.rule("C5")
def test_the_case_is_in_no_state_of_a_notice(views: Views, world: World) -> None:
    world.lodge("the-case-itself", owner="the-owner-itself", filing="the-filing-itself")
    world.accept("the-case-itself", notice_id="n")
    world.appeal("the-case-itself", "appeal-1")
    world.withdraw("the-case-itself")
    with views.current() as r:
        notice, told = notices.get(r, "n"), messages.of_member(r, "seller", limit=9)
    assert len(told.items) == 3
    for word in ("the-case-itself", "the-owner-itself", "the-filing-itself", "secret"):
        assert word not in repr(notice) + repr(told)


def _imports(module: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text())):
        match node:
            case ast.ImportFrom(module=str() as source, names=names):
                found.add(source)
                found |= {f"{source}.{name.name}" for name in names}
            case ast.Import(names=names):
                found |= {name.name for name in names}
    return found


@pytest.mark.rule("C5")
@pytest.mark.parametrize("module", ["notices", "notice_reviews", "respondent_messages"])
def test_what_respondents_read_is_made_without_any_other_view(module: str) -> None:
    views = {f"projections.{view.name}" for view in ALL} | {"projections.owner_messages", "projections.registry"}
    owners = {"case", "filing", "sighting", "events.filing", "events.member"}
    forbidden = views | {f"domain.{name}" for name in owners} | {"domain.case.events.ComplaintLodged"}
    imported = _imports(module)
    assert not imported & forbidden
    assert {name for name in imported if name.startswith("domain.case.")} == {
        name for name in imported if name.startswith("domain.case.events")
    }  # of a case its events alone, never its state
    assert not {name for name in imported if name.startswith("domain.events.listing.Sighting")}


@pytest.mark.rule("C5")
@pytest.mark.parametrize("view", [view for view in ALL if view.name == "notices"])
def test_a_notice_begins_with_being_served_and_has_no_column_of_the_complainant(view: View) -> None:
    (state_table,) = view.parts
    assert isinstance(state_table, StateTable)
    assert [event.__name__ for event, change in state_table.on.items() if change.begins] == ["NoticeServed"]
    assert set(table_of(state_table, 1).c.keys()) == {"made", "key", "notice_id", "respondent", "status", "state"}
