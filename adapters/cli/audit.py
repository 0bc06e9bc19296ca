"""`originals audit export | verify | proof | checkpoint | witness | timestamp | key`: the tamper-evident history (rule G4).

Verifying needs no store, and loads none.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from adapters.cli import audit_verify
from adapters.cli.errors import CommandError
from adapters.evidence.checkpoint import NoteError
from adapters.evidence.reading import Tampered, printable
from adapters.evidence.receipt import receipt_in
from adapters.evidence.tlog_proof import TlogProof, proof_of
from adapters.parquet.installed import missing

if TYPE_CHECKING:
    from adapters.wiring.deployment import Deployment


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    what = parser.add_subparsers(dest="what", required=True, metavar="export|verify|proof|checkpoint|witness|timestamp|key")
    export = what.add_parser("export", help="write the whole history into a file that is verified by itself")
    export.add_argument("file", type=Path, nargs="?", metavar="FILE")
    export.add_argument("--parquet", type=Path, metavar="DIR", help="into a directory of partitioned Parquet files, verified likewise")
    verify = what.add_parser("verify", help="verify any file that this product hands out as evidence; needs no store")
    audit_verify.add_arguments(verify)
    proof = what.add_parser("proof", help="print the .tlog-proof of an event, a certificate or a receipt")
    proof.add_argument("event", metavar="EVENT|FILE", help="an event's id, its number from 0, or a file with its certificate or receipt")
    proof.add_argument("--withheld", action="store_true", help="leave the event itself out")
    proof.add_argument(
        "--cose", type=Path, metavar="FILE", help="write a COSE receipt (RFC 9942) of the EVENT instead, and its bytes into FILE.event"
    )
    checkpoint = what.add_parser("checkpoint", help="print the signed size and root of the log as it is now")
    checkpoint.add_argument(
        "--since", type=Path, metavar="FILE", help="an earlier checkpoint: print instead the proof that this log begins with that one"
    )
    checkpoint.add_argument("--attested", action="store_true", help="print instead the last one that witnesses cosigned, with that")
    witness = what.add_parser("witness", help="ask witnesses to cosign the log as it is now")
    witness.add_argument("--policy", type=Path, metavar="FILE", help="the policy that names them (default: ORIGINALS_WITNESS_POLICY)")
    timestamp = what.add_parser("timestamp", help="have a time-stamping authority date the log as it is now (RFC 3161)")
    timestamp.add_argument(
        "--authority",
        metavar="URL|FILE",
        help="its address, or a file with that and its certificates (default: ORIGINALS_TIMESTAMP_AUTHORITY)",
    )
    what.add_parser("key", help="print the log's public key")


def run(args: Namespace) -> int:
    """0 sound or done, 1 something is wrong with the history, 2 an error of use. Raises Tampered, KeyLost."""
    if args.what == "verify":
        given = audit_verify.given_in(args)
        return audit_verify.verify(args.file, args.key, args.checkpoint, sys.stdout, sys.stderr, given)
    if args.what == "proof" and args.cose is None and Path(args.event).is_file():
        return _proof(proof_in(Path(args.event)), args.withheld)
    if args.what == "export":
        _check_export(args.file, args.parquet)
    from adapters.cli import audit_attest
    from adapters.cli.opening import opened

    with opened() as deployment:
        match args.what:
            case "key":
                return _key(deployment)
            case "witness":
                return audit_attest.witness(deployment, args.policy, sys.stdout, sys.stderr)
            case "timestamp":
                return audit_attest.timestamp(deployment, args.authority, sys.stdout, sys.stderr)
            case "checkpoint" if args.attested:
                sys.stdout.write(deployment.evidence.attested_checkpoint())
                return audit_verify.SOUND
            case "proof" if args.cose is not None:
                return _cose(deployment, args.event, args.cose, args.withheld)
            case "proof":
                return _proof(_proof_of(deployment, args.event), args.withheld)
            case "export":
                return _export(deployment, args.file, args.parquet)
            case "checkpoint" if args.since is not None:
                return audit_verify.continuation(deployment.evidence, args.since, sys.stdout, sys.stderr)
            case _:
                return audit_verify.checkpoint(deployment.evidence, sys.stdout, sys.stderr)


def _key(deployment: Deployment) -> int:
    """Print the public key where there is one; none is made by asking."""
    if not deployment.evidence_begun:
        keys = deployment.settings.keys_directory
        raise CommandError(f"there is no key in {keys}: nothing was signed yet (`originals audit checkpoint` signs)")
    return audit_verify.key(deployment.evidence, sys.stdout)


def proof_in(file: Path) -> TlogProof:
    """The proof in a certificate or a receipt, none of which is verified here. Raises CommandError."""
    try:
        content = file.read_bytes()
        if content.startswith(b"PK"):
            raise CommandError(f"{file}: a case bundle has the proofs of its events already, under proofs/")
        return proof_of(receipt_in(content))
    except (Tampered, NoteError, OSError) as error:
        raise CommandError(f"{file}: {error}") from None


def _proof_of(deployment: Deployment, event: str) -> TlogProof:
    """That somebody asked is on record first (rule G4b), as it is over HTTP. Raises CommandError, Tampered."""
    from application.acting import Command
    from application.acting import run as perform
    from application.audit import record_read
    from domain.staff import OPERATOR

    try:
        proof = deployment.evidence.proof(event)
    except KeyError:
        raise CommandError(f"there is no event {event!r}") from None
    perform(deployment.platform, Command("audit", OPERATOR), lambda act: record_read(act, "proof", event))
    return proof


def _cose(deployment: Deployment, event: str, file: Path, withheld: bool) -> int:
    """Write the receipt, and beside it the bytes that it is of. Raises CommandError, Tampered, KeyLost."""
    if Path(event).is_file():
        raise CommandError(f"{event} is a file: a COSE receipt is signed anew, name the event by its id or number")
    proof = _proof_of(deployment, event)
    beside = file.with_name(f"{file.name}.event")
    whole = not withheld and proof.extra is not None
    written = {file: deployment.evidence.cose_receipt(event), **({beside: proof.extra or b""} if whole else {})}
    done: list[Path] = []
    for path, content in written.items():
        try:
            path.write_bytes(content)
        except OSError as error:
            for one in done:
                one.unlink(missing_ok=True)
            raise CommandError(f"{path}: {error.strerror or 'cannot be written'}") from None
        done.append(path)
    print(f"{file}: the receipt" + (f"; {beside}: the event that it is of, which `audit verify {file}` reads beside it" if whole else ""))
    return audit_verify.SOUND


def _proof(proof: TlogProof, withheld: bool) -> int:
    sys.stdout.write((replace(proof, extra=None) if withheld else proof).text)
    return audit_verify.SOUND


def _check_export(file: Path | None, parquet: Path | None) -> None:
    """Raises CommandError, before anything is put on record."""
    if (file is None) == (parquet is None):
        raise CommandError("name either FILE or --parquet DIR")
    if parquet is not None and (why := missing("pyarrow")) is not None:
        raise CommandError(why)


def _export(deployment: Deployment, file: Path | None, parquet: Path | None) -> int:
    """That the history was taken out is on record first, so the export holds that too. A damaged event is exported as it is."""
    from adapters.store.mapper import Unreadable
    from adapters.wiring.law_documents import documents
    from application.acting import Command
    from application.acting import run as perform
    from application.audit import record_read
    from domain.staff import OPERATOR

    unreadable: list[str] = []
    extras = documents(deployment.stores.store, unreadable)
    try:
        perform(deployment.platform, Command("audit", OPERATOR), lambda act: record_read(act, "export", ""))
    except Unreadable as why:
        unreadable.append(f"{why}; without it nothing can be recorded, so this export is not on record")
    if parquet is not None:
        from adapters.cli.audit_parquet import export_into

        code = export_into(deployment.evidence, parquet, sys.stdout, sys.stderr)
    else:
        assert file is not None
        code = audit_verify.export(deployment.evidence, file, extras, sys.stdout, sys.stderr)
    for one in unreadable:
        print(f"originals audit: an event cannot be read: {printable(one)}", file=sys.stderr)
    return code or (audit_verify.WRONG if unreadable else audit_verify.SOUND)
