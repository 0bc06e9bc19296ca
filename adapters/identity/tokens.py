"""Bearer tokens: issued for the embedded default, verified whoever issued them (rule A2). They live on wall time."""

from __future__ import annotations

import hashlib
import math
import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from msgspec import Struct

from adapters.identity.keys import JwksCache, algorithm_of, local_key
from domain.staff import staff_id

ROLES: Final = ("merchant", "reviewer", "auditor", "admin", "marketplace")
DEFAULT_TTL: Final = 24 * 60 * 60
MAX_TOKEN_CHARS: Final = 8192
_REMEMBERED: Final = 4096
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}")
_UNWELCOME: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Caller(Struct, frozen=True):
    """Who is asking, as the token says: a subject, its roles, and what the marketplace knew of a member when it was issued."""

    subject: str
    roles: frozenset[str]
    nickname: str | None = None
    categories: tuple[str, ...] | None = None
    issued_at: datetime | None = None

    @property
    def staff_id(self) -> str:
        """What it is called in the log where it acts as staff: never a member's id, nor `clock` (rule H3)."""
        return staff_id(self.subject)


class Unauthenticated(Exception):
    """The token proves nothing. Why is not told: a forger would learn from it."""


def issue_token(
    directory: Path,
    issuer: str,
    audience: str,
    *,
    role: str,
    subject: str,
    nickname: str | None = None,
    categories: Sequence[str] | None = None,
    ttl: int = DEFAULT_TTL,
) -> str:
    """A token signed with the local key pair of `directory`, good for `ttl` seconds of wall time."""
    key = local_key(directory)
    now = time.time()
    claims: dict[str, Any] = {"iss": issuer, "aud": audience, "sub": subject, "roles": [role], "iat": round(now, 3), "exp": int(now) + ttl}
    if nickname is not None:
        claims["nickname"] = nickname
    if categories is not None:
        claims["categories"] = list(categories)
    read_claims(claims)
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


def read_claims(claims: dict[str, Any]) -> Caller:
    """The caller that a token's claims describe. Raises Unauthenticated for a claim of the wrong shape."""
    subject, nickname = claims.get("sub"), claims.get("nickname")
    roles, categories = claims.get("roles"), claims.get("categories")
    if not _name(subject, 200) or not (nickname is None or _name(nickname, 200)):
        raise Unauthenticated
    if not _names(roles) or not (categories is None or _names(categories)):
        raise Unauthenticated
    sorts = None if categories is None else tuple(dict.fromkeys(categories))
    return Caller(subject, frozenset(roles) & frozenset(ROLES), nickname, sorts, _datetime(claims.get("iat")))  # type: ignore[arg-type]


class TokenVerifier:
    """Verifies signature, issuer, audience and times. A verified token is remembered until it expires or its keys are read again."""

    def __init__(self, keys: JwksCache, issuer: str, audience: str, skew: float = 0, now: Callable[[], float] = time.time) -> None:
        self._keys, self._issuer, self._audience, self._skew, self._now = keys, issuer, audience, skew, now
        self._seen: dict[bytes, tuple[Caller, float, float]] = {}
        self._lock = threading.Lock()

    def verify(self, token: str) -> Caller:
        """The caller. Raises Unauthenticated, or KeysUnavailable where no key could be read."""
        if len(token) > MAX_TOKEN_CHARS or not _COMPACT.fullmatch(token):
            raise Unauthenticated
        if (remembered := self.remembered(token)) is not None:
            return remembered
        now, mark = self._now(), _mark(token)
        claims = self._verified_claims(token)
        caller, expires = read_claims(claims), self._timely(claims, now)
        self._remember(mark, caller, expires, now)
        return caller

    def remembered(self, token: str) -> Caller | None:
        """The caller of a token that was verified a moment ago; None where it has to be verified, for which keys may have to be read."""
        known = self._seen.get(_mark(token))
        return known[0] if known is not None and self._now() < min(known[1] + self._skew, known[2]) else None

    def _verified_claims(self, token: str) -> dict[str, Any]:
        try:
            header = jws.extract_compact(token.encode()).headers()
            key, algorithm = self._key_for(header)
            return jwt.decode(token, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Unauthenticated from None

    def _key_for(self, header: dict[str, Any]) -> tuple[Key, str]:
        kid = header.get("kid")
        if "crit" in header or not (kid is None or _name(kid, 300)):
            raise Unauthenticated
        key = self._keys.find(kid)
        algorithm = algorithm_of(key) if key is not None else None
        # the key says which algorithm, never the token: a token that names another one is refused
        if key is None or algorithm is None or {"EdDSA": "Ed25519"}.get(header["alg"], header["alg"]) != algorithm:
            raise Unauthenticated
        return key, header["alg"] if header["alg"] == "EdDSA" else algorithm

    def _timely(self, claims: dict[str, Any], now: float) -> float:
        audience, expires = claims.get("aud"), _instant(claims.get("exp"))
        named = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer or self._audience not in named or expires is None:
            raise Unauthenticated
        if now >= expires + self._skew:
            raise Unauthenticated
        if "nbf" in claims and ((begins := _instant(claims["nbf"])) is None or now < begins - self._skew):
            raise Unauthenticated
        if "iat" in claims and _instant(claims["iat"]) is None:
            raise Unauthenticated
        return expires

    def _remember(self, mark: bytes, caller: Caller, expires: float, now: float) -> None:
        with self._lock:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[mark] = (caller, expires, now + 60)  # a withdrawn key is noticed within a minute of its leaving the JWKS


def _mark(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _name(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and not _UNWELCOME.search(value)


def _names(value: object) -> bool:
    return isinstance(value, list) and len(value) <= 100 and all(_name(item, 200) for item in value)


def _datetime(value: object) -> datetime | None:
    """An instant of a claim; None where there is none that a calendar has."""
    seconds = _instant(value)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _instant(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
