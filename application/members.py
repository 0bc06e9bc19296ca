"""Who a merchant is to the rules: may it act, has it signed, is the entrance open (rules A1, A2, A3)."""

from __future__ import annotations

from typing import NamedTuple

from application.acting import Act, stream_of
from application.ports import Identity
from application.refusals import Invalid
from domain import entrance, merchant
from domain.entrance import EntrancePolicy
from domain.merchant import Merchant
from domain.refusal import Refusal
from domain.staff import subject_of

ENTRANCE_STREAM = stream_of("entrance", "policy")


class Entrance(NamedTuple):
    """Whether original protection is open to a member, and why not."""

    open: bool
    reasons: tuple[str, ...]


def load_merchant(act: Act, member_id: str) -> Merchant:
    """The merchant of that member id."""
    return merchant.fold(member_id, act.load(member_id))


def load_policy(act: Act) -> EntrancePolicy:
    """The entrance policy in force."""
    return entrance.fold(act.load(ENTRANCE_STREAM))


def entrance_for(act: Act, member: Identity) -> Entrance:
    """Is it open to me? (rule A1)."""
    reasons = entrance.closed_because(load_policy(act), member.member_id, member.categories)
    return Entrance(not reasons, reasons)


def require_active(act: Act, member: Identity) -> Merchant:
    """The merchant that may file, complain, authorise. Raises Refusal: entrance_closed, declaration_missing, terminated."""
    state = load_merchant(act, member.member_id)
    merchant.refuse_inactive(state, entrance_for(act, member).open, act.law.in_force(act.now).declaration.version)
    return state


def refuse_party(act: Act, *parties: str) -> None:
    """Raises Refusal: forbidden, where who decides is itself one of the parties, given by member ids (rule H3).

    The answer will tell of them, and goes with them when they are forgotten (rule H6).
    """
    act.concern(*parties)
    decider = act.platform.identities.by_subject(subject_of(act.by))
    if decider is not None and decider.member_id in parties:
        raise Refusal("forbidden")


def sign_declaration(act: Act, member: Identity, version: str) -> Merchant:
    """Sign the declaration in force (rule A3). Raises Invalid for any other version."""
    in_force = act.law.in_force(act.now).declaration.version
    if version != in_force:
        raise Invalid({"version": [f"the declaration in force is version {in_force}"]})
    state = load_merchant(act, member.member_id)
    decided = merchant.sign(state, act.now, version)
    act.append(member.member_id, decided)
    for h in decided:
        state = merchant.evolve(state, h)
    return state


def change_entrance(act: Act, wanted: EntrancePolicy) -> EntrancePolicy:
    """Open or close the entrance; every change is an event of its own (rule A1)."""
    act.concern(*wanted.members)
    act.append(ENTRANCE_STREAM, entrance.change(load_policy(act), act.now, act.by, wanted))
    return wanted
