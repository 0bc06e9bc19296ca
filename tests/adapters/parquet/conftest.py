"""A small simulated history, exported once in parts as small as those of a large one are large."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.evidence.checkpoint import PublicKey
from adapters.parquet import layout
from adapters.parquet.writing import export_parquet
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment, open_deployment
from application.acting import Command
from application.acting import run as perform
from application.audit import record_read
from domain.staff import OPERATOR

CASES = 30


class Exported(NamedTuple):
    """The store, the directory of its export, the log's key, and an earlier checkpoint."""

    store: Path
    directory: Path
    key: PublicKey
    earlier: str


def deployed(store: Path) -> Deployment:
    return open_deployment(Settings(store=str(store), copy_model="none"), look_only=True)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    home = tmp_path_factory.mktemp("parquet")
    stores = open_store(str(home / "store"))
    simulate(stores, CASES, 11)
    stores.close()
    deployment = deployed(home / "store")
    with pytest.MonkeyPatch.context() as lowered:
        lowered.setattr(layout, "SPAN_ROWS", 120)
        lowered.setattr(layout, "PARTS", 2)
        earlier = deployment.evidence.checkpoint()
        perform(deployment.platform, Command("audit", OPERATOR), lambda act: record_read(act, "export", ""))
        export_parquet(deployment.evidence, home / "export")
    key = deployment.evidence.public_key
    deployment.close()
    return Exported(home / "store", home / "export", key, earlier)
