"""Links to listings, compared after canonicalisation (rule C1; RFC 3986, section 6)."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._~-]+|[0-9a-f:.]+")
_ENCODED_SLASH = re.compile("(%2f)", re.IGNORECASE)
_SAFE = "/:@!$&'()*+,;=~-._"


def canonical_link(link: str) -> str | None:
    """The one form of all spellings of a link; None where it is no absolute http(s) link.

    Scheme and host in lower case, no default port, no user, no fragment, no dot segments, percent-encoding in one form, query
    sorted. An encoded slash stays one: it is part of a name, not between names.
    """
    if len(link) > LONGEST or any(ord(c) < 0x21 or ord(c) == 0x7F for c in link):
        return None
    try:
        parts = urlsplit(link)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii").removesuffix(".")
        path = "%2F".join(map(_one_form, _ENCODED_SLASH.split(parts.path)[::2]))
        query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")), errors="surrogateescape")
    except ValueError:  # no port, no host name, or half a surrogate pair
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    name = f"[{host}]" if ":" in host else host
    authority = name if port in (None, _PORTS[parts.scheme]) else f"{name}:{port}"
    return urlunsplit(("https", authority, _without_dots(path), query, ""))


def _one_form(path: str) -> str:
    return quote(unquote(path, errors="surrogateescape"), safe=_SAFE, errors="surrogateescape")


def _without_dots(path: str) -> str:
    """The path without `.` and `..`, as a browser asks for it (RFC 3986, 5.2.4)."""
    *folders, last = path.split("/")[1:] or [""]
    kept: list[str] = []
    for name in [*folders, *([last] if last in (".", "..") else [])]:
        if name == "..":
            del kept[-1:]
        elif name != ".":
            kept.append(name)
    return "/" + "".join(f"{name}/" for name in kept) + ("" if last in (".", "..") else last)
