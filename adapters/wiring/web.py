"""The HTTP application over a house: every audience bound to what it stands on."""

from __future__ import annotations

from flask import Flask

from adapters.evidence.last import TurnTaken
from adapters.http.account import ACCOUNT, AccountHouse
from adapters.http.app import HttpParts, create_app
from adapters.http.audit import AUDIT, AuditHouse
from adapters.http.certificates import CERTIFICATES
from adapters.http.complainant import COMPLAINANT
from adapters.http.desk import DESK
from adapters.http.desk_files import DESK_FILES
from adapters.http.desk_filings import DESK_FILINGS
from adapters.http.desk_misuse import DESK_MISUSE
from adapters.http.endpoint import Bound
from adapters.http.export import EXPORT
from adapters.http.front import Front
from adapters.http.marketplace import MARKETPLACE
from adapters.http.owner import OWNER
from adapters.http.publishing import PUBLISHING, PublishingHouse
from adapters.http.replays import REPLAYS, ReplayHouse
from adapters.http.respondent import RESPONDENT
from adapters.http.simulated import SIMULATED
from adapters.http.vouchers import VOUCHERS
from adapters.identity.keys import keys_from
from adapters.identity.secrets import local_secret
from adapters.identity.tokens import TokenVerifier
from adapters.wiring.driven_clock import DrivenClock
from adapters.wiring.house import House
from application.acting import Busy
from projections import dialect
from projections.reading import ViewsBehind


def web_app(house: House, driven: DrivenClock | None = None) -> Flask:
    """The application; `driven` is the test clock of a simulated time, and absent otherwise."""
    settings = house.settings
    keys = keys_from(settings.jwks, settings.keys_directory, settings.jwks_ttl)
    return create_app(
        HttpParts(
            settings=settings,
            verifier=TokenVerifier(keys, settings.token_issuer, settings.token_audience, settings.clock_skew),
            cursor_secret=local_secret(settings.keys_directory, "cursors"),
            audiences=_audiences(house, driven),
            readiness={"store": lambda: house.stores.store.head() >= 0, "views": lambda: not house.views.broken},
            gauges={
                "projection_lag": ("Positions of the log that the views have yet to see", lambda: float(_lag(house))),
            },
            unavailable=(Busy, ViewsBehind, TurnTaken, dialect.Busy),
        )
    )


def _audiences(house: House, driven: DrivenClock | None) -> list[Bound]:
    front = Front(house.platform, house.settling, house.views)
    account = AccountHouse(front, house.webhooks)
    audit = AuditHouse(front, house.stores.store, lambda: house.evidence)
    audiences = [
        OWNER.bound_to(front),
        VOUCHERS.bound_to(front),
        COMPLAINANT.bound_to(front),
        RESPONDENT.bound_to(front),
        DESK.bound_to(front),
        DESK_FILINGS.bound_to(front),
        DESK_FILES.bound_to(front),
        MARKETPLACE.bound_to(front),
        ACCOUNT.bound_to(account),
        EXPORT.bound_to(account),
        DESK_MISUSE.bound_to(front),
        REPLAYS.bound_to(ReplayHouse(house.replays, house.known, house.clock.now, house.platform)),
        PUBLISHING.bound_to(PublishingHouse(front, house.known)),
        AUDIT.bound_to(audit),
        CERTIFICATES.bound_to(audit),
    ]
    if driven is not None:
        audiences.append(SIMULATED.bound_to(driven))
    return audiences


def _lag(house: House) -> int:
    return max(0, house.stores.store.log_head() - house.views.reached)
