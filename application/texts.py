"""Limits of texts, by the rulebook in force (rule H5)."""

from __future__ import annotations

from application.acting import Act
from domain.refusal import Refusal


def check_length(act: Act, text: str) -> str:
    """The text itself. Raises Refusal: text_too_long."""
    limit = act.law.in_force(act.now).limits.text_characters
    if len(text) > limit:
        raise Refusal("text_too_long", limit=limit, measured=len(text))
    return text
