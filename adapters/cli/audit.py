"""`originals audit export | verify | checkpoint | key`: the tamper-evident history (rule G4). Verifying needs no store."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from adapters.cli import audit_verify
from adapters.cli.opening import opened
from adapters.evidence.export import Extras
from adapters.wiring import House
from application.law import published_law
from domain.events import Recorded
from domain.rulebook import BUILT_IN, to_document


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    what = parser.add_subparsers(dest="what", required=True, metavar="export|verify|checkpoint|key")
    export = what.add_parser("export", help="write the whole history into a file that is verified by itself")
    export.add_argument("file", type=Path, metavar="FILE")
    verify = what.add_parser("verify", help="verify an export, a receipt, a certificate or a case bundle; needs no store")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--key", type=Path, metavar="FILE", help="the log's public key, as `audit key` prints it")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint that was given out earlier")
    what.add_parser("checkpoint", help="print the signed size and root of the log as it is now")
    what.add_parser("key", help="print the log's public key")


def run(args: Namespace) -> int:
    """0 sound or done, 1 something is wrong with the history, 2 an error of use."""
    if args.what == "verify":
        return audit_verify.verify(args.file, args.key, args.checkpoint, sys.stdout, sys.stderr)
    with opened(create=args.what == "key") as house:
        match args.what:
            case "export":
                return audit_verify.export(house.evidence, args.file, extras(house), sys.stdout, sys.stderr)
            case "checkpoint":
                return audit_verify.checkpoint(house.evidence, sys.stdout, sys.stderr)
            case _:
                return audit_verify.key(house.evidence, sys.stdout)


def extras(house: House) -> Extras:
    """What a reader of the export needs beside the events: the rulebooks, the calendars, and what an event looks like."""
    rulebooks, years = published_law(house.platform.store)
    calendars = [{"at": one.at, **_fields(one.year), "digest": one.year.digest} for one in years]
    return Extras([to_document(one) for one in _all(rulebooks)], calendars, msgspec.json.schema(Recorded))


def _all(published: list[Any]) -> Iterator[Any]:
    yield BUILT_IN
    yield from published


def _fields(year: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(year)
    return fields
