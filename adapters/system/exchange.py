"""One request to a service that the operator chose, and its answer: bounded in time and size, and never redirected."""

from __future__ import annotations

import http.client
import ssl
import threading
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

PIECE_WITHIN: Final = 5.0
"""Seconds for a connection, and from one piece of the answer to the next."""
WITHIN: Final = 10.0
"""Seconds for all of it, however slowly it trickles."""
MOST_BYTES: Final = 256 * 1024


class Unanswered(Exception):
    """Nobody answered, or not in time, or too much: why, in a few words."""


class ServiceReply(NamedTuple):
    """An answer of whatever status."""

    status: int
    body: bytes


def post(url: str, content_type: str, body: bytes, within: float = WITHIN) -> ServiceReply:
    """The answer to a POST. Raises Unanswered."""
    try:
        to = urlsplit(url)
        connection = _connection(to)
    except (ValueError, UnicodeError):
        raise Unanswered(f"{url} is no address such as https://witness.example") from None
    deadline = threading.Timer(within, _cut, [connection])
    deadline.daemon = True
    deadline.start()
    try:
        connection.request("POST", (to.path or "/") + (f"?{to.query}" if to.query else ""), body, {"Content-Type": content_type})
        answer = connection.getresponse()
        read = answer.read(MOST_BYTES + 1)
        if len(read) > MOST_BYTES:
            raise Unanswered(f"answered more than {MOST_BYTES} bytes")
        return ServiceReply(answer.status, read)
    except ssl.SSLError:
        raise Unanswered("has no certificate that is trusted here") from None
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(f"does not answer ({' '.join(str(error).split()) or type(error).__name__})") from None
    finally:
        deadline.cancel()
        connection.close()


def _connection(to: SplitResult) -> http.client.HTTPConnection:
    if to.scheme not in ("http", "https") or not to.hostname:
        raise ValueError
    if to.scheme == "http":
        return http.client.HTTPConnection(to.hostname, to.port, timeout=PIECE_WITHIN)
    return http.client.HTTPSConnection(to.hostname, to.port, timeout=PIECE_WITHIN, context=ssl.create_default_context())


def _cut(connection: http.client.HTTPConnection) -> None:
    """End whatever waits on the connection, from another thread."""
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(SHUT_RDWR)
