"""The console over a deployment."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from adapters.console.blueprint import ConsoleParts
from adapters.console.interface import Interface
from adapters.console.members import demo_members
from adapters.console.reference import Reference
from adapters.console.sessions import Sessions
from adapters.console.signing_in import SignIn
from adapters.http.rates import Rates
from adapters.identity.tokens import Caller, TokenVerifier, issue_token
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment
from projections.dialect import in_turn


def console_parts(deployment: Deployment, verifier: TokenVerifier, interface: Interface, rates: Rates, stands_still: bool) -> ConsoleParts:
    """What the pages stand on, with the ways to sign in that the settings open."""
    settings, engine = deployment.settings, deployment.beside("console")
    marketplace = None
    if settings.oidc_issuer is not None:
        from adapters.console.oidc import Marketplace  # an HTTP client comes with it: not at the start of who needs none

        marketplace = Marketplace(
            engine,
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            settings.jwks_ttl,
            settings.clock_skew,
        )
    members = demo_members if settings.demo_sign_in else list
    in_turn(engine, Sessions.create)
    sessions = Sessions(engine)
    return ConsoleParts(
        interface=interface,
        sessions=sessions,
        sign_in=SignIn(
            verifier=verifier,
            sessions=sessions,
            marketplace=marketplace,
            members=members,
        ),
        reference=Reference(token=partial(_token, settings), members=members if settings.jwks is None else list),
        now=deployment.clock.now,
        rates=rates,
        zone=ZoneInfo(settings.console_zone),
        stands_still=stands_still,
        file_bytes=settings.max_request_bytes,
    )


def _token(settings: Settings, caller: Caller) -> str:
    """One of the embedded identity, good for an hour."""
    (role,) = caller.roles
    return issue_token(
        settings.keys_directory,
        settings.token_issuer,
        settings.token_audience,
        role=role,
        subject=caller.subject,
        nickname=caller.nickname,
        categories=caller.categories,
        ttl=3600,
    )
