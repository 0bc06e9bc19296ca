"""Every lookup and entry that the application declares can be carried out."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.store.index.registry import ENTRIES, LOOKUPS
from application import index


def kinds(of: type) -> Iterator[type]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_lookup_has_its_answer() -> None:
    declared = {kind for kind in kinds(index.Lookup) if kind.__module__.startswith(index.__name__ + ".")}
    assert declared
    assert {kind.__name__ for kind in declared - LOOKUPS.keys()} == set()


def test_every_entry_has_its_statement() -> None:
    declared = {kind for kind in kinds(index.Entry) if kind.__module__.startswith(index.__name__ + ".")}
    assert declared
    assert {kind.__name__ for kind in declared - ENTRIES.keys()} == set()
