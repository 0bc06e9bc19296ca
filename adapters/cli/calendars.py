"""`originals calendars` and `originals calendars publish COUNTRY YEAR`: what is published, and publishing an official year (rule E2)."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from adapters.calendars.holidays_source import year_from_library
from adapters.wording.instants import instant
from domain.law import PublishedYear
from domain.working_days import CalendarYear


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes: nothing, or `publish COUNTRY YEAR`."""
    what = parser.add_subparsers(dest="what", metavar="publish")
    publish = what.add_parser("publish", help="publish an official year from the holidays library")
    publish.add_argument("country", metavar="COUNTRY", help="two letters, such as CN")
    publish.add_argument("year", metavar="YEAR")


def run(args: Namespace, published: Callable[[], Sequence[PublishedYear]], publish: Callable[[CalendarYear], bool]) -> int:
    """List or publish. `publish` answers whether the year is new, False where the same digest was in force already.

    Returns 0, or 2 after an error of use on stderr.
    """
    if args.what != "publish":
        for line in lines(published()):
            print(line)
        return 0
    try:
        year = wished_year(args.country, args.year)
    except ValueError as error:
        print(f"originals calendars: {error}", file=sys.stderr)
        return 2
    state = "published" if publish(year) else "already in force"
    print(f"{year.country} {year.year}  {year.digest}  {state}")
    return 0


def wished_year(country: str, year: str) -> CalendarYear:
    """The official year. Raises ValueError: not a year, a country unknown, or a year that would be a guess."""
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise ValueError(f"{year!r} is not a year")
    return year_from_library(country, int(year))


def lines(published: Sequence[PublishedYear]) -> list[str]:
    """One line a publication, by country, year and instant."""
    ordered = sorted(published, key=lambda one: (one.year.country, one.year.year, one.at))
    return [
        f"{one.year.country} {one.year.year}  {one.year.digest}  {len(one.year.days_off):3} days off"
        f"  {len(one.year.work_days):2} working weekend days  since {instant(one.at)}"
        for one in ordered
    ]
