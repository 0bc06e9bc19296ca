"""`originals replay --parquet DIR`: the same replay over an export, without a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from adapters.cli.audit_verify import trusted_key
from adapters.cli.errors import CommandError
from adapters.evidence.reading import NotAnExport, printable
from adapters.evidence.trust import Trust
from adapters.parquet.installed import missing
from adapters.replay.ranges import ReplayProgress
from adapters.replay.running import Replayed, usable_cores
from domain.rulebook import Rulebook


def replayed(
    directory: Path,
    key: Path | None,
    others: Sequence[tuple[str, Rulebook]],
    until: datetime | None,
    workers: int | None,
    keep: Path | None,
    progress: ReplayProgress,
) -> Replayed:
    """Replay the export. Raises CommandError, and Tampered where a file is not the one that was sealed."""
    number = workers or usable_cores()
    why = missing("pyarrow", *(["distributed"] if number > 1 else []))
    if why is not None:
        raise CommandError(why)
    from adapters.replay.partitioned import replay_parquet

    try:
        trust = Trust(None if key is None else trusted_key(key))
        now = datetime.now(UTC)
        return replay_parquet(directory, others, until=until, now=now, workers=number, keep=keep, trust=trust, progress=progress)
    except NotAnExport as found:
        raise CommandError(f"{directory}: {printable(str(found))}") from None
    except OSError as error:
        raise CommandError(f"{error.filename or directory}: {error.strerror or error}") from None
