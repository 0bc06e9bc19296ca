"""`originals projections rebuild [NAME]...`: fill the query views anew from the log while readers keep the old ones."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.cli.errors import CommandError
from adapters.cli.opening import opened
from projections.rebuild import RebuildSuperseded, rebuild
from projections.runner import Views


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    what = parser.add_subparsers(dest="what", required=True, metavar="rebuild")
    again = what.add_parser("rebuild", help="fill views anew and put them in the place of the old ones")
    again.add_argument("names", nargs="*", metavar="NAME", help="which views (default: all)")


def run(args: Namespace) -> int:
    """0 done, 1 where another rebuild of the same view has begun since."""
    with opened() as deployment:
        views = deployment.views
        unknown = sorted(set(args.names) - views.by_name.keys())
        if unknown:
            raise CommandError(f"there is no view {unknown[0]!r}; there are {', '.join(sorted(views.by_name))}")
        try:
            _rebuild(views, args.names)
        except RebuildSuperseded as superseded:
            print(f"originals projections: another rebuild of {superseded} has begun since and takes its place", file=sys.stderr)
            return 1
        names = args.names or sorted(views.by_name)
        print(f"rebuilt {len(names)} views from {views.log.log_head()} positions of the log: {', '.join(names)}")
    return 0


def _rebuild(views: Views, names: list[str]) -> None:
    """The bar is drawn on stderr, so that stdout tells the result alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("rebuilding", total=None)
        rebuild(views, names, lambda done, total: bar.update(task, completed=done, total=total))
