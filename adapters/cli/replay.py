"""`originals replay`: every consequence derived again under its own rules, or the history told under other ones (rules G2, G3)."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from adapters.calendars.holidays_source import known_countries
from adapters.calendars.zones import known_zones
from adapters.cli.errors import CommandError
from adapters.cli.opening import check_there, explained
from adapters.replay import as_table
from adapters.replay.as_csv import write_csv
from adapters.replay.as_json import difference_line, write_json
from adapters.replay.as_page import write_page
from adapters.replay.ranges import ReplayProgress
from adapters.replay.running import Replayed, replay, temporary
from adapters.system.settings import Settings
from adapters.wording.printer import escaped
from domain.rulebook import MAX_DOCUMENT, Rulebook, RulebookInvalid, parse_toml

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
SUFFIXES = (".json", ".csv", ".html", ".md")
DIFFERENT = 1


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--rulebook", metavar="FILE.toml", help="tell the history under this rulebook, which is not published by that")
    parser.add_argument("--every", metavar="DIR", help="tell it under each rulebook in a folder: one table")
    parser.add_argument("--until", metavar="INSTANT", help="the horizon (default: now, or the last instant recorded if that is later)")
    parser.add_argument("--json", action="store_true", help="the report as JSON on stdout")
    parser.add_argument("--out", metavar="FILE", help=f"write the report to a file, by its suffix: {', '.join(SUFFIXES)}")
    parser.add_argument(
        "--seal", action="store_true", help="put what it finds on record and keep the report, so that it can be found again"
    )
    parser.add_argument("--sealed", metavar="ID", help="run a sealed replay again: exit 1 where something is not the same")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: as many as there are cores)")
    parser.add_argument("--parquet", type=Path, metavar="DIR", help="of the history that `audit export --parquet` wrote; needs no store")
    parser.add_argument("--key", type=Path, metavar="FILE", help="with --parquet: the log's public key, as `audit key` prints it")


def run(args: Namespace) -> int:
    """Replay and report. Returns 0; 1 where history and rules differ, or a sealed replay and what is found now, naming what."""
    out = _checked(args)
    others = _others(args)
    settings = Settings.read(os.environ)
    if args.parquet is None:
        check_there(settings)
    if args.sealed is not None:
        return _again(args, settings, out)
    with temporary() as kept:
        replayed = _replayed(args, settings, others, Path(kept) if others else None)
        if out is not None:
            _write(out, replayed, many=args.every is not None)
        _print(args, replayed)
        if args.seal:
            from adapters.cli.replay_sealing import seal

            one = seal(settings, replayed, others[0][1] if others else None)
            print(f"sealed as {one.id}: report {one.sealed.digest}", file=sys.stderr if args.json else sys.stdout)
    first = replayed.tally.first
    if first is None:
        return 0
    print(escaped(f"originals replay: {difference_line(first)}"), file=sys.stderr)
    return 0 if others else DIFFERENT


def _replayed(args: Namespace, settings: Settings, others: list[tuple[str, Rulebook]], keep: Path | None) -> Replayed:
    until = None if args.until is None else _instant(args.until)
    with _progress() as progress:
        if args.parquet is not None:
            from adapters.cli.replay_parquet import replayed

            return replayed(args.parquet, args.key, others, until, args.workers, keep, progress)
        with explained(settings):
            now, workers = datetime.now(UTC), args.workers
            return replay(settings.store, None, others, until=until, now=now, workers=workers, keep=keep, progress=progress)


def _checked(args: Namespace) -> Path | None:
    if args.rulebook is not None and args.every is not None:
        raise CommandError("--rulebook and --every exclude each other")
    if args.seal and args.every is not None:
        raise CommandError("--seal is of one replay: not with --every")
    if args.sealed is not None and (args.seal or args.rulebook or args.every or args.until or args.json):
        raise CommandError("--sealed runs what was sealed: it takes nothing else but --workers and --out FILE.json")
    if args.parquet is not None and (args.seal or args.sealed):
        raise CommandError("--parquet has no store to put anything on record in: not with --seal or --sealed")
    if args.key is not None and args.parquet is None:
        raise CommandError("--key is of an export: with --parquet DIR")
    if args.workers is not None and not 1 <= args.workers <= 256:
        raise CommandError("--workers must be from 1 to 256")
    if args.out is None:
        return None
    out = Path(args.out)
    if out.suffix not in SUFFIXES:
        raise CommandError(f"--out {args.out!r} must end in one of {', '.join(SUFFIXES)}")
    if out.suffix != ".json" and args.rulebook is None and args.every is None:
        raise CommandError("a verification has no cases to list: --out FILE.json, or name a rulebook")
    if not out.parent.is_dir():
        raise CommandError(f"there is no directory {out.parent}")
    return out


def _others(args: Namespace) -> list[tuple[str, Rulebook]]:
    if args.rulebook is not None:
        name, rulebook = _read(Path(args.rulebook))
        return [(rulebook.title if args.seal else name, rulebook)]  # what is sealed knows no names of files
    if args.every is None:
        return []
    files = sorted(Path(args.every).glob("*.toml"))
    if not files:
        raise CommandError(f"there is no rulebook (*.toml) in {args.every!r}")
    return [_read(file) for file in files]


def _read(file: Path) -> tuple[str, Rulebook]:
    try:
        with file.open("rb") as stream:
            text = stream.read(4 * MAX_DOCUMENT + 1).decode()
        return file.stem, parse_toml(text, known_zones(), known_countries())
    except OSError as why:
        raise CommandError(f"{file}: {why.strerror or why}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file}: not UTF-8") from None
    except RulebookInvalid as why:
        raise CommandError(f"{file}: {why}") from None


def _instant(text: str) -> datetime:
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise CommandError(f"--until {text!r} is no instant with an offset from UTC, such as 2026-02-13T08:00:00Z")


def _again(args: Namespace, settings: Settings, out: Path | None) -> int:
    from adapters.cli.replay_sealing import run_sealed_again

    with explained(settings), _progress() as progress:
        wrong = run_sealed_again(settings, args.sealed, args.workers, progress, out)
    for one in wrong:
        print(escaped(f"originals replay: {one.what} is not the same: sealed {one.sealed}, found {one.found}"), file=sys.stderr)
    if wrong:
        return DIFFERENT
    print("the same report was found again, over the same log, under the same rulebook and calendars")
    return 0


def _write(out: Path, replayed: Replayed, many: bool) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        match out.suffix:
            case ".json":
                _json(file, replayed, many)
            case ".csv":
                write_csv(file, replayed)
            case ".md":
                file.write(as_table.markdown(replayed))
            case _:
                write_page(file, replayed)


def _print(args: Namespace, replayed: Replayed) -> None:
    if args.json:
        _json(sys.stdout, replayed, args.every is not None)
        return
    console = Console(markup=False) if sys.stdout.isatty() else Console(width=200, markup=False)
    if args.every is not None:
        as_table.show_all(console, replayed)
    else:
        as_table.show(console, replayed)


def _json(out: TextIO, replayed: Replayed, many: bool) -> None:
    """One report; of many rulebooks an object with a report each."""
    if not many:
        write_json(out, replayed, 0 if replayed.names else None)
        return
    out.write("{")
    for number, name in enumerate(replayed.names):
        out.write(("," if number else "") + msgspec.json.encode(name).decode() + ":")
        write_json(out, replayed, number)
    out.write("}\n")


@contextmanager
def _progress() -> Iterator[ReplayProgress]:
    """A bar with the rate, on a terminal only."""
    columns = (
        TextColumn("replaying"),
        BarColumn(),
        TaskProgressColumn(show_speed=False),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("", total=1.0, rate="")

        def advance(events: int, share: float) -> None:
            seconds = progress.tasks[0].elapsed
            progress.update(bar, completed=share, rate=f"{events / seconds:,.0f} events/s" if seconds else "")

        yield advance
