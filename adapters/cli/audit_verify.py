"""`originals audit export | verify | checkpoint | key`, and a verifier that runs by itself: `python -m adapters.cli.audit_verify FILE`.

Exit codes: 0 sound, 1 something is wrong, 2 nothing that can be verified or an error of use; one line on stderr each.
"""

from __future__ import annotations

import argparse
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from adapters.cli.audit_report import Sound, sound
from adapters.evidence.atomic import written_atomically
from adapters.evidence.attestation import certificates_in
from adapters.evidence.checkpoint import NoteError, PublicKey, public_key_from_text
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.export import ExportError, Extras
from adapters.evidence.reading import NotAnExport, Tampered, printable
from adapters.evidence.receipt import MOST_BYTES
from adapters.evidence.trust import Trust
from adapters.witnesses.judging import judged
from adapters.witnesses.policy import MOST_BYTES as POLICY_BYTES
from adapters.witnesses.policy import Policy, PolicyError, policy_from_bytes

if TYPE_CHECKING:
    from adapters.timestamps.authority import Authority

SOUND, WRONG, UNUSABLE = 0, 1, 2
MOST_TEXT_BYTES = 64 * 1024
UNTRUSTED = "trust: the file agrees with itself; no trusted key was given (--key), so who signed it is not shown"


class Given(NamedTuple):
    """Files that whoever verifies brings along beside the log's key and a checkpoint.

    A policy of witnesses, whose cosignatures count where they are no older than `hours`; and the bytes of the event that a
    `.tlog-proof` withholds; and the certificates of a time-stamping authority, of which a token has to be there then.
    """

    policy: Path | None = None
    hours: int | None = None
    event: Path | None = None
    authority: Path | None = None


NOTHING_MORE: Final = Given()


def verify(file: Path, key: Path | None, checkpoint: Path | None, out: TextIO, err: TextIO, given: Given = NOTHING_MORE) -> int:
    """Verify a file of any kind that this product hands out, and say on one line what is wrong."""
    try:
        trust = Trust(trusted_key(key) if key else None, _note_in(checkpoint) if checkpoint else None)
        report = list(_report(file, trust, given))
    except Tampered as found:
        print(f"{printable(str(file))}: {found.line}", file=err)
        return WRONG
    except NotAnExport as found:
        print(f"{printable(str(file))}: {printable(str(found))}", file=err)
        return UNUSABLE
    except OSError as error:
        print(f"{printable(str(error.filename or file))}: {error.strerror or printable(str(error))}", file=err)
        return UNUSABLE
    print("\n".join(report), file=out)
    return SOUND


def _report(file: Path, trust: Trust, given: Given) -> Iterator[str]:
    policy = None if given.policy is None else _policy(given.policy)
    if not file.is_dir():
        _check_regular(file, "not a regular file")
    event = None if given.event is None else _bytes_of(given.event, "event", MOST_BYTES)
    found = sound(file, trust, policy.logs if policy else (), event)
    yield from found.lines
    if trust.checkpoint is not None:
        yield "checkpoint: this history agrees with the one that was given"
    if policy is not None:
        yield from _witnessed(policy, found, trust, given.hours)
    yield from _dates(found, given.authority)
    if trust.key:
        yield f"trust: signed by the trusted key {trust.key.text}"
    elif policy is not None and found.key in policy.logs:
        yield f"trust: signed by the key {found.key.text}, which the policy names"
    else:
        yield UNTRUSTED


def _witnessed(policy: Policy, found: Sound, trust: Trust, hours: int | None) -> Iterator[str]:
    """Who saw what stands behind the file; a checkpoint that was given counts as well, for the file agrees with it. Raises Tampered."""
    given = [] if trust.checkpoint is None else [trust.checkpoint]
    for checkpoints in found.attested:
        seen = judged(policy, found.key, [*(one.checkpoint for one in checkpoints), *given], time.time(), hours)
        if seen.sights:
            yield f"witnessed: the first {seen.size} events, by {', '.join(one.words for one in seen.sights)}"
        else:
            yield f"witnessed: by nobody; the policy asks for nobody ({seen.size} events)"


def _dates(found: Sound, file: Path | None) -> Iterator[str]:
    """What the tokens say that stand behind the file. Raises Tampered."""
    if file is None and not any(one.timestamps for checkpoints in found.attested for one in checkpoints):
        return
    from adapters.timestamps.tokens import dates_in  # only here: most files have none, and X.509 takes its time to load

    given = None if file is None else _authority(file)
    for checkpoints in found.attested:
        dates = list(dates_in(checkpoints, certificates_in(found.authorities), given))
        if given is not None and not dates:
            raise Tampered(f"no token of the given authority, {given.subject}, stands behind this file")
        came = "whose certificate came with the file" if given is None else "whose certificate was given"
        yield from (f"time: {one.words}, {came}" for one in dates)


def _authority(file: Path) -> Authority:
    from adapters.timestamps.authority import AuthorityError, authority_of

    try:
        return authority_of(file)
    except AuthorityError as error:
        raise NotAnExport(str(error)) from None


def _policy(file: Path) -> Policy:
    try:
        return policy_from_bytes(_bytes_of(file, "policy", POLICY_BYTES))
    except PolicyError as error:
        raise Tampered(f"{file}: {error}") from None


def trusted_key(file: Path) -> PublicKey:
    """The key in a file. Raises NotAnExport, OSError."""
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
    try:
        return _bytes_of(file, what, MOST_TEXT_BYTES).decode()
    except UnicodeDecodeError:
        raise NotAnExport(f"the {what} in {file} is not text") from None


def _bytes_of(file: Path, what: str, most: int) -> bytes:
    _check_regular(file, f"the {what} in {file} is not in a regular file")
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise NotAnExport(f"the {what} in {file} is too long")
    return content


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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What verifying takes."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the log's public key, as `audit key` prints it")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint that was given out earlier")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="a policy of witnesses (C2SP tlog-policy) that has to be met")
    parser.add_argument("--max-age", type=int, metavar="HOURS", help="cosignatures that are older do not count")
    parser.add_argument(
        "--authority", type=Path, metavar="FILE", help="the certificates (PEM) of the time-stamping authority that is believed"
    )
    parser.add_argument(
        "--event", type=Path, metavar="FILE", help="the event's bytes, where a .tlog-proof withholds them, or of a COSE receipt"
    )


def given_in(args: argparse.Namespace) -> Given:
    """What the arguments bring along."""
    return Given(args.policy, args.max_age, args.event, args.authority)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify without a store: needs nothing but the file."""
    parser = argparse.ArgumentParser(
        prog="audit verify",
        description="Verify an export, a receipt, a certificate, a proof, a checkpoint, a continuation or a case bundle.",
    )
    add_arguments(parser)
    args = parser.parse_args(arguments)
    return verify(args.file, args.key, args.checkpoint, sys.stdout, sys.stderr, given_in(args))


if __name__ == "__main__":
    sys.exit(main())
