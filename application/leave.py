"""Leaving: a member is forgotten, at its wish or the law's (rule H6)."""

from __future__ import annotations

from application import cascade
from application.acting import Act, Command, Platform, run
from application.cases import live
from application.index import CasesWithMember, EndGrant, GrantsOf, OpenCasesWithMember, PutDue, SetFilingsOfMember
from application.members import load_merchant
from application.refusals import NotFound
from domain import merchant
from domain.merchant import Merchant


def forget(platform: Platform, member_id: str, by: str) -> None:
    """Let the member leave: its filings are withdrawn, its grants end, and its identity and key are erased for ever.

    What it sealed (names, statements, vouchers) can be read by nobody from then on, nor can what the desk noted on its cases; the
    history itself stays. Sent again after a crash it goes on where it stopped. Raises NotFound; Refusal: case_open, terminated.
    """
    run(platform, Command("leave", by), lambda act: leave(act, member_id))
    cascade.finish(platform, member_id)
    erase(platform, member_id)


def erase(platform: Platform, member_id: str) -> None:
    """Erase identity and key of a member, and the keys of the cases it is or was a party to (rules H6, H7)."""
    platform.identities.forget(member_id, platform.store.ask(CasesWithMember(member_id)))


def leave(act: Act, member_id: str) -> Merchant:
    """The deciding event; the cascade writes down and erases. Raises NotFound; Refusal: case_open, terminated."""
    state = load_merchant(act, member_id)
    if state.forgotten_at is None and act.platform.identities.by_id(member_id) is None:
        raise NotFound
    in_open_case = False
    for row in act.ask(OpenCasesWithMember(member_id)):
        in_open_case = not live(act, row).ended or in_open_case
    act.about(member_id)
    for decided in act.append(member_id, merchant.forget(state, act.now, act.by, in_open_case)):
        state = merchant.evolve(state, decided)
        act.note(SetFilingsOfMember(member_id, "protected", "withdrawn"))
        act.note(*(EndGrant(grant) for grant in sorted({row.authorization_id for row in act.ask(GrantsOf(member_id))})))
        act.note(PutDue("cascade", member_id, act.now))
    return state
