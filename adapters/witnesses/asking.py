"""Asks a witness to cosign a checkpoint (C2SP tlog-witness, `add-checkpoint`).

The witness is told which size it saw last, with the proof that the checkpoint continues that. Where it saw another one it says so
(409), and is asked again with the proof from there. What it answers is verified before it counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adapters.evidence.checkpoint import Checkpoint, NoteError, checkpoint_from_text, parted, to_base64
from adapters.evidence.cosignature import Cosignature, cosignatures, with_cosignatures
from adapters.system.exchange import ServiceReply, Unanswered, post
from adapters.witnesses.judging import AHEAD
from adapters.witnesses.policy import Witness

TRIES: Final = 3
"""Times that a witness is asked for one checkpoint: it may see another server's meanwhile."""
OLDEST: Final = 600
"""Seconds that a new cosignature may be dated before now."""

Consistency = Callable[[int, int], list[bytes]]
"""The proof that the tree of one size begins the tree of another."""
Post = Callable[[str, str, bytes], ServiceReply]

_REFUSALS: Final = {
    400: "does not take the request for one (400)",
    403: "knows another key of this log (403)",
    404: "does not know this log (404)",
    422: "holds that this log is not a continuation of what it saw (422): the history was changed, or another signs with its key",
}


class WitnessRefuses(Exception):
    """The witness answers, and does not cosign: why, in words that go on after its name."""


def asked(witness: Witness, note: str, seen: int, consistency: Consistency, now: float, send: Post = post) -> Cosignature:
    """The witness's cosignature of the checkpoint; `seen` is the size that it cosigned last, as far as is known.

    Raises WitnessRefuses, and Unanswered where it does not answer.
    """
    checkpoint, old = checkpoint_from_text(parted(note)[0]), seen
    for _ in range(TRIES):
        if old > checkpoint.size:
            here = f"which has {checkpoint.size} here: it was rolled back, or another signs with its key"
            raise WitnessRefuses(f"has seen {old} events of this log, {here}")
        proof = consistency(old, checkpoint.size)
        reply = send(f"{(witness.url or '').rstrip('/')}/add-checkpoint", "text/plain; charset=utf-8", request_body(old, proof, note))
        if reply.status == 200:
            return _cosignature(witness, note, checkpoint, reply.body, now)
        if reply.status != 409:
            break
        old = _size_in(reply.body)
        if old < seen:
            raise WitnessRefuses(f"says that it saw {old} events of this log, and cosigned {seen}: it has forgotten what it saw")
    if reply.status in _REFUSALS:
        raise WitnessRefuses(_REFUSALS[reply.status])
    raise Unanswered(f"answered {reply.status}")


def request_body(old: int, proof: list[bytes], note: str) -> bytes:
    """The body of `add-checkpoint`."""
    return "\n".join([f"old {old}", *map(to_base64, proof), "", note]).encode()


def _size_in(body: bytes) -> int:
    digits = body.removesuffix(b"\n")
    if not digits.isdigit() or len(digits) > 18 or (digits != b"0" and digits.startswith(b"0")):
        raise Unanswered("answered 409 without the size that it saw")
    return int(digits)


def _cosignature(witness: Witness, note: str, checkpoint: Checkpoint, body: bytes, now: float) -> Cosignature:
    try:
        lines = body.decode().removesuffix("\n").split("\n")
        found = cosignatures(with_cosignatures(note, lines), [witness.key])
    except (NoteError, UnicodeDecodeError) as error:
        raise WitnessRefuses(f"answered what is no cosignature of this checkpoint: {error}") from None
    if not found:
        raise WitnessRefuses("answered without a cosignature of the key that the policy names")
    if not now - OLDEST <= found[0].at <= now + AHEAD:
        raise WitnessRefuses(f"dates its cosignature {round(abs(now - found[0].at))} seconds away from the clock here")
    return found[0]
