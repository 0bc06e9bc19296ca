"""`originals restore DIR`: a backup put into an empty place, checked before anything can be served from it (rules G4, H6)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from adapters.backup.restoring import restore
from adapters.cli.opening import settings_here, shown
from domain.staff import OPERATOR


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="the backup")
    parser.add_argument(
        "--forgotten", type=Path, metavar="FILE", help="the store's file `forgotten` of a later day: who is in it is forgotten again"
    )


def run(args: Namespace) -> int:
    """0 put back and sound; 1 where the backup is not."""
    settings = settings_here()
    done = restore(settings, args.directory, args.forgotten, OPERATOR)
    print(f"{shown(settings)}: {done.events} events, signed up to {done.manifest.size}, made at {done.manifest.made_at}; checked")
    if done.forgotten:
        open_cases = f"; {done.in_open_cases} of them have an open case, which goes on without them" if done.in_open_cases else ""
        print(f"forgotten again: {done.forgotten}{open_cases}")
    return 0
