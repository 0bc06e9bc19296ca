"""What a lookup and an entry of the index are.

Lookups are values with a typed answer; entries are values that are written in the transaction of the events. An adapter maps
each kind to SQL in one place. Whatever must be unique is a unique key there, so that no read before a write decides it.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

R = TypeVar("R")


class Lookup(Struct, Generic[R], frozen=True):
    """A question to the index with an answer of type R; the same question is asked again at commit where the log has moved."""


class Entry(Struct, frozen=True):
    """A row to be written with the events of an act."""
