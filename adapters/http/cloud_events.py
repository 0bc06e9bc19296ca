"""Events of the log as CloudEvents 1.0 (contract, audit)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

SOURCE: Final = "/v1/audit/events"
_NULL: Final = Raw(b"null")


class _Envelope(Struct):
    originator_id: str
    id: str
    at: Raw
    recorded_at: Raw
    by: str
    command: str
    event: dict[str, Any]
    rules: Raw = _NULL
    calendar: Raw = _NULL


_decoder: Final = msgspec.json.Decoder(_Envelope)


def cloud_event(state: bytes) -> bytes:
    """One stored event as a line of the feed: `time` is when it takes effect, `recordedat` when it was saved."""
    envelope = _decoder.decode(state)
    data = dict(envelope.event)
    body: dict[str, Any] = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": SOURCE,
        "type": data.pop("type"),
        "subject": envelope.originator_id,
        "time": envelope.at,
        "recordedat": envelope.recorded_at,
        "datacontenttype": "application/json",
        "data": {"by": envelope.by, "command": envelope.command, "rules": envelope.rules, "calendar": envelope.calendar, **data},
    }
    return msgspec.json.encode(body)
