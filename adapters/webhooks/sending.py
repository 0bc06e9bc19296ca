"""One try of a delivery: a POST to a checked address, without redirects, within bounded time. Only the status is read."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final

from adapters.webhooks.destinations import Destination, Resolve, addresses, parse, resolve_by_dns
from application.refusals import Invalid
from domain.refusal import Refusal

CONNECT_WITHIN: Final = 5.0
"""Seconds for a connection to any of the addresses, and from one piece of the answer to the next."""

ANSWER_WITHIN: Final = 15.0
"""Seconds from the connection to the status of the answer, the handshake included, however slowly it trickles. With the name's
resolving all of a try is shorter than its lease (`schedule.py`)."""

ADDRESSES_TRIED: Final = 3


class NoAnswer(Exception):
    """Nobody answered: it says why, in one word or two."""


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked; the certificate is still held against the name."""

    def __init__(self, to: Destination, found: Sequence[str], tls: ssl.SSLContext | None, answer_within: float) -> None:
        super().__init__(to.host, to.port, timeout=CONNECT_WITHIN)
        self.default_port = 443 if to.secure else 80
        self._found, self._tls = found[:ADDRESSES_TRIED], tls
        self.deadline = threading.Timer(answer_within, self.cut)
        self.deadline.daemon = True

    def connect(self) -> None:
        """Connect to the first address that lets itself be connected to; the deadline runs from there on."""
        self.sock = self._first()
        self.sock.settimeout(CONNECT_WITHIN)
        self.deadline.start()
        if self._tls is not None:
            secured = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = secured
            secured.do_handshake()

    def cut(self) -> None:
        """End whatever waits on the connection, from another thread."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def _first(self) -> socket.socket:
        failed: OSError | None = None
        for address in self._found:
            try:
                return socket.create_connection((address, self.port), CONNECT_WITHIN / len(self._found))
            except OSError as error:
                failed = error
        raise failed or OSError


class Sender:
    """Sends; `allow_private` lets it reach private addresses and plain http, `tls` says whose certificates it believes."""

    def __init__(
        self,
        allow_private: bool = False,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve_by_dns,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self._allow_private, self._answer_within = allow_private, answer_within
        self._given = tls
        self._resolve = resolve

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Reading the system's certificates takes a while: not before something is sent."""
        return self._given or ssl.create_default_context()

    def accepts(self, url: str) -> None:
        """Whether webhooks may be sent there, as far as it can be told now. Raises Invalid; Refusal: destination_refused."""
        to = parse(url, self._allow_private)
        with suppress(OSError):  # a name that has no address yet is looked at again with each try
            addresses(to, self._allow_private, self._resolve)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer. Raises NoAnswer."""
        try:
            to = parse(url, self._allow_private)
            found = addresses(to, self._allow_private, self._resolve)
            connection = _Pinned(to, found, self._tls if to.secure else None, self._answer_within)
            return self._post(connection, to.target, headers, body)
        except (Refusal, Invalid):
            raise NoAnswer("destination refused") from None
        except ssl.SSLError:
            raise NoAnswer("no trusted TLS connection") from None
        except (OSError, http.client.HTTPException, ValueError):
            raise NoAnswer("no answer") from None

    def _post(self, connection: _Pinned, target: str, headers: Mapping[str, str], body: bytes) -> int:
        """Whatever the answer holds beside its status is left unread."""
        try:
            connection.connect()
            connection.request("POST", target, body, {**headers, "Connection": "close"})
            return connection.getresponse().status
        finally:
            connection.deadline.cancel()
            connection.close()
