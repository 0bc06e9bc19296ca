"""Who may act: the entrance, the declaration, and staff who are a party themselves (rules A1, A3, H3)."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from application.acting import Act, Command, run
from application.members import ENTRANCE_STREAM, Entrance, change_entrance, entrance_for, refuse_party, require_active, sign_declaration
from application.refusals import Invalid
from domain.entrance import EntrancePolicy
from domain.refusal import Refusal
from tests.application.world import World


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


@pytest.mark.rule("A1")
def test_a_member_is_told_whether_the_entrance_is_open_to_it_and_why_not(world: World) -> None:
    member = world.stores.identities.enrol("ann", "ann-nick", ("toys",))

    def ask() -> Entrance:
        return world.act("entrance", member.member_id, lambda act: entrance_for(act, member))

    assert ask() == (True, ())
    world.act("entrance", "root", lambda act: change_entrance(act, EntrancePolicy()))
    assert ask() == (False, ("category_not_opened", "not_on_opened_list"))
    wanted = EntrancePolicy(members=(member.member_id,))
    for _ in range(2):  # the second changes nothing, so it is no event
        assert world.act("entrance", "root", lambda act: change_entrance(act, wanted)) == wanted
    assert ask() == (True, ())
    assert len(world.stream(ENTRANCE_STREAM)) == 3


@pytest.mark.rule("A3")
def test_the_declaration_in_force_is_signed_once_and_no_other_version_can_be(world: World) -> None:
    member = world.stores.identities.enrol("ann")
    with pytest.raises(Refusal, match="declaration_missing"):
        world.act("filing", member.member_id, lambda act: require_active(act, member))
    with pytest.raises(Invalid) as invalid:
        world.act("declaration", member.member_id, lambda act: sign_declaration(act, member, "0"))
    assert set(invalid.value.errors) == {"version"}
    for _ in range(2):
        state = world.act("declaration", member.member_id, lambda act: sign_declaration(act, member, "1"))
        assert (state.signed_version, state.signed_at) == ("1", world.clock.now())
    assert world.names(member.member_id) == ["DeclarationSigned"]
    assert world.act("filing", member.member_id, lambda act: require_active(act, member)) == state


@pytest.mark.rule("H3")
def test_staff_do_not_decide_about_themselves(world: World) -> None:
    member = world.member("ann")

    def decide(act: Act) -> None:
        refuse_party(act, "somebody", member.member_id)

    for stranger in ("desk-1", world.member("bob").subject):
        run(world.platform, Command("decision", stranger), decide)
    with pytest.raises(Refusal, match="forbidden"):
        run(world.platform, Command("decision", member.subject), decide)
