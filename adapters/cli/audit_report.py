"""What `audit verify` says of a file that it found sound, and the checkpoints that others may attest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.evidence.attestation import AttestedCheckpoint
from adapters.evidence.bundle import VerifiedBundle, verify_bundle
from adapters.evidence.checkpoint import NoteError, PublicKey, opened_checkpoint, to_base64
from adapters.evidence.continuation import VerifiedContinuation, looks_like_continuation, verify_continuation
from adapters.evidence.cose_receipt import looks_like_cose, verify_cose
from adapters.evidence.reading import NotAnExport, Tampered, printable
from adapters.evidence.receipt import MOST_BYTES, VerifiedReceipt, compare_with_given, object_in, verify_receipt
from adapters.evidence.tlog_proof import looks_like_proof, verify_proof
from adapters.evidence.trust import Trust
from adapters.evidence.verify import SNIFFED_BYTES, VerifiedExport, looks_like_export, verify_export
from adapters.parquet.installed import missing

SIGNED = "\n\n— ".encode()
"""What stands before the first signature of a note."""


class Sound(NamedTuple):
    """A file that agrees with itself and with what was given: what to say of it, the log's key, and what others may attest.

    Of each list in `attested`, and there is one at least, one checkpoint is enough; `authorities` are the certificates that came along.
    """

    lines: list[str]
    key: PublicKey
    attested: list[list[AttestedCheckpoint]]
    authorities: tuple[str, ...] = ()


def sound(file: Path, trust: Trust, logs: Sequence[PublicKey] = (), event: bytes | None = None) -> Sound:
    """Verify a file of any kind, or a directory, which is an export in Parquet.

    `logs` are trusted keys of which files that name no key must be signed by one; `event` is the bytes
    of the event where a `.tlog-proof` withholds them, or of a COSE receipt's; else those in FILE.event are taken for such a
    receipt. Raises Tampered and NotAnExport.
    """
    if file.is_dir():
        return _parquet(file, trust)
    with file.open("rb") as opened:
        start = opened.read(SNIFFED_BYTES)
    if start.startswith(b"\x1f\x8b"):
        raise NotAnExport("compressed with gzip; decompress it first")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _bundle(verify_bundle(file, trust))
    if looks_like_export(start):
        return _export(verify_export(file, trust))
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    keys = list(logs) if trust.key is None else [trust.key]
    if looks_like_proof(content):
        return _proof(content, trust, keys, event)
    if looks_like_cose(content):
        return _cose(content, trust, keys, _beside(file) if event is None else event)
    if looks_like_continuation(content):
        return _continuation(verify_continuation(content, trust))
    if SIGNED in content and not content.lstrip().startswith(b"{"):
        return _checkpoint(content, trust, keys)
    return _receipt(verify_receipt(content, trust))


def _export(verified: VerifiedExport) -> Sound:
    lines = [
        f"verified: {verified.size} events, {verified.checkpoints} checkpoints",
        f"root: {to_base64(verified.root)}",
        f"key: {verified.key.text}",
    ]
    return Sound(lines, verified.key, [list(verified.attested)], verified.authorities)


def _parquet(directory: Path, trust: Trust) -> Sound:
    why = missing("pyarrow")
    if why is not None:
        raise NotAnExport(why)
    from adapters.parquet.verifying import verify_parquet

    verified = verify_parquet(directory, trust)
    lines = [
        f"verified: {verified.size} events in {verified.files} files",
        f"root: {to_base64(verified.root)}",
        f"key: {verified.key.text}",
    ]
    return Sound(lines, verified.key, [[AttestedCheckpoint(verified.note)]])


def _receipt(verified: VerifiedReceipt) -> Sound:
    lines = [f"verified: {_event_words(verified)}", *_facts(verified)]
    if verified.unproven is not None:
        lines.append(f"NOT verified: what the file says of itself in `about`; no event says it: {printable(verified.unproven, 200)}")
    lines += [f"root: {to_base64(verified.checkpoint.root)} of {verified.checkpoint.size} events", f"key: {verified.key.text}"]
    return Sound(lines, verified.key, [[_attested(verified)]], verified.authorities)


def _attested(verified: VerifiedReceipt) -> AttestedCheckpoint:
    return AttestedCheckpoint(verified.note, list(verified.timestamps))


def _continuation(verified: VerifiedContinuation) -> Sound:
    lines = [
        f"verified: the log of {verified.later.size} events begins with the one of {verified.earlier.size}",
        f"root: {to_base64(verified.later.root)}",
        f"key: {verified.key.text}",
    ]
    return Sound(lines, verified.key, [[AttestedCheckpoint(note) for note in verified.notes]])


def _proof(content: bytes, trust: Trust, keys: list[PublicKey], event: bytes | None) -> Sound:
    proof = verify_proof(content, keys, event)
    (key,) = (one for one in keys if one.name == proof.checkpoint.origin)
    compare_with_given(proof.checkpoint, trust.earlier(key))
    seen = VerifiedReceipt(proof.index, object_in(proof.state), proof.state, proof.checkpoint, key, note=proof.note)
    found = _receipt(seen)
    return found._replace(attested=[[AttestedCheckpoint(proof.note)]])


def _beside(file: Path) -> bytes | None:
    """The event's bytes where `audit proof --cose` wrote them. Raises NotAnExport."""
    written = file.with_name(f"{file.name}.event")
    if not written.is_file():
        return None
    with written.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotAnExport(f"the event in {written} is too long")
    return content


def _cose(content: bytes, trust: Trust, keys: list[PublicKey], event: bytes | None) -> Sound:
    found = verify_cose(content, keys, event)
    compare_with_given(found.checkpoint, trust.earlier(found.key))
    seen = VerifiedReceipt(found.index, object_in(found.state), found.state, found.checkpoint, found.key)
    return _receipt(seen)._replace(attested=[[]])


def _checkpoint(content: bytes, trust: Trust, keys: list[PublicKey]) -> Sound:
    if not keys:
        raise NotAnExport("a checkpoint names no key: give the log's (--key), or a policy that names it (--policy)")
    try:
        note = content.decode().rstrip("\n") + "\n"
        own = [key for key in keys if key.name == note.partition("\n")[0]]
        if not own:
            raise Tampered(f"the checkpoint is of the log {note.partition(chr(10))[0]}, not of one that is trusted")
        checkpoint = opened_checkpoint(note, own[0])
    except (NoteError, UnicodeDecodeError) as error:
        raise Tampered(f"the checkpoint: {error}") from None
    compare_with_given(checkpoint, trust.earlier(own[0]))
    lines = [f"verified: a checkpoint of {checkpoint.size} events", f"root: {to_base64(checkpoint.root)}", f"key: {own[0].text}"]
    return Sound(lines, own[0], [[AttestedCheckpoint(note)]])


def _facts(verified: VerifiedReceipt) -> Iterator[str]:
    """Whose what is, as the event itself says it, one thing a line."""
    event = verified.event or {}
    inner = event.get("event")
    facts = {"owner": inner.get("owner"), "digest": inner.get("digest")} if isinstance(inner, dict) else {}
    for name, value in {**facts, "at": event.get("at")}.items():
        if isinstance(value, str):
            yield printable(f"{name}: {value}")


def _bundle(verified: VerifiedBundle) -> Sound:
    lines = [f"verified: a case bundle of {len(verified.receipts)} events and {len(verified.files)} files"]
    lines += (_event_words(receipt) for receipt in verified.receipts)
    lines += (f"file {printable(name)}: its digest is named by an event" for name in verified.in_events)
    for name in verified.by_seal:
        lines.append(f"file {printable(name)}: rests on the operator's seal alone; no event here names its digest")
    for gone in verified.missing:
        lines.append(f"missing {printable(gone.name)}: {printable(gone.what)}: {printable(gone.why)}")
    by_note = {receipt.note: [_attested(receipt)] for receipt in verified.receipts}
    authorities = tuple(map(to_base64, verified.authorities))
    return Sound([*lines, f"key: {verified.key.text}"], verified.key, list(by_note.values()) or [[]], authorities)


def _event_words(verified: VerifiedReceipt) -> str:
    if verified.event is None:
        return f"event {verified.index}: content withheld"
    inner = verified.event.get("event")
    kind = inner.get("type") if isinstance(inner, dict) else None
    said = f"{kind}, id {verified.event.get('id')}, at {verified.event.get('at')}, recorded at {verified.event.get('recorded_at')}"
    return printable(f"event {verified.index}: {said}")
