"""`originals audit export | verify | checkpoint | key`, and a verifier that runs by itself: `python -m adapters.cli.audit_verify FILE`.

Exit codes: 0 sound, 1 something is wrong, 2 nothing that can be verified or an error of use; one line on stderr each.
"""

from __future__ import annotations

import argparse
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from adapters.evidence.atomic import written_atomically
from adapters.evidence.bundle import VerifiedBundle, verify_bundle
from adapters.evidence.checkpoint import NoteError, PublicKey, public_key_from_text, to_base64
from adapters.evidence.continuation import VerifiedContinuation, looks_like_continuation, verify_continuation
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.export import ExportError, Extras
from adapters.evidence.reading import NotAnExport, Tampered, printable
from adapters.evidence.receipt import MOST_BYTES, VerifiedReceipt, verify_receipt
from adapters.evidence.trust import Trust
from adapters.evidence.verify import SNIFFED_BYTES, VerifiedExport, looks_like_export, verify_export

SOUND, WRONG, UNUSABLE = 0, 1, 2
MOST_TEXT_BYTES = 64 * 1024
UNTRUSTED = "trust: the file agrees with itself; no trusted key was given (--key), so who signed it is not shown"


def verify(file: Path, key: Path | None, checkpoint: Path | None, out: TextIO, err: TextIO) -> int:
    """Verify an export, a receipt, a certificate, a continuation or a case bundle, and say on one line what is wrong."""
    try:
        trust = Trust(_trusted_key(key) if key else None, _note_in(checkpoint) if checkpoint else None)
        report = list(_report(file, trust))
    except Tampered as found:
        print(f"{printable(str(file))}: {found.line}", file=err)
        return WRONG
    except NotAnExport as found:
        print(f"{printable(str(file))}: {printable(str(found))}", file=err)
        return UNUSABLE
    except OSError as error:
        print(f"{printable(str(error.filename or file))}: {error.strerror or printable(str(error))}", file=err)
        return UNUSABLE
    if trust.checkpoint is not None:
        report.append("checkpoint: this history agrees with the one that was given")
    print("\n".join([*report, f"trust: signed by the trusted key {trust.key.text}" if trust.key else UNTRUSTED]), file=out)
    return SOUND


def _report(file: Path, trust: Trust) -> Iterator[str]:
    _check_regular(file, "not a regular file")
    with file.open("rb") as opened:
        start = opened.read(SNIFFED_BYTES)
    if start.startswith(b"\x1f\x8b"):
        raise NotAnExport("compressed with gzip; decompress it first")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _bundle_report(verify_bundle(file, trust))
    if looks_like_export(start):
        return _export_report(verify_export(file, trust))
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if looks_like_continuation(content):
        return _continuation_report(verify_continuation(content, trust))
    return _receipt_report(verify_receipt(content, trust))


def _export_report(verified: VerifiedExport) -> Iterator[str]:
    yield f"verified: {verified.size} events, {verified.checkpoints} checkpoints"
    yield f"root: {to_base64(verified.root)}"
    yield f"key: {verified.key.text}"


def _receipt_report(verified: VerifiedReceipt) -> Iterator[str]:
    yield f"verified: {_event_words(verified)}"
    yield from _told(verified)
    if verified.unproven is not None:
        yield f"NOT verified: what the file says of itself in `about`; no event says it: {printable(verified.unproven, 200)}"
    yield f"root: {to_base64(verified.checkpoint.root)} of {verified.checkpoint.size} events"
    yield f"key: {verified.key.text}"


def _continuation_report(verified: VerifiedContinuation) -> Iterator[str]:
    yield f"verified: the log of {verified.later.size} events begins with the one of {verified.earlier.size}"
    yield f"root: {to_base64(verified.later.root)}"
    yield f"key: {verified.key.text}"


def _told(verified: VerifiedReceipt) -> Iterator[str]:
    """Whose what is, as the event itself says it, one thing a line."""
    event = verified.event or {}
    inner = event.get("event")
    facts = {"owner": inner.get("owner"), "digest": inner.get("digest")} if isinstance(inner, dict) else {}
    for name, value in {**facts, "at": event.get("at")}.items():
        if isinstance(value, str):
            yield printable(f"{name}: {value}")


def _bundle_report(verified: VerifiedBundle) -> Iterator[str]:
    yield f"verified: a case bundle of {len(verified.receipts)} events and {len(verified.files)} files"
    yield from (_event_words(receipt) for receipt in verified.receipts)
    yield from (f"file {printable(name)}: its digest is named by an event" for name in verified.in_events)
    for name in verified.by_seal:
        yield f"file {printable(name)}: rests on the operator's seal alone; no event here names its digest"
    for gone in verified.missing:
        yield f"missing {printable(gone.name)}: {printable(gone.what)}: {printable(gone.why)}"
    yield f"key: {verified.key.text}"


def _event_words(verified: VerifiedReceipt) -> str:
    if verified.event is None:
        return f"event {verified.index}: content withheld"
    inner = verified.event.get("event")
    kind = inner.get("type") if isinstance(inner, dict) else None
    said = f"{kind}, id {verified.event.get('id')}, at {verified.event.get('at')}, recorded at {verified.event.get('recorded_at')}"
    return printable(f"event {verified.index}: {said}")


def _trusted_key(file: Path) -> PublicKey:
    try:
        return public_key_from_text(_text_of(file, "key").strip())
    except NoteError as error:
        raise NotAnExport(f"the trusted key in {file}: {error}") from None


def _note_in(file: Path) -> str:
    """A checkpoint's note as people keep it: `jq -r` and editors leave a line more at its end, or none."""
    return _text_of(file, "checkpoint").rstrip("\n") + "\n"


def _check_regular(file: Path, why: str) -> None:
    """A pipe or a device may keep whoever opens it waiting for ever. Raises OSError, NotAnExport."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise NotAnExport(why)


def _text_of(file: Path, what: str) -> str:
    _check_regular(file, f"the {what} in {file} is not in a regular file")
    with file.open("rb") as opened:
        content = opened.read(MOST_TEXT_BYTES + 1)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise NotAnExport(f"the {what} in {file} is not text") from None
    if len(content) > MOST_TEXT_BYTES:
        raise NotAnExport(f"the {what} in {file} is too long")
    return text


def export(evidence: TamperEvidence, file: Path, extras: Extras, out: TextIO, err: TextIO) -> int:
    """Write the export; the file is whole or not there."""
    try:
        with written_atomically(file) as opened:
            written = evidence.export(opened, extras)
    except (ExportError, Tampered) as error:
        print(printable(str(error)), file=err)
        return WRONG
    except OSError as error:
        print(f"{printable(str(error.filename or file))}: {error.strerror or 'cannot be written'}", file=err)
        return UNUSABLE
    print(f"{written} events", file=out)
    return SOUND


def checkpoint(evidence: TamperEvidence, out: TextIO, err: TextIO) -> int:
    """Print the signed checkpoint of now; keep it elsewhere, and a later history that is not its continuation is found."""
    try:
        out.write(evidence.checkpoint())
    except Tampered as error:
        print(error.line, file=err)
        return WRONG
    return SOUND


def continuation(evidence: TamperEvidence, since: Path, out: TextIO, err: TextIO) -> int:
    """Print that the log as it is now begins with the one of the checkpoint in that file."""
    try:
        out.write(evidence.continuation(_note_in(since)).as_json().decode())
    except Tampered as error:
        print(error.line, file=err)
        return WRONG
    except (NoteError, NotAnExport) as error:
        print(f"{printable(str(since))}: {printable(str(error))}", file=err)
        return UNUSABLE
    except OSError as error:
        print(f"{printable(str(error.filename or since))}: {error.strerror or printable(str(error))}", file=err)
        return UNUSABLE
    return SOUND


def key(evidence: TamperEvidence, out: TextIO) -> int:
    """Print the log's public key, to compare it with what an export was signed by."""
    print(evidence.public_key_text(), file=out)
    return SOUND


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify without a store: needs nothing but the file."""
    parser = argparse.ArgumentParser(
        prog="audit verify", description="Verify an export, a receipt, a certificate, a continuation or a case bundle."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", type=Path, help="a file with the log's public key")
    parser.add_argument("--checkpoint", type=Path, help="a file with a checkpoint that was given out earlier")
    given = parser.parse_args(arguments)
    return verify(given.file, given.key, given.checkpoint, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
