"""The HTTP application over a deployment: every router bound to the context it stands on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from adapters.console.blueprint import console, form_bytes, mark
from adapters.console.interface import Interface
from adapters.evidence.last_signed import TurnTaken
from adapters.http.account import ACCOUNT, AccountContext
from adapters.http.app import HttpApp, HttpParts, create_app
from adapters.http.audit import AUDIT, AuditContext
from adapters.http.body_files import BODY_FILES, CASE_FILES
from adapters.http.certificates import CERTIFICATES
from adapters.http.complainant import COMPLAINANT
from adapters.http.context import ApiContext
from adapters.http.desk import DESK, DeskContext
from adapters.http.desk_bodies import DESK_BODIES
from adapters.http.desk_bulk import DESK_BULK
from adapters.http.desk_credentials import DESK_CREDENTIALS
from adapters.http.desk_files import DESK_FILES
from adapters.http.desk_filings import DESK_FILINGS
from adapters.http.desk_merchants import DESK_MERCHANTS
from adapters.http.desk_misuse import DESK_MISUSE
from adapters.http.desk_queues import DESK_QUEUES
from adapters.http.desk_reviews import DESK_REVIEWS
from adapters.http.endpoint import BoundRouter
from adapters.http.export import EXPORT
from adapters.http.feed import FEED
from adapters.http.marketplace import MARKETPLACE
from adapters.http.misuse_preview import MISUSE_PREVIEW
from adapters.http.owner import OWNER
from adapters.http.period_figures import PERIOD_FIGURES, FiguresContext
from adapters.http.presence import Presence
from adapters.http.publishing import PUBLISHING, PublishingContext
from adapters.http.rates import Rates
from adapters.http.reason_templates import ReasonTemplates
from adapters.http.replays import REPLAYS, ReplayContext
from adapters.http.respondent import RESPONDENT
from adapters.http.rule_tools import RULE_TOOLS
from adapters.http.shadow import SHADOW, ShadowContext
from adapters.http.simulated import SIMULATED
from adapters.http.tiles import TILES
from adapters.http.uploads import UPLOADS
from adapters.http.vouchers import VOUCHERS
from adapters.identity.keys import keys_from
from adapters.identity.secrets import local_secret
from adapters.identity.tokens import TokenVerifier
from adapters.system.outages import has_room
from adapters.transparency.kept import PeriodReports
from adapters.vault.contract import FileVault
from adapters.vault.objects import ObjectVault
from adapters.wiring.console import console_parts
from adapters.wiring.deployment import Deployment
from adapters.wiring.driven_clock import DrivenClock
from adapters.wiring.request_counts import CountsInTable
from application.acting import Busy
from projections import dialect
from projections.reading import ViewsBehind

UNAVAILABLE = (Busy, ViewsBehind, TurnTaken, dialect.ViewsBusy)
"""The errors of inner layers that mean "not just now"."""


def web_app(deployment: Deployment, driven: DrivenClock | None = None) -> HttpApp:
    """The application; `driven` is the test clock of a simulated time, and absent otherwise."""
    settings = deployment.settings
    keys = keys_from(settings.jwks, settings.keys_directory, settings.jwks_ttl)
    verifier = TokenVerifier(keys, settings.token_issuer, settings.token_audience, settings.clock_skew)
    routers, cursor_secret = _routers(deployment, driven), local_secret(settings.keys_directory, "cursors")
    counts = CountsInTable(deployment.beside("requests")) if settings.rate_limit else None
    interface = Interface(routers, cursor_secret, UNAVAILABLE, deployment.clock.doubtful)
    pages = console_parts(deployment, verifier, interface, Rates(settings.rate_limit, counts), driven is not None)
    return create_app(
        HttpParts(
            settings=settings,
            verifier=verifier,
            cursor_secret=cursor_secret,
            routers=routers,
            pages=[console(pages), mark()],
            page_bytes=partial(form_bytes, pages),
            readiness={
                "disk": lambda: has_room(settings.vault_directory) and deployment.stores.store.has_room(),
                "clock": lambda: not deployment.clock.doubtful(),
                "store": lambda: deployment.stores.store.head() >= 0,
                "views": lambda: not deployment.views.broken,
                **_vault_readiness(deployment.stores.vault),
            },
            gauges={
                "projection_lag": ("Positions of the log that the views have yet to see", lambda: float(_lag(deployment))),
            },
            clock_doubtful=deployment.clock.doubtful,
            preparing=deployment.views.preparing,
            counts=counts,
            unavailable=UNAVAILABLE,
        )
    )


def _vault_readiness(vault: FileVault) -> dict[str, Callable[[], bool]]:
    """Whether an object store lets us in; a directory is among the folders that have room."""
    return {"vault": vault.reachable} if isinstance(vault, ObjectVault) else {}


def _routers(deployment: Deployment, driven: DrivenClock | None) -> list[BoundRouter]:
    context = ApiContext(
        deployment.platform,
        deployment.settling,
        deployment.views,
        deployment.settings.upload_seconds,
        lambda: deployment.uploads,
        deployment.pictures.credentials,
        deployment.pictures.warnings,
    )
    desk = _desk(deployment)
    account = AccountContext(context, deployment.webhooks, deployment.stores.read_marks, deployment.settings.language)
    publishing = PublishingContext(context, deployment.known, deployment.gate)
    audit = AuditContext(context, deployment.stores.store, lambda: deployment.evidence)
    replays = ReplayContext(deployment.replays, deployment.known, deployment.clock.now, deployment.platform)
    figures = FiguresContext(context, PeriodReports(deployment.stores.store, context.law, context.now))
    routers: list[BoundRouter] = [
        *(one.bound_to(context) for one in (OWNER, UPLOADS, VOUCHERS, COMPLAINANT, RESPONDENT)),
        *(one.bound_to(desk) for one in (DESK, DESK_BULK, DESK_BODIES, DESK_REVIEWS, DESK_MERCHANTS)),
        *(one.bound_to(context) for one in (DESK_QUEUES, DESK_FILINGS, DESK_FILES, DESK_CREDENTIALS, MARKETPLACE, FEED)),
        *(one.bound_to(account) for one in (ACCOUNT, EXPORT)),
        DESK_MISUSE.bound_to(context),
        REPLAYS.bound_to(replays),
        SHADOW.bound_to(ShadowContext(replays, deployment.shadow)),
        *(one.bound_to(publishing) for one in (PUBLISHING, RULE_TOOLS)),
        *(one.bound_to(audit) for one in (AUDIT, TILES, MISUSE_PREVIEW)),
        PERIOD_FIGURES.bound_to(figures),
        *(one.bound_to(audit) for one in (CERTIFICATES, BODY_FILES, CASE_FILES)),
    ]
    if driven is not None:
        routers.append(SIMULATED.bound_to(driven))
    return routers


def _desk(deployment: Deployment) -> DeskContext:
    beside_the_desk = deployment.beside("desk")
    return DeskContext(
        deployment.platform,
        deployment.settling,
        deployment.views,
        deployment.settings.upload_seconds,
        presence=Presence(beside_the_desk),
        templates=ReasonTemplates(beside_the_desk),
    )


def _lag(deployment: Deployment) -> int:
    return max(0, deployment.stores.store.log_head() - deployment.views.reached)
