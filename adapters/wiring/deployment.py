"""The one place where parts are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TypeVar

from sqlalchemy import Engine

from adapters.calendars.holidays_source import known_countries, official_years, year_from_library
from adapters.calendars.zones import Zones, known_zones
from adapters.evidence.attestation_tables import SqlAttestations
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keyfile import LAST_FILE, known_signer, signer_in
from adapters.evidence.last_signed import LastSigned
from adapters.evidence.log import LoggedEvent
from adapters.evidence.tables import SqlTreeStore
from adapters.http.upload_jobs import UploadJobs
from adapters.http.upload_table import UploadTable
from adapters.replay.job_table import JobTable
from adapters.replay.jobs import ReplayJobs
from adapters.replay.sealing import Sealing
from adapters.replay.shadow_table import ShadowTable
from adapters.replay.shadowing import ShadowRun
from adapters.store.companions import SeenChanges
from adapters.store.log import EventLog
from adapters.store.opening import Stores, open_store
from adapters.store.sqlite import PATIENCE
from adapters.system.real_clock import Sources, SystemClock
from adapters.system.settings import Settings
from adapters.timestamps.authority import authority_of
from adapters.timestamps.keeping import Timestamping
from adapters.webhooks.sending import Sender
from adapters.webhooks.subscriptions import Webhooks
from adapters.wiring.pictures import PictureServices, real_pictures
from adapters.witnesses.policy import policy_of
from adapters.witnesses.submitting import Witnessing
from application import authorise, cascade, matching, rules_notice, vouchers
from application.acting import Platform
from application.index import PublicationCount
from application.law import LawLibrary
from application.ports import Clock
from application.publish_rules import Gate, Known, publish_official
from application.settle_due import Settling
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views

OFFICIAL_COUNTRY = "CN"
"""Whose official calendars a fresh store publishes (rule E2): those of the built-in rulebook."""


T = TypeVar("T")


class BuiltOnce(cached_property[T]):
    """A part that is built when it is first needed, and once: threads that need it at the same time wait for one of them."""

    def __get__(self, deployment: Deployment, owner: object = None) -> T:  # type: ignore[override]  # only ever of a deployment
        with deployment.building:
            built: T = super().__get__(deployment, Deployment)
            return built


@dataclass(frozen=True)
class Deployment:
    """A deployment, put together: closed by `close`."""

    settings: Settings
    stores: Stores
    clock: Clock
    platform: Platform
    settling: Settling
    views: Views
    pictures: PictureServices
    building: RLock = field(default_factory=RLock, repr=False)
    _engines: dict[str, Engine] = field(default_factory=dict)

    @cached_property
    def known(self) -> Known:
        """The zones and countries that a rulebook or a calendar may name."""
        return Known(known_zones(), known_countries())

    @property
    def gate(self) -> Gate:
        """What has to come before a rulebook is published."""
        return Gate(self.settings.rule_gate, self.settings.rule_notice_days)

    @property
    def evidence_begun(self) -> bool:
        """Whether the log has a key, or had one: whether asking for the evidence makes none."""
        keys = self.settings.keys_directory
        if known_signer(keys) is not None or (keys / LAST_FILE).exists():
            return True
        return has_beside(self.settings, "evidence") and self._tree().latest_checkpoint() is not None

    def _tree(self) -> SqlTreeStore:
        tree = SqlTreeStore(self.beside("evidence"))
        tree.create()
        return tree

    def beside(self, name: str) -> Engine:
        """The database of tables beside the log of that name; closed with the deployment."""
        if name not in self._engines:
            self._engines[name] = beside(self.settings, name)
        return self._engines[name]

    @BuiltOnce
    def evidence(self) -> TamperEvidence:
        """The tamper evidence over the log (rule G4). Raises KeyLost, or Tampered where another key signed it before."""
        tree, keys = self._tree(), self.settings.keys_directory
        signer = signer_in(keys, signed=tree.latest_checkpoint() is not None)
        log, last = EvidenceLog(self.stores.store), LastSigned(keys, signer.public)
        return TamperEvidence(log, tree, signer, self.clock.now, last, self.attestations)

    @BuiltOnce
    def attestations(self) -> SqlAttestations:
        """What witnesses and authorities say of the log's checkpoints."""
        self._tree()
        return SqlAttestations(self.beside("evidence"))

    @BuiltOnce
    def witnessing(self) -> Witnessing | None:
        """The witnesses of the policy that is set, if one is. Raises PolicyError."""
        if self.settings.witness_policy is None:
            return None
        policy = policy_of(Path(self.settings.witness_policy))
        return Witnessing(policy, lambda: self.evidence, lambda: self.attestations)

    @BuiltOnce
    def timestamping(self) -> Timestamping | None:
        """The time-stamping authority that is set, if one is. Raises AuthorityError."""
        if self.settings.timestamp_authority is None:
            return None
        authority = authority_of(Path(self.settings.timestamp_authority))
        return Timestamping(authority, lambda: self.evidence, lambda: self.attestations, self.settings.timestamp_seconds)

    @BuiltOnce
    def webhooks(self) -> Webhooks:
        """Members' webhooks, delivered by a `Deliverer`."""
        sender = Sender(self.settings.webhook_allow_private)
        return Webhooks(self.beside("webhooks"), self.views, self.stores.sealer, sender, seen=self._seen, language=self.settings.language)

    @BuiltOnce
    def replays(self) -> ReplayJobs:
        """Replays that were asked for over HTTP."""
        table = JobTable(self.beside("replays"))
        table.create()
        return ReplayJobs(Sealing(self.settings.store, self.platform, lambda: self.evidence), table)

    @BuiltOnce
    def shadow(self) -> ShadowRun:
        """What a draft would have done of the cases, beside the log."""
        return ShadowRun(self.settings.store, ShadowTable(self.beside("shadow")))

    @property
    def _seen(self) -> SeenChanges | None:
        return None if self.settings.on_postgres else self.stores.seen_changes

    @BuiltOnce
    def uploads(self) -> UploadJobs:
        """Pictures that are filed after their request was answered."""
        table = UploadTable(self.beside("uploads"))
        table.create()
        return UploadJobs(self.platform, table, self.settings.upload_seconds)

    def close(self) -> None:
        """Close every connection and process."""
        if "uploads" in self.__dict__:
            self.uploads.close()
        if "replays" in self.__dict__:
            self.replays.close()
        self.pictures.close()
        self.stores.close()
        for engine in (self.views.engine, *self.views.replicas.copies):
            engine.dispose()
        for engine in self._engines.values():
            engine.dispose()


class EvidenceLog:
    """The log as the tree of evidence reads it."""

    def __init__(self, store: EventLog) -> None:
        self._store = store

    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """At most `limit` stored events after a position."""
        return [LoggedEvent(at, stream, version, topic, _as_bytes(state)) for at, stream, version, topic, state in self._rows(after, limit)]

    def _rows(self, after: int, limit: int) -> Sequence[tuple[int, str, int, str, object]]:
        return self._store.read_raw(after, limit)

    def head(self) -> int:
        """The position of the last event."""
        return self._store.log_head()


def _as_bytes(state: object) -> bytes:
    """What is stored, also where somebody has put a text or nothing in the place of bytes: it is exported, and named."""
    return bytes(state) if isinstance(state, bytes | bytearray | memoryview) else str(state).encode(errors="replace")


def beside(settings: Settings, name: str) -> Engine:
    """The database of tables beside the log: a SQLite file of their own in the store's directory, or the PostgreSQL store itself."""
    if settings.on_postgres:
        return engine_of(settings.store)
    return open_engine(f"sqlite:///{Path(settings.store).resolve() / name}.sqlite")


def engine_of(url: str) -> Engine:
    """An engine for tables in the PostgreSQL database of a URL."""
    return open_engine("postgresql+psycopg://" + url.partition("://")[2])


def has_beside(settings: Settings, name: str) -> bool:
    """Whether that database is there; a PostgreSQL store always has it."""
    return settings.on_postgres or (Path(settings.store) / f"{name}.sqlite").is_file()


def real_clock(settings: Settings, stores: Stores, last: datetime | None) -> SystemClock:
    """The real clock over a store: the database's where there is one, doubted where it runs ahead."""
    notes = stores.clock_notes
    sources = Sources(database=notes.database_time if settings.on_postgres else None, confirmations=notes.confirmations)
    return SystemClock(last, sources, timedelta(seconds=settings.clock_tolerance))


def open_deployment(
    settings: Settings,
    clock: Callable[[datetime | None], Clock] | None = None,
    pictures: Callable[[Stores, Settings], PictureServices] = real_pictures,
    *,
    look_only: bool = False,
    restoring: bool = False,
    patience: float = PATIENCE,
) -> Deployment:
    """Open the store and put everything on it; `clock` makes the clock from the store's last instant (the real one by default).

    With `look_only` nothing is published and no view made or begun anew: for who wants to see how it stands. `restoring` is for the
    one that fills a store which nobody else may open yet; `patience` is `open_store`'s. Raises StoreRefused.
    """
    stores = open_store(settings.store, settings.vault_directory, vault_url=settings.vault_url, restoring=restoring, patience=patience)
    last = stores.last_recorded_at()
    time = real_clock(settings, stores, last) if clock is None else clock(last)
    services = pictures(stores, settings)
    platform = Platform(
        stores.store,
        time,
        stores.ids,
        stores.identities,
        stores.sealer,
        stores.vault,
        services.inspector,
        services.matcher,
        LawLibrary(Zones()),
        settings.link_tracking,
    )
    if not look_only:
        _publish_first_calendars(platform)
    copies = [engine_of(url) for url in settings.read_replicas]
    views = Views(beside(settings, "views"), stores.store, ALL, copies)
    if not look_only:
        views.prepare()
        views.head()  # so that readiness tells of a long history before anybody reads
    return Deployment(settings, stores, time, platform, _settling(platform), views, services)


def _publish_first_calendars(platform: Platform) -> None:
    """The official years of a fresh store (rule E2). It is asked by a count: an act would read all of the law, and a calendar that was
    damaged keeps no store closed.
    """
    if not platform.store.ask(PublicationCount()):
        years = [year_from_library(OFFICIAL_COUNTRY, year) for year in official_years(OFFICIAL_COUNTRY)]
        publish_official(platform, years, "holidays")


def _settling(platform: Platform) -> Settling:
    return Settling(
        platform,
        {
            "voucher_request": vouchers.remind,
            "cascade": cascade.step,
            "listing_matching": matching.FilingMatching(),
            "seller_changed": matching.match_listing,
            "grant_ended": authorise.grant_ended,
            "rules_notice": rules_notice.step,
        },
    )
