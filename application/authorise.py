"""Letting another member use one's certified pictures, and taking that back (rule F1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from application.acting import Act
from application.index import EndGrant, FilingById, FilingRow, PutDue, PutGrant, PutThing, ThingById
from application.members import require_active
from application.ports import Identity
from application.refusals import Invalid, NotFound
from application.watch_listings import leave_ended, leave_given
from domain import authorization
from domain.authorization import Authorization
from domain.refusal import Refusal, RefusedAttempt


def grant(act: Act, member: Identity, nickname: str, filings: Sequence[str] | None, until: datetime | None = None) -> Authorization:
    """Let the member that bears the nickname now use some pictures, or all (None), until an instant, exclusive (rule F1).

    The grant binds the member, not the nickname. Raises NotFound for another's filing; Refusal: entrance_closed,
    declaration_missing, terminated, unknown_nickname, filing_not_protected; Invalid for oneself, no picture, a time that is over.
    """
    named = None if filings is None else tuple(dict.fromkeys(filings))
    rows = [_own(act, member, filing_id) for filing_id in named or ()]
    require_active(act, member)
    grantee = act.platform.identities.by_nickname(nickname)
    if grantee is None:
        raise Refusal("unknown_nickname")
    errors = authorization.nonsense(act.now, member.member_id, grantee.member_id, named, until)
    if errors:
        raise Invalid(errors)
    for row in rows:
        if row.standing != "protected":
            raise RefusedAttempt("filing_not_protected", filing_id=row.filing_id)
    stream = act.new_id()
    decided = authorization.grant(act.now, member.member_id, grantee.member_id, named, until)
    act.append(stream, decided)
    act.note(PutThing("authorization", stream, member.member_id, grantee.member_id))
    covered: tuple[str | None, ...] = (None,) if named is None else named
    act.note(*(PutGrant(stream, member.member_id, grantee.member_id, filing_id, until) for filing_id in covered))
    if until is not None:
        act.note(PutDue("grant_ended", stream, until))
    leave_given(act, member.member_id, grantee.member_id, named)
    return authorization.begin(stream, decided[0])


def revoke(act: Act, member: Identity, authorization_id: str) -> Authorization:
    """Take a grant back; nothing where that was done before (rule F1). Raises NotFound for one that is not one's own to give."""
    thing = act.ask(ThingById("authorization", authorization_id))
    if thing is None or thing.owner != member.member_id:
        raise NotFound
    state = _load(act, authorization_id)
    for h in authorization.revoke(state, act.now, member.member_id, "owner"):
        act.append(authorization_id, [h])
        act.note(EndGrant(authorization_id), PutDue("grant_ended", authorization_id, None))
        leave_ended(act, state.owner, state.grantee, authorization_id)
        state = authorization.evolve(state, h)
    return state


def grant_ended(act: Act, authorization_id: str) -> None:
    """A grant's time is over: what its grantee still shows is seen anew (rules F1, F2); due kind `grant_ended`."""
    state = _load(act, authorization_id)
    act.note(PutDue("grant_ended", authorization_id, None), EndGrant(authorization_id))
    leave_ended(act, state.owner, state.grantee, authorization_id)


def _load(act: Act, authorization_id: str) -> Authorization:
    state = authorization.fold(authorization_id, act.load(authorization_id))
    if state is None:
        raise NotFound
    return state


def _own(act: Act, member: Identity, filing_id: str) -> FilingRow:
    row = act.ask(FilingById(filing_id))
    if row is None or row.owner != member.member_id:
        raise NotFound
    return row
