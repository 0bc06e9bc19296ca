"""Links to listings, compared after canonicalisation (rule C1; RFC 3986, section 6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

LONGEST = 2000
TRACKING = ("utm_*", "spm", "scm", "gclid", "fbclid", "msclkid", "mc_cid", "mc_eid")
"""Names of parameters that tell where a link was clicked; a setting names others."""
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
    link = unicodedata.normalize("NFC", link)
    try:
        parts = urlsplit(link)
        port, host = parts.port, (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
        path = "%2F".join(map(_one_form, _ENCODED_SLASH.split(parts.path)[::2]))
        query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")), errors="surrogateescape")
    except ValueError:  # no port, no host name, or half a surrogate pair
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    name = f"[{host}]" if ":" in host else host
    authority = name if port in (None, _PORTS[parts.scheme]) else f"{name}:{port}"
    return urlunsplit(("https", authority, _without_dots(path), query, ""))


def pasted_links(link: str, tracking: Sequence[str] = TRACKING) -> tuple[str, ...]:
    """The canonical links that a pasted one may stand for, the likeliest first: itself; without what a phone or a campaign added.

    Blanks around it and line breaks within it are those of a mail or a chat. Parameters whose name is in `tracking` (a `*` at the end
    stands for anything) tell who sent the link, not what it shows. A host `m.` is a phone's view of the host without it, or of `www.`.
    """
    whole = canonical_link(re.sub(r"[\t\r\n\u200b\ufeff]", "", link).strip().replace(" ", "%20"))
    if whole is None:
        return ()
    parts = urlsplit(whole)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(name, tracking)]
    hosts = [parts.netloc]
    if parts.netloc.startswith("m."):
        hosts += [parts.netloc[2:], f"www.{parts.netloc[2:]}"]
    forms = [(host, query) for host in hosts for query in (parts.query, urlencode(kept))]
    return tuple(dict.fromkeys(urlunsplit(("https", host, parts.path, query, "")) for host, query in forms))


def _tracks(name: str, tracking: Sequence[str]) -> bool:
    return any(name == one or (one.endswith("*") and name.startswith(one[:-1])) for one in tracking)


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
