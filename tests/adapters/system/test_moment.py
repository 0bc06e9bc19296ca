"""What is asked once in a moment, and what outlasts none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.system import moment
from adapters.system.moment import once, one_moment


def test_within_a_moment_a_look_is_made_once_and_outside_each_time() -> None:
    looks: list[str] = []

    def look() -> int:
        looks.append("looked")
        return len(looks)

    assert (once("who", look), once("who", look)) == (1, 2)
    with one_moment():
        assert (once("who", look), once("who", look), once("else", look)) == (3, 3, 4)
        here = moment.present()
        assert here is not None
        here.learn({"told": 7})
        assert once("told", look) == 7
        assert (here.knows("told"), here.knows("nothing")) == (True, False)
    assert once("who", look) == 5
    assert moment.present() is None


def test_what_is_held_is_closed_at_the_moments_end_also_when_it_fails() -> None:
    told: list[str] = []

    @contextmanager
    def opening() -> Iterator[str]:
        told.append("open")
        yield "view"
        told.append("closed")

    with one_moment():
        here = moment.present()
        assert here is not None
        assert here.held("view", opening) == here.held("view", opening) == "view"
        assert told == ["open"]
    assert told == ["open", "closed"]
