"""What a certificate says to people, derived from its event, so that whoever verifies it derives the same (rule B5)."""

from __future__ import annotations

from typing import Any

_FILED = (
    "This certifies that the picture whose SHA-256 is {digest} was filed by the member {owner} at {at}. "
    "The receipt holds the event as it was recorded and the proof that it is in the log whose checkpoint is signed by the key. "
    "Anyone can verify this file offline: `originals audit verify FILE`."
)


def about(event: dict[str, Any] | None) -> str | None:
    """The text for an event as its receipt reads it; None where no text belongs to it."""
    inner = event.get("event") if event else None
    if event is None or not isinstance(inner, dict) or inner.get("type") != "Filed":
        return None
    return _FILED.format(digest=inner.get("digest"), owner=inner.get("owner"), at=event.get("at"))
