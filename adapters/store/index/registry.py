"""Every lookup and entry of `application.index` with the one function that carries it out.

To add one: declare it in `application/index.py`; if it needs a table or a key, add that to `tables.py`; then write one
function beside its subject, under `@answers(TheLookup)` or `@writes(TheEntry)`. A lookup is one SELECT, so that it sees one
moment. An entry is carried out in the transaction of the events; let a unique key refuse what must not be twice. The tests
of this package fail until each has its function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from adapters.store.session import Session
from application.index import Entry, Lookup

L = TypeVar("L", bound=Lookup[Any])
E = TypeVar("E", bound=Entry)
R = TypeVar("R")

LOOKUPS: dict[type, Callable[[Session, Any], Any]] = {}
ENTRIES: dict[type, Callable[[Session, Any], None]] = {}


def answers(kind: type[L]) -> Callable[[Callable[[Session, L], R]], Callable[[Session, L], R]]:
    """The function below answers this kind of lookup."""

    def register(function: Callable[[Session, L], R]) -> Callable[[Session, L], R]:
        LOOKUPS[kind] = function
        return function

    return register


def writes(kind: type[E]) -> Callable[[Callable[[Session, E], None]], Callable[[Session, E], None]]:
    """The function below writes this kind of entry."""

    def register(function: Callable[[Session, E], None]) -> Callable[[Session, E], None]:
        ENTRIES[kind] = function
        return function

    return register
