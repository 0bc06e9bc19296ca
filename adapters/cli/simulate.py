"""`originals simulate`: fills a fresh store with a realistic history of invented members, the same for the same seed."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from adapters.cli.errors import CommandError
from adapters.replay.running import usable_cores
from adapters.simulation.backing_store import StoreLocation
from adapters.simulation.running import NotFresh, simulate
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from adapters.wording.instants import instant

MOST = 100_000_000
MANY = 5_000
"""Cases from which on it pays to start another process."""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--cases", type=int, required=True, metavar="N", help="how many")
    parser.add_argument("--seed", type=int, required=True, metavar="S", help="the same seed and number give the same history")


def run(args: Namespace) -> int:
    """Write the history and say what was written."""
    if not 1 <= args.cases <= MOST:
        raise CommandError(f"--cases must be from 1 to {MOST}")
    settings = Settings.read(os.environ)
    stores = open_store(settings.store, settings.vault_directory, vault_url=settings.vault_url)
    try:
        with _progress(args.cases) as progress:
            summary = simulate(stores, args.cases, args.seed, progress, _apart(settings, args.cases))
    except NotFresh as why:
        raise CommandError(str(why)) from None
    finally:
        stores.close()
    print(f"{summary.cases} cases, {summary.events} events, from {instant(summary.first)} to {instant(summary.last)}")
    return 0


def _apart(settings: Settings, cases: int) -> StoreLocation | None:
    """Another core does the writing where there is one, and enough to write."""
    return StoreLocation(settings.store, settings.vault_directory) if cases >= MANY and usable_cores() > 1 else None


@contextmanager
def _progress(cases: int) -> Iterator[Callable[[int], None]]:
    """A bar with the rate, on a terminal only."""
    columns = (TextColumn("simulating"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("", total=cases, rate="")

        def show(done: int) -> None:
            speed = progress.tasks[0].speed
            progress.update(bar, completed=done, rate=f"{speed:,.0f} cases/s" if speed else "")

        yield show
