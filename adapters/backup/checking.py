"""Whether a store is whole: each event the one that was numbered, index, views and files as the events say (rule G4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, event

from adapters.backup.keys import LastCheckpoint
from adapters.backup.manifest import Damaged
from adapters.backup.postgres_copy import SnapshotLog
from adapters.checkup import pictures, stores
from adapters.checkup.index import index
from adapters.checkup.result import CheckResult
from adapters.evidence.merkle import root
from adapters.evidence.sequencer import StoredNodes
from adapters.evidence.soundness import check_events
from adapters.evidence.tables import SqlTreeStore
from adapters.system.settings import Settings
from adapters.vault.contract import FileVault
from adapters.wiring.deployment import Deployment, beside

NAMED: Final = 5
"""How many problems are named."""


def check(deployment: Deployment, *, pictures_left: bool) -> int:
    """How many events the store has, all of which are sound; pictures that were left on an object store are there, which is not read.

    Raises Damaged, Tampered.
    """
    problems = [result.what for result in _asked(deployment, pictures_left=pictures_left) if result.state == "bad"]
    if problems:
        raise Damaged("; ".join(problems[:NAMED]) + (f"; and {len(problems) - NAMED} more" if len(problems) > NAMED else ""))
    if not deployment.evidence_begun:
        return 0
    deployment.evidence.verify_signed()
    return deployment.evidence.check_events()


def check_snapshot(settings: Settings, log: SnapshotLog, vault: FileVault, last: LastCheckpoint | None, *, pictures_left: bool) -> None:
    """The same of what a transaction on a PostgreSQL store sees; index and views are checked when it is put back."""
    damaged = [result.what for result in pictures.files(log, vault, read=not pictures_left) if result.state == "bad"]
    if damaged:
        raise Damaged("; ".join(damaged[:NAMED]))
    engine, shared = beside(settings, "evidence"), log.shared()
    event.listen(engine, "begin", lambda connection: _see(connection, shared))
    try:
        tree = SqlTreeStore(engine)
        check_events(log, tree)
        if last is not None and root(StoredNodes(tree), last.size) != last.root:
            raise Damaged(f"the tree is not the one of the checkpoint of size {last.size}")
    finally:
        engine.dispose()


def _see(connection: Connection, shared: str) -> None:
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{shared}'")


def _asked(deployment: Deployment, *, pictures_left: bool) -> Iterator[CheckResult]:
    for question in (stores.schema, index, stores.views):
        yield from question(deployment)
    yield from pictures.files(deployment.stores.store, deployment.stores.vault, read=not pictures_left)
