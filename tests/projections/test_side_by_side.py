"""Reads that take turns: what all of them ask next is one statement, and each is answered as if it had been alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from projections import complaints, disputes, listings, messages, notices
from projections.complaints import ComplaintFilter
from projections.reading import Reading
from projections.runner import Views
from projections.side_by_side import side_by_side
from tests.listening import Sent, listened_to
from tests.projections.test_plans import LISTS
from tests.projections.world import World


@pytest.fixture
def told(world: World, views: Views) -> World:
    for number, seller in enumerate(("mallory", "eve", "mallory")):
        world.feed(f"listing-{number}", seller)
        world.lodge(f"case-{number}", seller=seller, listing_id=f"listing-{number}")
        if number:
            world.accept(f"case-{number}")
        world.wait(hours=1)
    views.caught_up(world.log.log_head())
    return world


@pytest.fixture
def sent() -> Iterator[list[Sent]]:
    with listened_to() as statements:
        yield statements


def _of_views(sent: list[Sent]) -> list[str]:
    return [one.statement for one in sent if "__g" in one.statement]


def _of_two_steps(reading: Reading) -> list[str]:
    cases = complaints.newest(reading, ComplaintFilter(), 9).items
    return sorted(listings.many(reading, {case.listing_id for case in cases}))


def test_each_is_answered_as_if_it_were_alone_and_all_are_one_statement(told: World, views: Views, sent: list[Sent]) -> None:
    with views.current() as reading:
        alone = [ask(reading, None) for ask in LISTS.values()]
        sent.clear()
        together = side_by_side(*[lambda ask=ask: ask(reading, None) for ask in LISTS.values()])  # type: ignore[misc]
    assert together == alone
    assert len(_of_views(sent)) == 1
    assert any(page.items for page in together if hasattr(page, "items"))


def test_a_round_is_one_statement_also_where_works_have_works_of_their_own(told: World, views: Views, sent: list[Sent]) -> None:

    def inner(reading: Reading) -> list[Any]:
        return side_by_side(lambda: disputes.newest(reading, 9), lambda: notices.of_respondent(reading, "mallory", 9))

    with views.current() as reading:
        alone = _of_two_steps(reading)
        counted = complaints.by_status(reading, ComplaintFilter())
    sent.clear()
    with views.current() as reading:
        steps, nested, counts, unread, last = side_by_side(
            lambda: _of_two_steps(reading),
            lambda: inner(reading),
            lambda: complaints.by_status(reading, ComplaintFilter()),
            lambda: messages.unread(reading, "mallory", 0),
            lambda: messages.end(reading),
        )
    assert (steps, counts) == (alone, counted)
    assert [len(page.items) for page in nested] == [0, 1]
    assert unread > 0 and int(last) > 0
    assert len(_of_views(sent)) == 2


def test_the_same_is_asked_once(told: World, views: Views, sent: list[Sent]) -> None:
    sent.clear()
    with views.current() as reading:
        same = side_by_side(*[lambda: complaints.get(reading, "case-1") for _ in range(3)])
        assert listings.many(reading, []) == {}
        assert complaints.get(reading, "case-1") == same[0]
    assert same[0] is not None and same.count(same[0]) == 3
    (statement,) = _of_views(sent)
    assert "UNION" not in statement


def test_the_first_that_fails_ends_all_of_them(told: World, views: Views) -> None:
    ended = []

    def longer(reading: Reading) -> None:
        try:
            complaints.get(reading, "case-1")
            ended.append("answered")
        finally:
            ended.append("ended")

    def fails(reading: Reading) -> None:
        raise KeyError("nothing")

    with views.current() as reading:
        with pytest.raises(KeyError):
            side_by_side(lambda: longer(reading), lambda: fails(reading))
        assert ended == ["ended"]
        assert complaints.get(reading, "case-1") is not None  # and what comes next is asked as ever
