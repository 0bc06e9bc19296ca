"""`originals audit export | verify | checkpoint | key`: the tamper-evident history (rule G4). Verifying needs no store."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from adapters.cli import audit_verify
from adapters.cli.opening import opened
from adapters.evidence.export import Extras
from adapters.evidence.reading import printable
from adapters.store import EventLog
from adapters.store.mapper import Unreadable
from adapters.wiring.deployment import Deployment
from application.acting import Command
from application.acting import run as perform
from application.audit import record_read
from application.index import Lookup
from application.law import published_law
from application.ports import Store
from domain.recorded import Recorded
from domain.rulebook import BUILT_IN, to_document
from domain.staff import OPERATOR

T = TypeVar("T")


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    what = parser.add_subparsers(dest="what", required=True, metavar="export|verify|checkpoint|key")
    export = what.add_parser("export", help="write the whole history into a file that is verified by itself")
    export.add_argument("file", type=Path, metavar="FILE")
    verify = what.add_parser("verify", help="verify an export, a receipt, a certificate, a continuation or a case bundle; needs no store")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--key", type=Path, metavar="FILE", help="the log's public key, as `audit key` prints it")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint that was given out earlier")
    checkpoint = what.add_parser("checkpoint", help="print the signed size and root of the log as it is now")
    checkpoint.add_argument(
        "--since", type=Path, metavar="FILE", help="an earlier checkpoint: print instead the proof that this log begins with that one"
    )
    what.add_parser("key", help="print the log's public key")


def run(args: Namespace) -> int:
    """0 sound or done, 1 something is wrong with the history, 2 an error of use. Raises Tampered, KeyLost."""
    if args.what == "verify":
        return audit_verify.verify(args.file, args.key, args.checkpoint, sys.stdout, sys.stderr)
    with opened(create=args.what == "key") as deployment:
        match args.what:
            case "export":
                return _export(deployment, args.file)
            case "checkpoint" if args.since is not None:
                return audit_verify.continuation(deployment.evidence, args.since, sys.stdout, sys.stderr)
            case "checkpoint":
                return audit_verify.checkpoint(deployment.evidence, sys.stdout, sys.stderr)
            case _:
                return audit_verify.key(deployment.evidence, sys.stdout)


def _export(deployment: Deployment, file: Path) -> int:
    """That the history was taken out is on record first, so the export holds that too. A damaged event is exported as it is."""
    unreadable: list[str] = []
    documents = extras(deployment, unreadable)
    try:
        perform(deployment.platform, Command("audit", OPERATOR), lambda act: record_read(act, "export", ""))
    except Unreadable as why:
        unreadable.append(f"{why}; without it nothing can be recorded, so this export is not on record")
    code = audit_verify.export(deployment.evidence, file, documents, sys.stdout, sys.stderr)
    for one in unreadable:
        print(f"originals audit: an event cannot be read: {printable(one)}", file=sys.stderr)
    return code or (audit_verify.WRONG if unreadable else audit_verify.SOUND)


class _Readable:
    """The store as the law is read from it, without the streams that cannot be read: those are told."""

    def __init__(self, store: EventLog, unreadable: list[str]) -> None:
        self._store, self._unreadable = store, unreadable

    def ask(self, lookup: Lookup[T]) -> T:
        return self._store.ask(lookup)

    def load(self, stream: str) -> tuple[Recorded, ...]:
        try:
            return self._store.load(stream)
        except Unreadable as why:
            self._unreadable.append(str(why))
            return ()


def extras(deployment: Deployment, unreadable: list[str]) -> Extras:
    """What a reader of the export needs beside the events: the rulebooks, the calendars, and what an event looks like.

    Which of the law cannot be read is added to `unreadable`; its events are in the export all the same.
    """
    rulebooks, years = published_law(cast(Store, _Readable(deployment.stores.store, unreadable)))  # it asks and loads, no more
    calendars = [{"at": one.at, **_fields(one.year), "digest": one.year.digest} for one in years]
    return Extras([to_document(one) for one in _all(rulebooks)], calendars, msgspec.json.schema(Recorded))


def _all(published: list[Any]) -> Iterator[Any]:
    yield BUILT_IN
    yield from published


def _fields(year: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(year)
    return fields
