"""What is sent: a message as the member's list shows it, and nothing else (rule C5)."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.wording.instants import instant
from projections.message import Message
from projections.message_texts import Language


def message_words(message: Message, language: Language) -> dict[str, Any]:
    """A message, in the list and in a webhook alike, in the language of its reader."""
    return {
        "id": message.id,
        "kind": message.kind,
        "about": message.about,
        "about_kind": message.about_kind,
        "text": message.text(language),
        "at": instant(message.at),
    }


def payload(message: Message, language: Language = "en") -> bytes:
    """The body of a webhook: `{type, timestamp, data}`."""
    return msgspec.json.encode({"type": message.kind, "timestamp": instant(message.at), "data": message_words(message, language)})
