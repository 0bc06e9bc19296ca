"""Staff at work: nobody passes for another, and who claimed or decided before goes on as the same person (rules D4, H3)."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from application import decide
from domain.refusal import Refusal
from domain.staff import staff_id
from tests.application.world import World

HEX = "0f" * 16
"""The subject of a reviewer; records of former versions have it as it is."""


@pytest.mark.rule("H3", "D4")
def test_a_reviewer_on_old_records_is_the_same_person(stores: Stores) -> None:
    world = World(stores)
    owner, seller = world.member("olga"), world.member("rene")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    world.act("claim", HEX, lambda act: decide.claim(act, case.id))
    with pytest.raises(Refusal, match="claimed"):
        world.accept(case.id, by="rui")
    accepted = world.accept(case.id, by=staff_id(HEX))
    first = world.appeal(seller, accepted.notice_id)
    world.decide(first.id, "rejected", by=HEX)
    second = world.appeal(seller, accepted.notice_id)
    with pytest.raises(Refusal, match="same_reviewer"):
        world.decide(second.id, "rejected", by=staff_id(HEX))


@pytest.mark.rule("H3")
def test_a_party_is_refused_whatever_it_is_called_as_staff(stores: Stores) -> None:
    world = World(stores)
    owner, seller = world.member(HEX), world.member("rene")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    for party in (staff_id(HEX), "rene"):
        with pytest.raises(Refusal, match="forbidden"):
            world.accept(case.id, by=party)
