"""Authorisations, given and received (rule F1). A finding ends at once all that the merchant gave (rule B7), and so does leaving (H6)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec.structs import replace
from sqlalchemy import Executable, Table, and_, or_, update

from domain.authorization import Authorization, begin, evolve
from domain.events.member import AuthorizationGranted, AuthorizationRevoked, MemberForgotten, MerchantTerminated
from domain.recorded import Recorded
from projections.conditions import Where, c, either
from projections.reading import Page, Reading
from projections.shape import Change, Column, StateTable, Values, View, by_stream, instant, micros

Standing = Literal["active", "expired", "revoked", "ended"]


def _granted(_: Authorization | None, recorded: Recorded) -> Authorization:
    return begin(recorded.originator_id, recorded)


def _revoked(authorization: Authorization | None, recorded: Recorded) -> Authorization | None:
    """What a finding has ended is only confirmed."""
    if authorization is None or authorization.ended_at is not None:
        return authorization
    return evolve(authorization, recorded)


def _all_ended(table: Table, recorded: Recorded) -> Executable:
    stands = or_(table.c.until.is_(None), table.c.until > micros(recorded.at))
    mine = and_(table.c.owner == recorded.originator_id, table.c.ended_at.is_(None), stands)
    because = "finding" if isinstance(recorded.event, MerchantTerminated) else "owner"
    return update(table).where(mine).values(ended_at=micros(recorded.at), because=because)


def _values(authorization: Authorization) -> Values:
    ended_at = None if authorization.ended_at is None else micros(authorization.ended_at)
    until = None if authorization.until is None else micros(authorization.until)
    return (authorization.owner, authorization.grantee, until, ended_at, authorization.ended_because)


def _mend(authorization: Authorization, columns: Values) -> Authorization:
    ended_at, because = columns
    if ended_at is None or authorization.ended_at is not None:
        return authorization
    return replace(authorization, ended_at=instant(ended_at), ended_because=because)


TABLE = StateTable[Authorization](
    view="authorizations",
    name="authorizations",
    state=Authorization,
    fixed=(Column("owner"), Column("grantee"), Column("until", "number")),
    moving=(Column("ended_at", "number"), Column("because")),
    values=_values,
    indexes=(("owner",), ("grantee",)),
    on={
        AuthorizationGranted: Change(by_stream, _granted, begins=True),
        AuthorizationRevoked: Change(by_stream, _revoked),
    },
    sweeps={MerchantTerminated: _all_ended, MemberForgotten: _all_ended},
    mended=("ended_at", "because"),
    mend=_mend,
)

VIEW = View("authorizations", 1, (TABLE,))


def get(reading: Reading, authorization_id: str) -> Authorization | None:
    """One authorisation."""
    return reading.get(TABLE, authorization_id)


def newest(
    reading: Reading,
    limit: int,
    after: str | None = None,
    *,
    owner: str | None = None,
    grantee: str | None = None,
    member: str | None = None,
    status: tuple[Standing, datetime] | None = None,
) -> Page[Authorization]:
    """Authorisations, newest first. `member` is either side; `status` is asked as of an instant."""
    where: list[Where] = []
    if owner is not None:
        where.append(c.owner == owner)
    if grantee is not None:
        where.append(c.grantee == grantee)
    match status:
        case ("revoked", _):
            where += [c.ended_at.present(), c.because == "owner"]
        case ("ended", _):
            where += [c.ended_at.present(), c.because == "finding"]
        case ("expired", now):
            where += [c.ended_at.missing(), c.until <= micros(now)]
        case ("active", now):
            where += [c.ended_at.missing(), either(c.until.missing(), c.until > micros(now))]
        case _:
            pass
    sides: list[list[Where]] = [[]] if member is None else [[c.owner == member], [c.grantee == member, c.owner != member]]
    return reading.newest_of(TABLE, [[*side, *where] for side in sides], limit, after)
