"""Signing in and out: at the marketplace, by a token, or as a member of the demonstration where that was switched on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Response, g, redirect, request
from msgspec import Struct

from adapters.console import guard
from adapters.console.claims import MarketplaceAway, claims_of
from adapters.console.sessions import Sessions
from adapters.console.visit import done, page
from adapters.http.problems import Problem
from adapters.identity.tokens import Caller, TokenVerifier, Unauthenticated

if TYPE_CHECKING:
    from adapters.console.oidc import Marketplace


class DemoMember(Struct, frozen=True):
    """Somebody of the demonstration whom one can be."""

    caller: Caller
    role: str
    about: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The ways in. `members` are those of the demonstration, none where it was not switched on."""

    verifier: TokenVerifier
    sessions: Sessions
    marketplace: Marketplace | None = None
    members: Callable[[], list[DemoMember]] = field(default=list)

    def form(self) -> Response:
        """The ways there are."""
        return self._form(200, None)

    def by_token(self) -> Response:
        """Sign in with a pasted token: `originals token` makes one."""
        self._refuse_elsewhere()
        token = "".join(request.form.get("token", "").split())
        try:
            caller = self.verifier.verify(token)
        except Unauthenticated:
            return self._form(422, "token")
        return self._begin(caller, float(claims_of(token)["exp"]))

    def as_demo_member(self) -> Response:
        """Be somebody of the demonstration."""
        self._refuse_elsewhere()
        wanted = request.form.get("member", "")
        chosen = next((one for one in self.members() if one.caller.subject == wanted), None)
        if chosen is None:
            raise Problem("not_found")
        return self._begin(chosen.caller, None)

    def at_marketplace(self) -> Response:
        """Go to the marketplace's sign-in, by OpenID Connect's code flow with PKCE."""
        self._refuse_elsewhere()
        if self.marketplace is None:
            raise Problem("not_found")
        try:
            address, kept = self.marketplace.begin(_return_address(), _next())
        except MarketplaceAway:
            return self._form(503, "away")
        response: Any = redirect(address, 303)
        return guard.remember(response, guard.SIGNING_IN, kept, self.marketplace.PATIENCE)

    def returned(self) -> Response:
        """Back from the marketplace, with a code or a refusal."""
        if self.marketplace is None:
            raise Problem("not_found")
        try:
            signed = self.marketplace.finish(request.cookies.get(guard.SIGNING_IN, ""), request.url, _return_address())
        except MarketplaceAway:
            return guard.forget(self._form(503, "away"), guard.SIGNING_IN)
        except Unauthenticated:
            return guard.forget(self._form(422, "marketplace"), guard.SIGNING_IN)
        return guard.forget(self._begin(signed.caller, signed.expires, signed.next), guard.SIGNING_IN)

    def out(self) -> Response:
        """Sign out here, or everywhere."""
        session = g.console_session
        if session is not None and guard.is_ours(request, session):
            if request.form.get("everywhere"):
                self.sessions.end_all_of(session.caller.subject)
            self.sessions.end(request.cookies.get(guard.COOKIE))
        return guard.forget(done("/console/sign-in", "signed_out"), guard.COOKIE)

    def _begin(self, caller: Caller, expires: float | None, then: str | None = None) -> Response:
        self.sessions.end(request.cookies.get(guard.COOKIE))  # rotation: nobody goes on under a name that was there before
        response: Any = redirect(_inner(then or _next()), 303)
        return guard.remember(response, guard.COOKIE, self.sessions.begin(caller, expires))

    def _form(self, status: int, wrong: str | None) -> Response:
        return page("sign_in", status, wrong=wrong, next=_next(), marketplace=self.marketplace is not None, members=self.members())

    def _refuse_elsewhere(self) -> None:
        if guard.from_elsewhere(request):
            raise Problem("forbidden")


def _next() -> str:
    return _inner(request.values.get("next", "/console"))


def _inner(address: str) -> str:
    """An address of the console; anything else leads to its front page."""
    plain = address.startswith("/console") and not any(one in address for one in "\\\r\n\t")
    return address if plain and address[8:9] in ("", "/", "?") else "/console"


def _return_address() -> str:
    return f"{request.host_url.rstrip('/')}/console/sign-in/return"
