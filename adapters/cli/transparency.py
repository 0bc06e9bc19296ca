"""`originals transparency`: the figures of a period and the statements of reasons, the same whenever it is run again."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from adapters.cli.errors import CommandError
from adapters.cli.opening import instant_given, opened, settings_here
from adapters.transparency.filling import About, read_about
from adapters.transparency.kept import AT_REST
from adapters.transparency.writers import FILES, TEMPLATE, write, write_template
from adapters.wording.instants import instant
from adapters.wording.printer import escaped
from application.figures import is_known
from application.tally import ContributingEvent, Period
from application.transparency import TransparencyReport, report, trace

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

ANSWERS: Final = "statements-of-reasons.answers.ndjson"
"""What the database answered to each statement."""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    form = "a day (its midnight in UTC) or an RFC 3339 instant"
    parser.add_argument("--from", dest="begins", required=True, metavar="WHEN", help=f"the beginning, inclusive: {form}")
    parser.add_argument("--to", dest="ends", required=True, metavar="WHEN", help=f"the end, exclusive: {form}")
    parser.add_argument("--out", default=".", metavar="DIR", help=f"where {', '.join(FILES)} are written (default: here)")
    parser.add_argument(
        "--trace", metavar="FIGURE", help="print the events that make up a figure, such as complaints.lodged, and write nothing"
    )
    parser.add_argument("--template", choices=[TEMPLATE], help="also fill in the EU's templates of 2024/2835, in a folder of that name")
    parser.add_argument(
        "--about", metavar="FILE.toml", help="with --template: the names, dates and texts that no log knows (docs/transparency.md)"
    )
    parser.add_argument(
        "--send",
        metavar="URL",
        help=f"put the statements into the DSA Transparency Database at URL, each once; answers are kept in {ANSWERS}",
    )


def run(args: Namespace) -> int:
    """Write the files and print where they are. Raises CommandError."""
    period = Period(_when(args.begins, "--from"), _when(args.ends, "--to"))
    if period.begins >= period.ends:
        raise CommandError("--to must be after --from")
    if args.trace is not None and not is_known(args.trace):
        raise CommandError(f"--trace {args.trace!r} is no figure; transparency.csv names them all, such as complaints.lodged")
    about = _about(args.about)
    with opened() as deployment:
        log, law = deployment.stores.store, deployment.platform.library.law(deployment.stores.store)
        if args.trace is not None:
            return _traced(trace(log, law, period, args.trace))
        figures = report(log, law, period)
        now = deployment.clock.now()
    try:
        written = write(figures, Path(args.out))
        if args.template is not None:
            written += write_template(figures, about, Path(args.out) / TEMPLATE)
    except OSError as error:
        raise CommandError(f"--out {args.out} cannot be written: {error.strerror or error}") from None
    for path in written:
        print(escaped(str(path)))
    if now < period.ends + AT_REST:
        print("originals transparency: the period is not over yet, its figures may still change", file=sys.stderr)
    return 0 if args.send is None else _send(figures, args.send, Path(args.out) / ANSWERS)


def _send(figures: TransparencyReport, url: str, kept: Path) -> int:
    """Exit code 1 where something was not taken. Raises CommandError."""
    # only here: nothing else of the command needs a network
    from adapters.transparency.submitting import DatabaseAnswers, Unsendable, submit

    token = settings_here().dsa_token
    if token is None:
        raise CommandError("--send needs the database's token in ORIGINALS_DSA_TOKEN")
    try:
        done = submit(figures.statements, url, token, DatabaseAnswers(kept))
    except Unsendable as why:
        print(f"originals transparency: {escaped(str(why))}", file=sys.stderr)
        return 1
    print(f"{url}: {done.created} made, {done.existing} there before")
    for puid, wrong in done.refused.items():
        print(f"originals transparency: {escaped(puid)} was refused: {escaped(str(wrong), 500)}", file=sys.stderr)
    for puid in done.undecided:
        print(f"originals transparency: {escaped(puid)} is being sent by somebody else; run it again", file=sys.stderr)
    return 1 if done.refused or done.undecided else 0


def _about(path: str | None) -> About:
    try:
        return About() if path is None else read_about(Path(path))
    except OSError as error:
        raise CommandError(f"--about {path} cannot be read: {error.strerror or error}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise CommandError(f"--about {path}: {error}") from None


def _traced(events: list[ContributingEvent]) -> int:
    """A line an event: when it took effect, what it is, of which stream, its id in the log, and the hours that a median is made of."""
    for one in events:
        hours = [] if one.hours is None else [f"{one.hours} h"]
        print("\t".join([str(instant(one.at)), one.event, one.subject, one.id or "due, not written down yet", *hours]))
    return 0


def _when(text: str, option: str) -> datetime:
    if not _DAY.fullmatch(text):
        return instant_given(text, option)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"{option} {text!r} is no day of the calendar") from None
