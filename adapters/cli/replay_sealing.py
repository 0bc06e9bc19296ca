"""`originals replay --seal` and `--sealed ID`: what a replay found goes on record, and is found again from there (rule G8)."""

from __future__ import annotations

import secrets
from pathlib import Path

from adapters.cli.errors import CommandError
from adapters.cli.opening import opened
from adapters.replay.canonical import pieces
from adapters.replay.job_table import JobTable
from adapters.replay.jobs import keep
from adapters.replay.ranges import ReplayProgress
from adapters.replay.running import Replayed, temporary
from adapters.replay.sealing import NotTheSame, Sealing, kept_differs, run_again, sealed
from adapters.system.settings import Settings
from adapters.wiring.deployment import beside
from application.sealed_replays import SealedReplay, sealed_replay
from domain.rulebook import Rulebook, RulebookInvalid
from domain.staff import OPERATOR


def seal(settings: Settings, replayed: Replayed, rulebook: Rulebook | None) -> SealedReplay:
    """Put a replay that was just run on record, and keep its report beside those of the server."""
    replay_id = secrets.token_hex(16)
    with opened(settings) as deployment:
        table = JobTable(deployment.beside("replays"))
        table.create()
        report = keep(table, replay_id, replayed, None)
        found = sealed(Sealing(settings.store, deployment.platform, lambda: deployment.evidence), replay_id, replayed, rulebook, OPERATOR)
        table.seal(replay_id, report)
    return found


def run_sealed_again(
    settings: Settings, replay_id: str, workers: int | None, progress: ReplayProgress, out: Path | None = None
) -> list[NotTheSame]:
    """Run a sealed replay again; what is not the same, the report that was kept among it. Raises CommandError where there is none.

    What is found is written to `out` in the very form that was sealed: the file's SHA-256 is the report's digest.
    """
    with opened(settings, look_only=True) as deployment:
        one = sealed_replay(deployment.platform.store, replay_id)
    if one is None:
        raise CommandError(f"there is no sealed replay {replay_id!r}")
    try:
        with temporary() as kept:
            replayed, wrong = run_again(settings.store, one.sealed, Path(kept), workers, progress)
            if out is not None:
                with out.open("wb") as file:
                    file.writelines(pieces(replayed))
    except RulebookInvalid as why:
        return [NotTheSame("the rulebook", "one that can be read", str(why))]
    engine = beside(settings, "replays")
    try:
        return [*wrong, *kept_differs(JobTable(engine), replay_id, one.sealed)]
    finally:
        engine.dispose()
