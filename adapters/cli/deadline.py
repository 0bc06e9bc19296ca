"""`originals deadline`: when a window closes, with the proof day by day. It needs no store, only the official calendars."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import datetime

from adapters.calendars.holidays_source import official_years, year_from_library
from adapters.calendars.zones import load_zone, zone_of
from adapters.wording.instants import instant
from domain.working_days import Calendar, Count, Duration, ProofLine, deadline, proof

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,12}")


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes; values are checked by `run`, so that every error of use is one line."""
    parser.add_argument("--from", dest="from_", required=True, metavar="INSTANT", help="when the window begins, RFC 3339 with its offset")
    parser.add_argument("--days", required=True, metavar="N", help="how many, at least 1")
    parser.add_argument("--count", default="working", metavar="working|calendar|months|hours", help="what is counted (default: working)")
    parser.add_argument("--calendar", default="CN", metavar="COUNTRY", help="whose working days, two letters (default: CN)")
    parser.add_argument("--zone", default=None, metavar="NAME", help="the time zone (default: the country's)")
    parser.add_argument("--roll", action="store_true", help="an end on a rest day moves to the next working day")
    parser.add_argument("--explain", action="store_true", help="print the proof day by day as well")


def run(args: Namespace) -> int:
    """Print the closing instant, and the proof where asked. Returns 0, or 2 after an error of use on stderr."""
    try:
        start = _instant(args.from_)
        duration = Duration(_number(args.days), _count(args.count), "next_working_day" if args.roll else None)
        calendar = _calendar(args.calendar, start.year, duration)
        zone = load_zone(zone_of(args.calendar) if args.zone is None else args.zone)
        closes = deadline(start, duration, calendar, zone)
        days = proof(start, duration, calendar, zone) if args.explain else ()
    except ValueError as error:
        print(f"originals deadline: {error}", file=sys.stderr)
        return 2
    print(instant(closes.closes_at))
    for line in proof_lines(days):
        print(line)
    if closes.provisional:
        print("originals deadline: provisional, no official calendar of every year it touches is known", file=sys.stderr)
    return 0


def proof_lines(days: Sequence[ProofLine]) -> list[str]:
    """The proof day by day, in columns; a counted day is marked."""
    return [f"{line.date}  {line.date:%a}  {'+' if line.counted else ' '} {line.day:<8} {line.why}" for line in days]


def _instant(text: str) -> datetime:
    if not _RFC_3339.fullmatch(text):
        raise ValueError(f"--from {text!r} is no instant with an offset from UTC, such as 2026-02-13T08:00:00Z")
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"--from {text!r}: {error}") from None


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise ValueError(f"--days {text!r} is not a whole number from 1")
    return int(text)


def _count(text: str) -> Count:
    if text not in set(Count):
        raise ValueError(f"--count {text!r} is none of {', '.join(Count)}")
    return Count(text)


def _calendar(country: str, first: int, duration: Duration) -> Calendar:
    """The official years that the window can touch, or else the nearest one, for its weekend."""
    official = official_years(country)
    last = first + 2 + duration.days // (12 if duration.count is Count.MONTHS else 100)
    near = [year for year in official if first - 1 <= year <= last] or sorted(official, key=lambda year: abs(year - first))[:1]
    return Calendar(country, {year: year_from_library(country, year) for year in near})
