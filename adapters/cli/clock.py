"""`originals clock confirm`: an operator has looked, and the clock that is doubted is right."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from adapters.cli.opening import check_there, explained, settings_here
from adapters.store.opening import open_store
from adapters.wording.instants import instant


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    what = parser.add_subparsers(dest="what", required=True, metavar="confirm")
    what.add_parser("confirm", help="servers of this store that doubt the clock now trust it from here on")


def run(args: Namespace) -> int:
    """0 noted; each server sees it with its next look at the clock."""
    settings = settings_here()
    check_there(settings)
    with explained(settings):
        stores = open_store(settings.store, settings.vault_directory)
        try:
            stores.clock_notes.confirm()
        finally:
            stores.close()
    print(f"confirmed: servers of this store trust the clock, which shows {instant(datetime.now(UTC).replace(microsecond=0))}")
    return 0
