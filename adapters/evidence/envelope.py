"""What tamper evidence has to know of a stored event: that it is one line of JSON, and six of its values, as their exact bytes."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct


class EventType(Struct, frozen=True, gc=False):
    """The event inside the envelope: only its name matters here."""

    type: Raw


class Envelope(Struct, frozen=True, gc=False):
    """The values of an envelope that an export repeats, each as JSON text (a string with its quotes)."""

    originator_id: Raw
    id: Raw
    at: Raw
    recorded_at: Raw
    event: EventType


class PlainType(Struct, gc=False):
    """The event inside a plain envelope."""

    type: str


class PlainEnvelope(Struct, gc=False):
    """The same values as texts, which is quicker. Where no backslash is in an envelope, a text has one form in JSON: itself in quotes."""

    originator_id: str
    id: str
    at: str
    recorded_at: str
    event: PlainType


class _Identity(Struct, frozen=True):
    id: str


decode_plain = msgspec.json.Decoder(PlainEnvelope).decode
decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_identity = msgspec.json.Decoder(_Identity).decode

UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What decoding of bytes that are no envelope raises; nesting that is too deep included."""


def envelope_of(state: bytes) -> Envelope | None:
    """The envelope, or None when the bytes are not one line of JSON with the values as strings."""
    if b"\n" in state:
        return None
    try:
        envelope = decode_envelope(state)
    except UNREADABLE:
        return None
    values = (envelope.originator_id, envelope.id, envelope.at, envelope.recorded_at, envelope.event.type)
    return envelope if all(bytes(value).startswith(b'"') for value in values) else None


def event_id_of(state: bytes) -> str:
    """The event's id, or an empty string when the bytes do not tell."""
    try:
        return _decode_identity(state).id
    except UNREADABLE:
        return ""
