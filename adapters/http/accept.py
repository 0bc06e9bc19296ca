"""What a client takes: `Accept` by type and subtype, the most precise range first (RFC 9110, 12.5.1). Parameters decide nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

_PRECISE: Final = 3


def spoken(accept_language: str, languages: Collection[str], default: str) -> str:
    """The language to answer in: of those there are the one that is asked for most, by its primary tag (RFC 4647, 3.4), else the default.

    `zh-CN, en;q=0.5` is Chinese where there is a Chinese of any country: werkzeug's own choice would be the exact, and less wanted, `en`.
    """
    asked = parse_accept_header(accept_language, LanguageAccept)
    for tag, quality in sorted(asked, key=lambda one: -one[1]):
        primary = tag.partition("-")[0].lower()
        if quality > 0 and (primary in languages or tag == "*"):
            return default if tag == "*" else primary
    return default


def welcome(accept: str, kind: str) -> bool:
    """Whether an answer of this type may be sent to a client that asks so; one that asks for nothing takes anything."""
    best, quality = 0, 1.0 if not accept.strip() else 0.0
    for part in accept.split(","):
        wanted, *parameters = (piece.strip() for piece in part.split(";"))
        precision = _precision(wanted.lower(), kind)
        if precision > best or (precision == best and precision):
            asked = _quality(parameters)
            best, quality = precision, asked if precision > best else max(quality, asked)
    return quality > 0


def _precision(wanted: str, kind: str) -> int:
    """3 for the type itself, 2 for its family, 1 for anything, 0 for another type."""
    family = kind.partition("/")[0]
    return {kind: _PRECISE, f"{family}/*": 2, "*/*": 1}.get(wanted, 0)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
