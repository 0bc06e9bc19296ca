"""`originals case ID`: the full history of a case, now or as of an instant, as text, as JSON or as a bundle (rules G1, G4, G4b)."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.case_file import body_file, bundle
from adapters.case_file.as_json import history_body
from adapters.case_file.report import Visibility, report, text
from adapters.cli.errors import CommandError
from adapters.cli.opening import instant_given, opened
from adapters.evidence.reading import Tampered
from adapters.wiring.deployment import Deployment
from adapters.wording.printer import escaped, json_text
from application.acting import Command
from application.acting import run as perform
from application.audit import CaseHistory, Disclosure, case_history, disclose, record_read
from application.ports import Identity
from application.refusals import Invalid, NotFound
from domain.case.events import ONE_PARTYS
from domain.refusal import Refusal
from domain.staff import OPERATOR


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("id", metavar="ID", help="the complaint's id")
    parser.add_argument("--as-of", metavar="INSTANT", help="as it was then: what was recorded, and what was due by then")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.add_argument("--bundle", type=Path, metavar="FILE.zip", help="write it with pictures, evidence and receipts into one file")
    parser.add_argument("--body-file", type=Path, metavar="FILE.zip", help="the same for an outside dispute body, without the complainant")
    parser.add_argument("--with-identities", action="store_true", help="tell who the parties are; goes on record with the next three")
    parser.add_argument("--to", metavar="WHOM", help="whom it is told")
    parser.add_argument("--order", metavar="ORDER", help="on whose order")
    parser.add_argument("--reason", metavar="WHY", help="why")


def run(args: Namespace) -> int:
    """0, or 1 where the stored history is not the one that was recorded. Raises CommandError."""
    _check_disclosure(args)
    if args.bundle is not None and args.body_file is not None:
        raise CommandError("--bundle and --body-file are two files: ask for one at a time")
    as_of = None if args.as_of is None else instant_given(args.as_of, "--as-of")
    with opened() as deployment:
        history = _history(deployment, args.id, as_of)
        named = _disclose(deployment, args) if args.with_identities else None
        what = "bundle" if args.bundle is not None else "body file" if args.body_file is not None else "case"
        perform(deployment.platform, Command("audit", OPERATOR), lambda act: record_read(act, what, args.id, as_of))
        if named is not None and as_of is None:
            history = _history(deployment, args.id, as_of)
        return _show(deployment, history, named, args)


def _check_disclosure(args: Namespace) -> None:
    """To whom, on whose order and why are told together, in words. Raises CommandError."""
    disclosed = (args.to, args.order, args.reason)
    if any((one is not None) != args.with_identities for one in disclosed):
        raise CommandError("who the parties are is told with --with-identities, --to, --order and --reason together")
    for option, one in zip(("--to", "--order", "--reason"), disclosed, strict=True):
        if one is not None and (not one.strip() or any("\ud800" <= character <= "\udfff" for character in one)):
            raise CommandError(f"{option} must not be blank, and be text")


def _history(deployment: Deployment, case_id: str, as_of: datetime | None) -> CaseHistory:
    try:
        return case_history(deployment.platform, deployment.stores.store, case_id, as_of)
    except NotFound:
        raise CommandError(f"there is no case {case_id!r}" + ("" if as_of is None else " as of then")) from None
    except Invalid:
        raise CommandError("--as-of is an instant to come") from None


def _disclose(deployment: Deployment, args: Namespace) -> Disclosure:
    command = Command("disclosure", OPERATOR)
    try:
        return perform(deployment.platform, command, lambda act: disclose(act, args.id, args.to, args.order, args.reason))
    except Refusal as refusal:
        raise CommandError(f"refused: {refusal.code}") from None


def _show(deployment: Deployment, history: CaseHistory, named: Disclosure | None, args: Namespace) -> int:
    if args.bundle is not None:
        return _bundle(deployment, history, args.bundle, named is not None)
    if args.body_file is not None:
        return _body_file(deployment, history, args.body_file, named is not None)
    if args.json:
        print(json_text(_as_json(deployment, history, named)))
        return 0
    sys.stdout.write(
        text(report(history, deployment.platform.sealer, deployment.platform.identities, Visibility(named is not None, statements=True)))
    )
    return 0


def _as_json(deployment: Deployment, history: CaseHistory, named: Disclosure | None) -> dict[str, Any]:
    body = history_body(history, deployment.platform.sealer)
    if named is not None:
        body["identities"] = {"complainant": _named(named.complainant), "respondent": _named(named.respondent)}
    return body


def _named(identity: Identity | None) -> dict[str, str | None] | None:
    return None if identity is None else {"subject": identity.subject, "nickname": identity.nickname}


def _bundle(deployment: Deployment, history: CaseHistory, file: Path, identities: bool) -> int:
    return _written(lambda: bundle.write(deployment.platform, deployment.evidence, history, file, identities), file, identities)


def _body_file(deployment: Deployment, history: CaseHistory, file: Path, identities: bool) -> int:
    """With the identities it is the bundle, but for the bodies that either party went to: each body knows of its own."""
    if identities:
        return _bundle(deployment, history.without(ONE_PARTYS), file, identities)
    return _written(lambda: body_file.write(deployment.platform, deployment.evidence, history, file), file, identities)


def _written(write: Callable[[], bundle.Written], file: Path, identities: bool) -> int:
    try:
        written = write()
    except Tampered as found:
        print(f"originals case: {found.line}", file=sys.stderr)
        return 1
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or 'cannot be written'}") from None
    print(f"{escaped(str(file))}: {written.events} events with their receipts" + ("" if identities else "; identities withheld"))
    wrong = [f"{one.what} ({one.name}): {one.why}" for one in written.absent if one.wrong]
    if wrong:
        print(escaped(f"originals case: {file} is written, but lacks {'; '.join(wrong)}"), file=sys.stderr)
    return 1 if wrong else 0
