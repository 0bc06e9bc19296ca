"""Keeps the witnesses of a policy close behind the log: each is asked by itself, so that one which is silent delays no other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, Protocol

from adapters.evidence.attestation import Contact, failed
from adapters.evidence.checkpoint import checkpoint_from_text, parted
from adapters.system.exchange import Unanswered, post
from adapters.witnesses.asking import Post, WitnessRefuses, asked
from adapters.witnesses.policy import Policy, Witness
from adapters.wording.instants import instant_of

POLL: Final = 2.0
"""Seconds between two looks whether there is something to cosign."""
AGAIN: Final = 60.0
"""Seconds after which a witness that did not cosign is asked again."""
RENEWED: Final = 24 * 3600
"""Seconds after which the last cosignature of a log to which nothing was added is renewed, so that it is known to be of now."""

_logger = logging.getLogger(__name__)


class WitnessedLog(Protocol):
    """What is witnessed: a `TamperEvidence`."""

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` leaves is a prefix of the one of `new`."""
        ...

    def ticked(self) -> str | None:
        """The note of the last checkpoint that came by the clock."""
        ...


class WitnessNotes(Protocol):
    """Where cosignatures and contacts are kept: `SqlAttestations`."""

    def keep_cosignature(self, size: int, witness: str, at: int, line: str) -> None: ...
    def last_of_witness(self, witness: str) -> tuple[int, int]: ...
    def contact(self, who: str) -> Contact | None: ...
    def keep_contact(self, contact: Contact) -> None: ...


class WitnessAnswer(NamedTuple):
    """What a witness did: it has cosigned this checkpoint, or a greater one, or refuses, or is silent; and that in words."""

    witness: str
    state: Literal["cosigned", "ahead", "refused", "silent"]
    words: str


class Witnessing:
    """Asks the witnesses of a policy that have an address. Any number of servers may do so."""

    def __init__(
        self,
        policy: Policy,
        log: Callable[[], WitnessedLog],
        kept: Callable[[], WitnessNotes],
        wall: Callable[[], float] = time.time,
        send: Post = post,
    ) -> None:
        self.policy = policy
        self.asked = [witness for witness in policy.witnesses.values() if witness.url]
        self._log, self._kept, self._wall, self._send = log, kept, wall, send
        self._not_before: dict[str, float] = {}
        self._busy: set[str] = set()

    def look(self) -> None:
        """Ask whoever has not cosigned the last checkpoint by the clock, unless it failed just now or is still being asked.

        Nobody's answer is waited for; what fails is said once.
        """
        note = self._log().ticked()
        if note is not None:
            now = self._wall()
            self._start([one for one in self.asked if one.name not in self._busy and self._not_before.get(one.name, 0) <= now], note, [])

    def ask(self, note: str) -> list[WitnessAnswer]:
        """What each does with a checkpoint of the log's; the slowest is waited for."""
        outcomes: list[WitnessAnswer] = []
        for thread in self._start(self.asked, note, outcomes):
            thread.join()
        return sorted(outcomes)

    def _start(self, witnesses: list[Witness], note: str, outcomes: list[WitnessAnswer]) -> list[threading.Thread]:
        def ask(one: Witness) -> None:
            try:
                outcomes.append(self._one(one, note))
            finally:
                self._busy.discard(one.name)

        threads = [threading.Thread(target=ask, args=[one], name=f"witness {one.name}", daemon=True) for one in witnesses]
        self._busy.update(one.name for one in witnesses)
        for thread in threads:
            thread.start()
        return threads

    def _one(self, witness: Witness, note: str) -> WitnessAnswer:
        kept, now, size = self._kept(), self._wall(), checkpoint_from_text(parted(note)[0]).size
        seen, at = kept.last_of_witness(witness.key.text)
        if seen > size:
            return WitnessAnswer(witness.name, "ahead", f"has seen {seen} events of this log already")
        if seen == size and seen and now < at + RENEWED:
            return WitnessAnswer(witness.name, "cosigned", _cosigned(size, at))
        try:
            found = asked(witness, note, seen, self._log().consistency, now, self._send)
        except WitnessRefuses as why:
            return self._failed(witness, kept, "refused", why)
        except Unanswered as why:
            return self._failed(witness, kept, "silent", why)
        kept.keep_cosignature(size, witness.key.text, found.at, found.line)
        kept.keep_contact(Contact(witness.key.text, size))
        self._not_before.pop(witness.name, None)
        return WitnessAnswer(witness.name, "cosigned", _cosigned(size, found.at))

    def _failed(self, witness: Witness, kept: WitnessNotes, state: Literal["refused", "silent"], why: Exception) -> WitnessAnswer:
        before, now = kept.contact(witness.key.text), self._wall()
        if before is None or before.state != state:
            _logger.log(logging.ERROR if state == "refused" else logging.WARNING, "the witness %s %s", witness.name, why)
        kept.keep_contact(failed(before, witness.key.text, state, str(why), instant_of(round(now))))
        self._not_before[witness.name] = now + AGAIN
        return WitnessAnswer(witness.name, state, str(why))


def _cosigned(size: int, at: int) -> str:
    return f"cosigned the first {size} events at {instant_of(at)}"
