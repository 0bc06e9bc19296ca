"""Why a case would have ended otherwise (rule G6): the fewest keys of the other rulebook that alone give the very same ending.

Found by replaying with some keys only, never by guessing. Sets of keys are tried by their size, each grown out of a smaller one by a
key that was read in it: what a case never asked for cannot have made a difference to it. A set that reads the same values as one
that was tried ends as that did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from domain.case.replay import BROKEN
from domain.law import Law
from domain.partial_law import InvalidCombination, PartialLaw

MOST = 2_000
"""So many sets of keys are tried of one case at most; then it is said that its causes were not found."""


class Cause(NamedTuple):
    """A key, and its values in the rulebook in force and in the other one, as JSON."""

    key: str
    was: str
    would: str


class Causes(NamedTuple):
    """Every key that is in a least set, and the least sets themselves, in the order of the law's keys."""

    because: tuple[Cause, ...]
    sets: tuple[tuple[str, ...], ...]


class _Tried(NamedTuple):
    """A replay with some keys: which keys were read, which of those were chosen, of which rulebooks, and how it ended."""

    read: int
    chosen: int
    asked: Sequence[str]
    ending: str | None


def causes(law: PartialLaw, ending_under: Callable[[Law], str], ending: str) -> Causes | None:
    """The causes of an ending; `ending_under` replays the case under a law. None where they are not among the first `MOST` sets."""
    search = _Search(law, ending_under)
    level, before = [0], 0
    while level and before + len(level) <= MOST:
        before += len(level)
        found, larger = list[int](), set[int]()
        for chosen in level:
            tried = search.tried(chosen)
            if tried is not None and tried.ending == ending:
                found.append(chosen)
            else:
                grow = law.beside(chosen) if tried is None else tried.read
                larger.update(chosen | bit for bit in _bits(grow & ~chosen))
        if found:
            return search.causes(found)
        level = sorted(larger)
    return None


class _Search:
    """The replays of one case that were done."""

    def __init__(self, law: PartialLaw, ending_under: Callable[[Law], str]) -> None:
        self._law, self._ending_under = law, ending_under
        self.done: list[_Tried] = []

    def tried(self, chosen: int) -> _Tried | None:
        """How it ends with these keys; None where they are no valid rulebook."""
        for one in self.done:
            if chosen & one.read == one.chosen:
                return one if self._law.valid(chosen, one.asked) else None
        law = self._law
        law.choose(chosen)
        try:
            ending: str | None = self._ending_under(law)
        except InvalidCombination:
            return None
        except BROKEN:  # what was found to be different can be too far from the rules to be told at all
            ending = None
        one = _Tried(law.reading.keys, chosen & law.reading.keys, tuple(law.reading.asked), ending)
        self.done.append(one)
        return one

    def causes(self, found: Sequence[int]) -> Causes:
        """What is told of least sets that were tried."""
        keys: dict[str, Cause] = {}
        for chosen in found:
            tried = self.tried(chosen)
            assert tried is not None  # it ended as was sought
            for key in self._law.named(chosen):
                _, was, would = self._law.difference(key, tried.asked)
                keys.setdefault(key, Cause(key, _json(was), _json(would)))
        because = tuple(keys[key] for key in self._law.keys if key in keys)
        return Causes(because, tuple(self._law.named(chosen) for chosen in found))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
