"""An authorisation: the owner lets another member use some or all of its certified pictures (rule F1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Fact, Happened
from domain.events import member as happened

Because = Literal["owner", "finding"]


class Authorization(Struct, frozen=True, kw_only=True):
    """An authorisation as its stream tells it; `filings` None means all, later ones too; it ends at `until`, exclusive."""

    id: str
    owner: str
    grantee: str
    filings: tuple[str, ...] | None
    until: datetime | None
    granted_at: datetime
    ended_at: datetime | None = None
    ended_because: Because | None = None

    def status(self, at: datetime) -> Literal["active", "expired", "revoked", "ended"]:
        """Whether it stands at the instant, and why not; `until` is exclusive (rule T3), `ended` is by a finding (rule B7)."""
        if self.ended_at is not None:
            return "revoked" if self.ended_because == "owner" else "ended"
        return "active" if self.until is None or at < self.until else "expired"


def covers(granted: str | None, until: datetime | None, filing_id: str, at: datetime) -> bool:
    """Whether a grant of one filing, or of all (None), lets the filing be used at the instant (rules F1, T3)."""
    return granted in (None, filing_id) and (until is None or at < until)


def fold(authorization_id: str, facts: Sequence[Fact]) -> Authorization | None:
    """The state that a whole stream tells; None for an empty one."""
    authorization: Authorization | None = None
    for fact in facts:
        authorization = begin(authorization_id, fact) if authorization is None else evolve(authorization, fact)
    return authorization


def begin(authorization_id: str, fact: Fact) -> Authorization:
    """The state after the first event. Raises TypeError where that is not `AuthorizationGranted`."""
    event = fact.event
    if not isinstance(event, happened.AuthorizationGranted):
        raise TypeError(f"an authorisation does not begin with {type(event).__name__}")
    return Authorization(
        id=authorization_id,
        owner=event.owner,
        grantee=event.grantee,
        filings=event.filings,
        until=event.until,
        granted_at=fact.at,
    )


def evolve(authorization: Authorization, fact: Fact) -> Authorization:
    """The state after one more event. Raises TypeError for an event that has no place in an authorisation."""
    event = fact.event
    match event:
        case happened.AuthorizationRevoked():
            return replace(authorization, ended_at=fact.at, ended_because=event.because)
        case _:
            raise TypeError(f"{type(event).__name__} has no place in an authorisation")


def nonsense(at: datetime, owner: str, grantee: str, filings: tuple[str, ...] | None, until: datetime | None) -> dict[str, tuple[str, ...]]:
    """Why a grant makes no sense, field by field; empty where it does (rule F1)."""
    errors = {
        "nickname": ("nobody needs leave to use its own pictures",) if owner == grantee else (),
        "filings": ("at least one picture is named, or all",) if filings == () else (),
        "until": ("is over already",) if until is not None and until <= at else (),
    }
    return {field: why for field, why in errors.items() if why}


def grant(at: datetime, owner: str, grantee: str, filings: tuple[str, ...] | None, until: datetime | None) -> list[Happened]:
    """Let another member use some pictures, or all (rule F1)."""
    return [Happened(at, happened.AuthorizationGranted(owner, grantee, filings, until), owner)]


def revoke(authorization: Authorization, at: datetime, by: str, because: Because) -> list[Happened]:
    """End the grant; nothing where it was ended before (rules F1, B7)."""
    if authorization.ended_at is not None:
        return []
    return [Happened(at, happened.AuthorizationRevoked(authorization.owner, authorization.grantee, because), by)]
