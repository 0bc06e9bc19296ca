"""`originals audit export --parquet DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from adapters.cli.audit_verify import SOUND, UNUSABLE, WRONG
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.reading import Tampered, printable
from adapters.parquet.writing import export_parquet


def export_into(evidence: TamperEvidence, directory: Path, out: TextIO, err: TextIO) -> int:
    """Write the export; the directory is whole or not there."""
    try:
        manifest = export_parquet(evidence, directory)
    except Tampered as error:
        print(error.line, file=err)
        return WRONG
    except OSError as error:
        print(f"{printable(str(directory))}: {error.strerror or 'cannot be written'}", file=err)
        return UNUSABLE
    print(f"{manifest.events} events in {len(manifest.files)} files", file=out)
    return SOUND
