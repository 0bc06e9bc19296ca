"""Authorisations: who may use which pictures, until when (rule F1)."""

from __future__ import annotations

import pytest

from domain import authorization
from domain.authorization import Authorization
from domain.events import Happened
from domain.events.member import AuthorizationRevoked, DeclarationSigned
from tests.domain.tale import instant

AT, UNTIL = instant("2026-03-02 09:00"), instant("2026-04-01 00:00")


def granted(filings: tuple[str, ...] | None = ("coat",), until: str | None = None) -> Authorization:
    state = authorization.fold("grant", authorization.grant(AT, "owner", "friend", filings, instant(until) if until else None))
    assert state is not None
    return state


@pytest.mark.rule("F1")
def test_a_grant_is_the_owners_act_and_tells_whom_what_and_until_when() -> None:
    told = authorization.grant(AT, "owner", "friend", None, UNTIL)
    assert [h.by for h in told] == ["owner"]
    state = granted(None, "2026-04-01 00:00")
    assert (state.owner, state.grantee, state.filings, state.until, state.granted_at) == ("owner", "friend", None, UNTIL, AT)
    assert authorization.fold("grant", []) is None


@pytest.mark.rule("F1", "T3")
def test_a_grant_stands_until_its_instant_which_is_exclusive() -> None:
    state = granted(until="2026-04-01 00:00")
    assert state.status(instant("2026-03-31 23:59")) == "active"
    assert state.status(UNTIL) == "expired"
    assert granted().status(instant("2099-01-01 00:00")) == "active"


@pytest.mark.rule("F1", "B7")
def test_a_grant_ends_by_its_owner_or_by_a_finding_and_once() -> None:
    state = granted(until="2026-04-01 00:00")
    (revoked,) = authorization.revoke(state, AT, "owner", "owner")
    ended = authorization.evolve(state, revoked)
    assert (ended.ended_at, ended.status(UNTIL)) == (AT, "revoked")
    assert authorization.revoke(ended, AT, "owner", "owner") == []
    (found,) = authorization.revoke(state, AT, "desk-1", "finding")
    assert found == Happened(AT, AuthorizationRevoked("owner", "friend", "finding"), "desk-1")
    assert authorization.evolve(state, found).status(AT) == "ended"


@pytest.mark.rule("F1")
@pytest.mark.parametrize(
    ("granted_filing", "until", "filing", "at", "covered"),
    [
        (None, None, "coat", AT, True),
        ("coat", None, "coat", AT, True),
        ("coat", None, "hat", AT, False),
        (None, UNTIL, "coat", instant("2026-03-31 23:59"), True),
        (None, UNTIL, "coat", UNTIL, False),
        ("hat", UNTIL, "coat", AT, False),
    ],
)
def test_what_a_grant_covers(granted_filing: str | None, until: object, filing: str, at: object, covered: bool) -> None:
    assert authorization.covers(granted_filing, until, filing, at) is covered  # type: ignore[arg-type]


@pytest.mark.rule("F1")
def test_a_grant_that_makes_no_sense_is_told_field_by_field() -> None:
    assert authorization.nonsense(AT, "owner", "friend", None, None) == {}
    assert authorization.nonsense(AT, "owner", "friend", ("coat",), UNTIL) == {}
    assert list(authorization.nonsense(AT, "owner", "owner", (), AT)) == ["nickname", "filings", "until"]


def test_a_stream_of_something_else_is_no_authorisation() -> None:
    stranger = Happened(AT, DeclarationSigned("1"), "owner")
    with pytest.raises(TypeError, match="does not begin"):
        authorization.fold("grant", [stranger])
    with pytest.raises(TypeError, match="no place"):
        authorization.evolve(granted(), stranger)
