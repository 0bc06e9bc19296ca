"""One moment for many reads: what a page asks again and again is asked once, and is as of one instant.

Entered by whoever answers a page from several reads. A command is never answered from it: that decides on what is so at each try.
Within one thread; outside a moment every look is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Moment:
    """What was looked up so far, and what is held open until it ends."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._found: dict[Hashable, Any] = {}

    def once(self, about: Hashable, look: Callable[[], T]) -> T:
        """The answer of the first look."""
        if about not in self._found:
            self._found[about] = look()
        return cast("T", self._found[about])

    def held(self, about: Hashable, opening: Callable[[], AbstractContextManager[T]]) -> T:
        """What the first opening gave, held open until the moment ends."""
        return self.once(about, lambda: self._stack.enter_context(opening()))

    def learn(self, answers: Mapping[Hashable, Any]) -> None:
        """Answers that were looked up together."""
        self._found |= answers

    def taken(self, about: Hashable) -> Any:
        """An answer that was looked up together with others, and holds for one question only."""
        return self._found.pop(about)

    def forget(self, about: Hashable) -> None:
        """It may be otherwise by now."""
        self._found.pop(about, None)

    def knows(self, about: Hashable) -> bool:
        """Whether it was looked up already."""
        return about in self._found


_present: ContextVar[Moment | None] = ContextVar("moment", default=None)


def present() -> Moment | None:
    """The moment that this is within."""
    return _present.get()


def once(about: Hashable, look: Callable[[], T]) -> T:
    """Look, once in a moment."""
    moment = _present.get()
    return look() if moment is None else moment.once(about, look)


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is looked up within is looked up once."""
    with ExitStack() as stack:
        token = _present.set(Moment(stack))
        try:
            yield
        finally:
            _present.reset(token)
