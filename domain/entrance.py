"""The entrance in trial operation: to whom it is open, and why not (rule A1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from domain.events import Fact, Happened
from domain.events.member import EntrancePolicyChanged


class EntrancePolicy(Struct, frozen=True):
    """Opened to all, to categories, to listed members; `match` says whether category or list suffices (any) or both are needed (all)."""

    open_to_all: bool = False
    categories: tuple[str, ...] = ("apparel",)
    members: tuple[str, ...] = ()
    match: Literal["any", "all"] = "any"


def fold(facts: Sequence[Fact]) -> EntrancePolicy:
    """The policy after all its changes; the one of a fresh store for none."""
    policy = EntrancePolicy()
    for fact in facts:
        if isinstance(fact.event, EntrancePolicyChanged):
            policy = EntrancePolicy(fact.event.open_to_all, fact.event.categories, fact.event.members, fact.event.match)
    return policy


def change(policy: EntrancePolicy, at: datetime, by: str, wanted: EntrancePolicy) -> list[Happened]:
    """Open or close step by step, each change an event of its own; nothing where nothing changes (rule A1)."""
    if policy == wanted:
        return []
    return [Happened(at, EntrancePolicyChanged(wanted.open_to_all, wanted.categories, wanted.members, wanted.match), by)]


def closed_because(policy: EntrancePolicy, member_id: str, categories: Sequence[str]) -> tuple[str, ...]:
    """Why the entrance is not open to the member, as codes; empty where it is (rule A1)."""
    if policy.open_to_all:
        return ()
    missing = []
    if not set(categories) & set(policy.categories):
        missing.append("category_not_opened")
    if member_id not in policy.members:
        missing.append("not_on_opened_list")
    enough = not missing if policy.match == "all" else len(missing) < 2
    return () if enough else tuple(missing)
