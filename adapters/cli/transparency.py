"""`originals transparency`: the figures of a period and the statements of reasons, the same whenever it is run again."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from adapters.cli.errors import CommandError
from adapters.cli.opening import instant_given, opened
from adapters.transparency import FILES, write
from adapters.wording.printer import escaped
from application.transparency import Period, report

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

AT_REST: Final = timedelta(minutes=10)
"""How long after a period's end a command that began in it may still be on its way into the log."""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    form = "a day (its midnight in UTC) or an RFC 3339 instant"
    parser.add_argument("--from", dest="begins", required=True, metavar="WHEN", help=f"the beginning, inclusive: {form}")
    parser.add_argument("--to", dest="ends", required=True, metavar="WHEN", help=f"the end, exclusive: {form}")
    parser.add_argument("--out", default=".", metavar="DIR", help=f"where {', '.join(FILES)} are written (default: here)")


def run(args: Namespace) -> int:
    """Write the files and print where they are. Raises UseError."""
    period = Period(_when(args.begins, "--from"), _when(args.ends, "--to"))
    if period.begins >= period.ends:
        raise CommandError("--to must be after --from")
    with opened() as deployment:
        figures = report(deployment.stores.store, deployment.platform.library.law(deployment.stores.store), period)
        now = deployment.clock.now()
    try:
        written = write(figures, Path(args.out))
    except OSError as error:
        raise CommandError(f"--out {args.out} cannot be written: {error.strerror or error}") from None
    for path in written:
        print(escaped(str(path)))
    if now < period.ends + AT_REST:
        print("originals transparency: the period is not over yet, its figures may still change", file=sys.stderr)
    return 0


def _when(text: str, option: str) -> datetime:
    if not _DAY.fullmatch(text):
        return instant_given(text, option)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"{option} {text!r} is no day of the calendar") from None
