"""What a policy makes of the cosignatures under checkpoints that are already known to be the log's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from adapters.evidence.checkpoint import NoteError, PublicKey, checkpoint_from_text, parted
from adapters.evidence.cosignature import Cosignature, cosignatures
from adapters.evidence.reading import Tampered, printable
from adapters.witnesses.policy import Policy
from adapters.wording.instants import instant_of

AHEAD: Final = 300
"""Seconds that a witness's clock may be ahead of ours."""


class Sight(Struct, frozen=True):
    """That a witness, by its name in the policy, saw a checkpoint: when by its clock, in seconds since 1970."""

    witness: str
    at: int

    @property
    def words(self) -> str:
        """Who and when."""
        return printable(f"{self.witness} at {_instant(self.at)}")


class Witnessed(Struct, frozen=True):
    """The largest checkpoint whose cosignatures are enough, in events, and who saw it."""

    size: int
    sights: list[Sight]


def judged(policy: Policy, log: PublicKey, notes: Sequence[str], now: float, hours: int | None = None) -> Witnessed:
    """The largest of the checkpoints that the policy holds for witnessed; cosignatures older than `hours` do not count.

    Raises Tampered: the policy is about other logs, a cosignature is broken or of a time to come, too old, or the quorum is not met.
    """
    if not policy.knows(log):
        about = ", ".join([*(known.name for known in policy.logs), *policy.others])
        raise Tampered(f"the policy is about another log: it names {about}, and this is {log.name}")
    found = sorted(((_size(note), _sights(policy, note, now)) for note in notes), key=lambda one: one[0], reverse=True)
    for size, sights in found:
        if policy.met(frozenset(one.witness for one in _fresh(sights, now, hours))):
            return Witnessed(size, sights)
    raise _short_of(policy, found, hours)


def _size(note: str) -> int:
    return checkpoint_from_text(parted(note)[0]).size


def _sights(policy: Policy, note: str, now: float) -> list[Sight]:
    names = {witness.key: name for name, witness in policy.witnesses.items()}
    try:
        found: list[Cosignature] = cosignatures(note, names)
    except NoteError as why:
        raise Tampered(str(why)) from None
    sights = [Sight(names[one.witness], one.at) for one in found]
    for one in sights:
        if one.at > now + AHEAD:
            raise Tampered(f"the cosignature of {one.words} is of a time that is still to come")
    return sights


def _fresh(sights: list[Sight], now: float, hours: int | None) -> list[Sight]:
    return [one for one in sights if hours is None or one.at >= now - hours * 3600]


def _short_of(policy: Policy, found: list[tuple[int, list[Sight]]], hours: int | None) -> Tampered:
    for size, sights in found:
        if policy.met(frozenset(one.witness for one in sights)):
            seen = ", ".join(one.words for one in sights)
            return Tampered(f"the cosignatures are too old: the first {size} events were seen by {seen}, over {hours} hours ago")
    size, sights = found[0] if found else (0, [])
    who = " and ".join(one.witness for one in sights) or "none of its witnesses"
    what = f"the checkpoint of {size} events" if found else "a checkpoint"
    return Tampered(f"the quorum is not met: the policy asks for {policy.wanted()}, and {who} cosigned {what}")


def _instant(seconds: int) -> str:
    try:
        return instant_of(seconds)
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
