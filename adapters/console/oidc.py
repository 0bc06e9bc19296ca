"""The marketplace's sign-in: OpenID Connect's authorization code flow with PKCE (RFC 7636), by Authlib.

What has to be remembered between going and coming back (state, nonce, verifier) is a row here; the browser holds the random name
of it in a cookie, so that nobody's code is finished in another's browser.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from msgspec import Struct
from sqlalchemy import BigInteger, Column, Engine, MetaData, Table, Text, delete, insert, select

from adapters.console.claims import MarketplaceAway, claims_of
from adapters.identity.keys import KeysUnavailable, keys_from
from adapters.identity.tokens import Caller, TokenVerifier, Unauthenticated

_meta = MetaData()
_signings = Table(
    "console_signings",
    _meta,
    Column("digest", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("ends", BigInteger, nullable=False),
)


class SignedIn(Struct, frozen=True):
    """Who came back, until when the marketplace vouches for it (seconds since 1970), and where it wanted to go."""

    caller: Caller
    expires: float
    next: str


class Marketplace:
    """The sign-in of the marketplace at `issuer`, where this console is the client `client_id`."""

    PATIENCE: ClassVar[int] = 600
    """Seconds that signing in may take."""

    def __init__(self, engine: Engine, issuer: str, client_id: str, client_secret: str | None, keys_ttl: int, skew: float) -> None:
        self._engine, self._issuer, self._client_id, self._secret = engine, issuer.rstrip("/"), client_id, client_secret
        self._keys_ttl, self._skew = keys_ttl, skew
        self._about: dict[str, Any] | None = None
        _meta.create_all(engine)

    def begin(self, back: str, then: str) -> tuple[str, str]:
        """The address to go to, and what the browser has to keep. Raises MarketplaceAway."""
        name, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        with self._client(back) as client:
            address, state = client.create_authorization_url(
                self._endpoints()["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        now = int(time.time())
        row = {"digest": _digest(name), "state": state, "nonce": nonce, "verifier": verifier, "next": then, "ends": now + self.PATIENCE}
        with self._engine.begin() as connection:
            connection.execute(delete(_signings).where(_signings.c.ends <= now))
            connection.execute(insert(_signings).values(row))
        return address, name

    def finish(self, kept: str, address: str, back: str) -> SignedIn:
        """Who came back. Raises Unauthenticated for what was not begun in this browser or is not vouched for; MarketplaceAway."""
        begun = self._take(kept)
        if begun is None or parse_qs(urlsplit(address).query).get("state") != [begun.state]:
            raise Unauthenticated
        try:
            with self._client(back) as client:
                token = client.fetch_token(
                    self._endpoints()["token_endpoint"],
                    authorization_response=address,
                    code_verifier=begun.verifier,
                    state=begun.state,
                )
        except (AuthlibBaseError, ValueError):
            raise Unauthenticated from None
        except httpx.HTTPError:
            raise MarketplaceAway from None
        return self._vouched(str(token.get("id_token", "")), begun.nonce, begun.next)

    def _vouched(self, id_token: str, nonce: str, then: str) -> SignedIn:
        keys = keys_from(self._endpoints()["jwks_uri"], None, self._keys_ttl)  # type: ignore[arg-type]
        try:
            caller = TokenVerifier(keys, self._endpoints()["issuer"], self._client_id, self._skew).verify(id_token)
        except KeysUnavailable:
            raise MarketplaceAway from None
        claims = claims_of(id_token)
        if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            raise Unauthenticated
        return SignedIn(caller, float(claims["exp"]), then)

    def _take(self, kept: str) -> Any:
        with self._engine.begin() as connection:
            row = connection.execute(select(_signings).where(_signings.c.digest == _digest(kept))).one_or_none()
            connection.execute(delete(_signings).where(_signings.c.digest == _digest(kept)))
        return row if row is not None and row.ends > time.time() else None

    def _endpoints(self) -> dict[str, Any]:
        """What the marketplace publishes of its sign-in (OpenID Connect Discovery)."""
        if self._about is None:
            try:
                answer = httpx.get(f"{self._issuer}/.well-known/openid-configuration", timeout=5)
                about = answer.raise_for_status().json()
            except (httpx.HTTPError, ValueError):
                raise MarketplaceAway from None
            if about.get("issuer", "").rstrip("/") != self._issuer:
                raise MarketplaceAway
            self._about = about
        return self._about

    def _client(self, back: str) -> OAuth2Client:
        method = "client_secret_basic" if self._secret else "none"
        return OAuth2Client(
            self._client_id,
            self._secret,
            scope="openid profile",
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
            timeout=5,
        )


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
