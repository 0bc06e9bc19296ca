"""The entrance in trial operation (rule A1)."""

from __future__ import annotations

import pytest

from domain import entrance
from domain.entrance import EntrancePolicy
from domain.events import Happened
from domain.events.filing import FilingWithdrawn
from domain.events.member import EntrancePolicyChanged
from tests.domain.tale import instant

AT = instant("2026-03-02 09:00")
pytestmark = pytest.mark.rule("A1")


def closed(policy: EntrancePolicy, member: str = "m-1", *categories: str) -> tuple[str, ...]:
    return entrance.closed_because(policy, member, categories)


def test_a_fresh_store_opens_one_category_and_says_why_it_is_closed_to_others() -> None:
    assert entrance.fold([]) == EntrancePolicy(False, ("apparel",), (), "any")
    assert closed(EntrancePolicy(), "m-1", "toys", "apparel") == ()
    assert closed(EntrancePolicy(), "m-1", "toys") == ("category_not_opened", "not_on_opened_list")


def test_either_suffices_or_both_are_needed_as_the_setting_says() -> None:
    listed = EntrancePolicy(members=("m-1",))
    assert closed(listed) == ()
    both = EntrancePolicy(members=("m-1",), match="all")
    assert closed(both, "m-1", "apparel") == ()
    assert closed(both, "m-1", "toys") == ("category_not_opened",)
    assert closed(both, "m-2", "apparel") == ("not_on_opened_list",)
    assert closed(EntrancePolicy(open_to_all=True, match="all"), "m-2") == ()


def test_each_change_is_an_event_of_its_own_and_no_change_is_none() -> None:
    wider = EntrancePolicy(False, ("apparel", "toys"), ("m-1",), "any")
    told = entrance.change(EntrancePolicy(), AT, "root", wider)
    assert [h.event for h in told] == [EntrancePolicyChanged(False, ("apparel", "toys"), ("m-1",), "any")]
    assert entrance.fold(told) == wider
    assert entrance.change(wider, AT, "root", wider) == []
    assert entrance.fold([*told, Happened(AT, FilingWithdrawn(), "root")]) == wider
