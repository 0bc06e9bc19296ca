"""Events to stored bytes and back: the state is the whole `Recorded` as canonical JSON, so that it stands for itself.

Canonical means: fields in the order of their declaration, keys of free objects sorted, no spaces, instants in UTC.
"""

from __future__ import annotations

from typing import Any

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from msgspec import Struct

from adapters.store.upcasting import UPCASTERS, Upcasters, topic_of, type_of, upcast
from domain.recorded import Recorded

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError)
"""What decoding raises on bytes that are no event, and on what is not even bytes."""


class Unreadable(ValueError):
    """A stored event that cannot be read, or whose columns do not agree with what it says of itself."""


class _Named(Struct):
    id: str


class RecordedMapper(Mapper[str]):
    """The library's mapper for `Recorded`, with upcasting of its own."""

    def __init__(self, upcasters: Upcasters = UPCASTERS) -> None:
        super().__init__(JSONTranscoder())
        self._upcasters = upcasters
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self._decode = msgspec.json.Decoder(Recorded).decode
        self._named = msgspec.json.Decoder(_Named).decode
        self._topics: dict[type, str] = {}

    def topic(self, event: object) -> str:
        """The topic that events of this one's type are written under."""
        kind = type(event)
        topic = self._topics.get(kind)
        if topic is None:
            topic = self._topics[kind] = topic_of(kind.__name__, self._upcasters)
        return topic

    def state(self, recorded: Recorded) -> bytes:
        """The canonical bytes."""
        return self._encode(recorded)

    def id_in(self, state: bytes) -> str:
        """The event's id, without reading the rest."""
        return self._named(state).id

    def read(self, originator_id: str, originator_version: int, topic: str, state: bytes) -> Recorded:
        """The event in a row of the log. Raises Unreadable."""
        if topic in self._upcasters:
            recorded = self._upcast(topic, state)
        else:
            try:
                recorded = self._decode(state)
            except UNREADABLE as why:
                raise Unreadable(f"{topic} {originator_id}/{originator_version}: {why}") from why
            if self.topic(recorded.event) != topic:
                raise Unreadable(f"{originator_id}/{originator_version} is filed under {topic}, but says it is another event")
        if recorded.originator_version != originator_version or recorded.originator_id != originator_id:
            raise Unreadable(f"{topic} in {originator_id}/{originator_version} says it belongs elsewhere")
        return recorded

    def _upcast(self, topic: str, state: bytes) -> Recorded:
        try:
            document: dict[str, Any] = msgspec.json.decode(state)
            if document["event"]["type"] != type_of(topic):
                raise Unreadable(f"an event filed under {topic} says it is another one")
            document["event"] = upcast(topic, document["event"], self._upcasters)
            return msgspec.convert(document, Recorded, builtin_types=(), str_keys=True)
        except (*UNREADABLE, KeyError) as why:
            raise Unreadable(f"an event filed under {topic}: {why}") from why

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """The row of an event."""
        if not isinstance(domain_event, Recorded):
            raise TypeError(f"the log keeps {Recorded.__name__}, not {type(domain_event).__name__}")
        return StoredEvent(
            domain_event.originator_id, domain_event.originator_version, self.topic(domain_event.event), self._encode(domain_event)
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """The event of a row. Raises Unreadable."""
        return self.read(str(stored_event.originator_id), stored_event.originator_version, stored_event.topic, stored_event.state)
