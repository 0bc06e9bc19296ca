"""What differs between two rulebooks, key by key and in words; and every fault of a draft at once (rules G5, G6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from domain.rulebook import Rulebook, RulebookInvalid, parse_rulebook, to_document

FAULTS = 50
"""So many faults of one draft are told at most."""
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_NAMES = ("name", "version", "effective_from")


class KeyDifference(NamedTuple):
    """A key that has another value in each: a leaf, or a list of another length, which is one key (rule G6)."""

    key: str
    a: Any
    b: Any

    @property
    def words(self) -> str:
        """The difference as a sentence."""
        return f"{self.key} is {in_words(self.a)} in the first and {in_words(self.b)} in the second"


def differences(a: Rulebook, b: Rulebook, names: bool = False) -> tuple[KeyDifference, ...]:
    """The keys in which two rulebooks differ once defaults are filled in, in the order of the document; with `names` also those
    that only say which rulebook it is (name, version, effective_from)."""
    found = _differences("", to_document(a), to_document(b))
    return tuple(one for one in found if names or one.key not in _NAMES)


def _differences(path: str, a: Any, b: Any) -> Iterator[KeyDifference]:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in dict.fromkeys([*a, *b]):
            yield from _differences(f"{path}.{name}".lstrip("."), a.get(name), b.get(name))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (one, other) in enumerate(zip(a, b, strict=True)):
            yield from _differences(f"{path}[{index}]", one, other)
    elif a != b:
        yield KeyDifference(path, a, b)


def put(document: dict[str, Any], key: str, value: Any) -> None:
    """Give a key of a whole document another value. Raises LookupError, TypeError where there is no such place."""
    *path, last = _steps(key)
    inner: Any = document
    for step in path:
        inner = inner[step]
    inner[last] = value


def _steps(key: str) -> list[Any]:
    return [name or int(index) for name, index in _STEP.findall(key)]


def in_words(value: Any) -> str:
    """A value in words: durations and lists of them as people say them."""
    match value:
        case None:
            return "not there"
        case bool():
            return "yes" if value else "no"
        case {"days": days, "count": count}:
            unit = {"working": "working days", "calendar": "calendar days"}.get(count, count)
            return f"{days} {unit}" + (f" from {value['from']}" if "from" in value else "")
        case list():
            return f"({', '.join(in_words(one) for one in value)})"
        case _:
            return str(value)


def faults(
    document: Mapping[str, object], known_zones: Collection[str] | None = None, known_countries: Collection[str] | None = None
) -> tuple[RulebookInvalid, ...]:
    """Every key of a draft that is not valid, at most `FAULTS` of them; none where it is a rulebook (`parse_rulebook`).

    One fault hides the next: what is wrong is taken out, so that its default stands there, and the rest is read again.
    """
    draft, found = deepcopy(dict(document)), list[RulebookInvalid]()
    while len(found) < FAULTS:
        try:
            parse_rulebook(draft, known_zones, known_countries)
        except RulebookInvalid as fault:
            again = any(fault.path == one.path for one in found)
            found += () if again else (fault,)
            if not again and _taken_out(draft, fault.path):
                continue
        break
    return tuple(found)


def _taken_out(draft: dict[str, Any], path: str) -> bool:
    """Whether there was such a value whose default stands there now; in a list its place is kept, for paths name places."""
    steps = _steps(path)
    inner: Any = draft
    try:
        for step in steps[:-1]:
            inner = inner[step]
        if isinstance(inner, list):
            inner[steps[-1]] = {}
            return True
        del inner[steps[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    return True
