"""The deliverer: takes what is due from the queue, signs it, sends it, and says how it went."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import OperationalError
from standardwebhooks import Webhook as Signing

from adapters.webhooks.queue import Delivery
from adapters.webhooks.sending import NoAnswer
from adapters.webhooks.subscriptions import Webhooks
from projections.reading import ViewsBehind

POLL: Final = 1.0
"""Seconds between two looks where nothing is due."""

_GONE = 410
_PATIENCE = 5.0
_logger = logging.getLogger(__name__)


class Deliverer:
    """Delivers from `start()` to `stop()`; several processes may do so at once."""

    def __init__(self, webhooks: Webhooks, threads: int = 4, poll: float = POLL) -> None:
        self._webhooks, self._number, self._poll = webhooks, threads, poll
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to deliver."""
        if not self._threads:
            self._stopping.clear()
            self._threads = [
                threading.Thread(target=self._run, args=(number == 0,), name=f"webhooks-{number}", daemon=True)
                for number in range(self._number)
            ]
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """End; a try at hand that does not end soon is left, and its delivery is free again when its lease has run out."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._threads = []

    def deliver_due(self) -> int:
        """Collect what is new and send all that is due now; how many tries that took."""
        self._webhooks.collect()
        tries = 0
        while not self._stopping.is_set() and self.deliver_next():
            tries += 1
        return tries

    def deliver_next(self) -> bool:
        """Send one delivery that is due now; False where none is."""
        one = self._webhooks.queue.claim()
        if one is not None:
            self._try(one)
        return one is not None

    def _run(self, collects: bool) -> None:
        while not self._stopping.is_set():
            try:
                if collects:
                    self._webhooks.collect()
                if not self.deliver_next():
                    self._stopping.wait(self._poll)
            except (ViewsBehind, OperationalError):
                self._stopping.wait(self._poll)
            except Exception:
                _logger.exception("webhooks could not be delivered; trying again")
                self._stopping.wait(self._poll)

    def _try(self, one: Delivery) -> None:
        target = self._webhooks.target(one.member, one.sealed)
        if target is None:
            return
        now = self._webhooks.wall()
        queue = self._webhooks.queue
        try:
            status = self._webhooks.sender.post(target.url, signed(one.message, one.body, target.live(now), now), one.body)
        except NoAnswer as why:
            queue.unanswered(one, str(why))
            return
        if 200 <= status < 300:
            queue.delivered(one)
        else:
            queue.refused(one, f"status {status}", disable=status == _GONE)


def signed(message: str, body: bytes, secrets: list[str], now: float) -> dict[str, str]:
    """The headers of the Standard Webhooks specification; one signature a secret, so that a receiver can change over."""
    at = datetime.fromtimestamp(int(now), UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "originals-webhooks/1",
        "webhook-id": message,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(Signing(secret).sign(message, at, body.decode()) for secret in secrets),
    }
