"""Misuse (rule H5): outcomes are noted as cases end, warnings and suspensions follow at once, and the desk can take them back.

Nothing here happens, or is asked of the store, while the rulebook in force has misuse off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from application.acting import Act, Platform, stream_of
from application.index import Misdeeds, PutMisdeed
from application.members import refuse_party
from application.ports import Identity
from application.refusals import NotFound
from domain import misuse
from domain.case.state import Case
from domain.events import Happened
from domain.events.member import Side
from domain.misuse import Conduct, Misdeed


def conduct_stream(member_id: str) -> str:
    """The stream of a member's warnings and suspensions."""
    return stream_of("misuse", member_id)


def load_conduct(act: Act, member_id: str) -> Conduct:
    """The member's standing."""
    return misuse.fold(member_id, act.load(conduct_stream(member_id)))


def conduct_of(platform: Platform, member_id: str) -> Conduct:
    """The member's standing as it is recorded, for whoever only looks."""
    return misuse.fold(member_id, platform.store.load(conduct_stream(member_id)))


def note_outcomes(act: Act, case: Case, decided: Sequence[Happened]) -> None:
    """Count what just happened to a case (`case` is the state before it), and warn or suspend whom it concerns."""
    rulebook = act.law.in_force(act.now)
    if not rulebook.misuse.enabled:
        return
    for misdeed in misuse.misdeeds(case, decided):
        act.note(PutMisdeed(misdeed.member, misdeed.kind, misdeed.about, misdeed.at))
        conduct = load_conduct(act, misdeed.member)
        follows = misuse.review(conduct, _record(act, misdeed.member), act.now, rulebook.misuse, rulebook.ref)
        act.append(conduct_stream(misdeed.member), follows)


def refuse_suspended(act: Act, member: Identity, side: Side) -> None:
    """Raises Refusal: suspended, while the member is suspended from new complaints or from new appeals."""
    if act.law.in_force(act.now).misuse.enabled:
        misuse.refuse_suspended(load_conduct(act, member.member_id), side, act.now)


def lift_suspension(act: Act, member_id: str, reasons: Sequence[str]) -> Conduct:
    """The desk hears an appeal against a warning or a suspension, and takes it back. Raises NotFound; Refusal: not_suspended, forbidden."""
    if act.platform.identities.by_id(member_id) is None:
        raise NotFound
    refuse_party(act, member_id)
    act.about(member_id)
    conduct = load_conduct(act, member_id)
    for decided in act.append(conduct_stream(member_id), misuse.lift(conduct, act.now, act.by, tuple(reasons))):
        conduct = misuse.evolve(conduct, decided)
    return conduct


def _record(act: Act, member_id: str) -> list[Misdeed]:
    """What is counted of the member in the present window, this act's own included."""
    since = act.now - timedelta(days=act.law.in_force(act.now).misuse.window_days)
    kept = [Misdeed(row.member, row.kind, row.about, row.at) for row in act.ask(Misdeeds(member_id, since))]
    own = [Misdeed(one.member, one.kind, one.about, one.at) for one in act.noted(PutMisdeed) if one.member == member_id]
    return [*kept, *own]
