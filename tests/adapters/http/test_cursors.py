"""Cursors are opaque, authentic and always the same for the same position."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.http.cursors import Cursors, PageRequest
from application.refusals import Invalid

CURSORS = Cursors(b"k" * 32)
SCOPE = ("notices", "mallory")
positions = st.lists(st.one_of(st.integers(-(2**53), 2**53), st.text(st.characters(codec="utf-8"), max_size=40)), min_size=1, max_size=3)


@given(positions)
def test_what_is_sealed_opens_again(position: list[str | int]) -> None:
    cursor = CURSORS.seal(SCOPE, position)
    assert CURSORS.open(SCOPE, cursor) == position
    assert CURSORS.seal(SCOPE, position) == cursor


@given(st.text(max_size=200))
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(Invalid) as error:
        CURSORS.open(SCOPE, text)
    assert list(error.value.errors) == ["after"]


def test_a_cursor_opens_for_its_list_and_reader_and_key_only() -> None:
    cursor = CURSORS.seal(SCOPE, [17])
    for cursors, scope in ((CURSORS, ("notices", "bob")), (CURSORS, ("messages", "mallory")), (Cursors(b"l" * 32), SCOPE)):
        with pytest.raises(Invalid):
            cursors.open(scope, cursor)
    with pytest.raises(Invalid):
        CURSORS.open(SCOPE, cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB"))


@pytest.mark.rule("C5")
def test_a_cursor_tells_neither_order_nor_distance() -> None:
    few, many = CURSORS.seal(SCOPE, [9]), CURSORS.seal(SCOPE, [9_999_999_999])
    assert len(few) == len(many)
    assert few[:8] != many[:8]


def test_one_item_more_than_fits_tells_that_there_are_more() -> None:
    page = PageRequest(2, None, CURSORS, SCOPE)
    full = page.cut(["a", "b", "c"], lambda item: [item])
    assert full["items"] == ["a", "b"]
    assert CURSORS.open(SCOPE, full["next"]) == ["b"]
    assert page.cut(["a", "b"], lambda item: [item]) == {"items": ["a", "b"], "next": None}
    assert page.cut([], lambda item: [item]) == {"items": [], "next": None}
