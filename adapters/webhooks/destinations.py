"""Where webhooks may be sent: public addresses only, whatever a name resolves to at the moment of sending (SSRF).

The address that was checked is the one that is connected to, so a name cannot change its mind in between.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from application.refusals import Invalid
from domain.refusal import Refusal

Resolve = Callable[[str, int], Sequence[str]]

RESOLVE_WITHIN: Final = 3.0
"""Seconds a name has to resolve."""

_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]+")  # a name, an IPv4 address, or an IPv6 address without its brackets
_GLOBAL_V6: Final = ipaddress.ip_network("2000::/3")
_NEVER: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # a cloud's host, public by its number alone
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)


class Unresolved(OSError):
    """The name has no address just now."""


class Destination(NamedTuple):
    """A URL in the parts that are connected to."""

    secure: bool
    host: str
    port: int
    target: str


def parse(url: str, allow_private: bool = False) -> Destination:
    """The parts of a URL. Raises Invalid for what is no URL of a web server, Refusal: destination_refused for http or a user's name."""
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise _invalid("Must be a URL in printable ASCII characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid("Must be a URL.") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not _HOST.fullmatch(parts.hostname) or port == 0:
        raise _invalid("Must be an https URL with a host.")
    if parts.fragment or "#" in url:
        raise _invalid("Must not have a fragment.")
    if parts.username is not None or parts.password is not None:
        raise Refusal("destination_refused", why="A URL with a user name or a password is not kept.")
    secure = parts.scheme == "https"
    if not secure and not allow_private:
        raise Refusal("destination_refused", why="Only https is sent to.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(secure, parts.hostname, port or (443 if secure else 80), target)


def addresses(to: Destination, allow_private: bool, resolve: Resolve) -> tuple[str, ...]:
    """The addresses to connect to. Raises Unresolved; Refusal: destination_refused where any of them is not a public one."""
    found = tuple(dict.fromkeys(address.partition("%")[0] for address in resolve(to.host, to.port)))
    if not found:
        raise Unresolved(to.host)
    if not allow_private and not all(is_public(address) for address in found):
        raise Refusal("destination_refused", why="Only public addresses are sent to.")
    return found


def is_public(address: str) -> bool:
    """Whether anybody on the internet could reach the address: not private, loopback, link-local, shared (CGNAT), multicast, reserved,
    nor an IPv4 address wrapped in an IPv6 one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _GLOBAL_V6:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in network for network in _NEVER)


def resolve_by_dns(host: str, port: int) -> Sequence[str]:
    """The system's addresses of a name, within a bounded time. Raises Unresolved."""
    found: list[str] = []

    def look() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    thread = threading.Thread(target=look, name="webhooks-dns", daemon=True)
    thread.start()
    thread.join(RESOLVE_WITHIN)
    if thread.is_alive() or not found:
        raise Unresolved(host)
    return found


def _invalid(why: str) -> Invalid:
    return Invalid({"url": [why]})
