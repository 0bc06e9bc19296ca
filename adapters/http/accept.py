"""What a client takes: `Accept` by type and subtype, the most precise range first (RFC 9110, 12.5.1). Parameters decide nothing."""

from __future__ import annotations

from typing import Final

_PRECISE: Final = 3


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
