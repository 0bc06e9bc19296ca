"""Has the log's checkpoints dated, one in each interval, beside everything else: an authority that is silent delays nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal, Protocol

from adapters.evidence.attestation import Contact, KeptToken, failed
from adapters.evidence.checkpoint import checkpoint_from_text, parted
from adapters.system.exchange import ServiceReply, Unanswered, post
from adapters.timestamps.authority import Authority
from adapters.timestamps.tokens import AuthorityRefuses, asked
from adapters.wording.instants import instant_of

POLL: Final = 2.0
"""Seconds between two looks."""
AGAIN: Final = 60.0
"""Seconds after which an authority that gave no token is asked again."""

_logger = logging.getLogger(__name__)


class DatedLog(Protocol):
    """What is dated: a `TamperEvidence`."""

    def ticked(self) -> str | None:
        """The note of the last checkpoint that came by the clock."""
        ...


class TokenNotes(Protocol):
    """Where tokens and contacts are kept: `SqlAttestations`."""

    def keep_token(self, token: KeptToken, certificates: Iterable[bytes], digests: Iterable[str]) -> None: ...
    def last_of_authority(self, authority: str) -> tuple[int, int]: ...
    def contact(self, who: str) -> Contact | None: ...
    def keep_contact(self, contact: Contact) -> None: ...


class Timestamping:
    """Asks one authority. Any number of servers may do so; `every` is the seconds between two tokens at least."""

    def __init__(
        self,
        authority: Authority,
        log: Callable[[], DatedLog],
        kept: Callable[[], TokenNotes],
        every: int = 0,
        wall: Callable[[], float] = time.time,
        send: Callable[[str, str, bytes], ServiceReply] = post,
    ) -> None:
        self.authority = authority
        self._log, self._kept, self._every, self._wall, self._send = log, kept, every, wall, send
        self._not_before = 0.0

    def look(self) -> None:
        """Have the last checkpoint by the clock dated where it is a new one and the interval is over; what fails is said once."""
        note, now = self._log().ticked(), self._wall()
        if note is None or now < self._not_before:
            return
        size, at = self._kept().last_of_authority(self.authority.digest)
        if checkpoint_from_text(parted(note)[0]).size <= size or now < at + self._every:
            return
        try:
            self.ask(note)
        except (AuthorityRefuses, Unanswered) as why:
            self._not_before = now + AGAIN
            self._failed("refused" if isinstance(why, AuthorityRefuses) else "silent", str(why))

    def ask(self, note: str) -> tuple[KeptToken, datetime]:
        """Have a checkpoint of the log's dated, and keep the token. Raises AuthorityRefuses, Unanswered."""
        text, authority = parted(note)[0], self.authority
        token, at = asked(authority, text, self._send)
        kept = KeptToken(checkpoint_from_text(text).size, authority.digest, int(at.timestamp()), token)
        self._kept().keep_token(kept, authority.certificates, [sha256(one).hexdigest() for one in authority.certificates])
        self._kept().keep_contact(Contact(authority.digest, kept.size))
        return kept, at

    def _failed(self, state: Literal["refused", "silent"], why: str) -> None:
        before = self._kept().contact(self.authority.digest)
        if before is None or before.state != state:
            _logger.warning("the time-stamping authority %s %s", self.authority.subject, why)
        self._kept().keep_contact(failed(before, self.authority.digest, state, why, instant_of(round(self._wall()))))
