"""What is stored can be read for ever: canonical bytes, a schema that does not change unseen, old bytes, upcasters."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Literal

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.mapper import RecordedMapper, Unreadable
from adapters.store.upcasting import UPCASTERS, Step, topic_of, type_of
from domain.case.events import Withdrawn
from domain.events.member import AttemptRefused
from domain.recorded import Recorded
from tests.adapters.store import snapshot
from tests.adapters.store.acts import NOON, event

CORPUS = [msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in snapshot.CORPUS.read_bytes().splitlines()]


def attempt(facts: dict[str, Any]) -> Recorded:
    return msgspec.structs.replace(event("s", 1), id="0", event=AttemptRefused("appeal", "c", "window_closed", facts))


@pytest.mark.rule("G1")
def test_events_are_the_same_after_writing_and_reading() -> None:
    mapper = RecordedMapper()
    for recorded in snapshot.samples():
        assert mapper.to_domain_event(mapper.to_stored_event(recorded)) == recorded


@pytest.mark.rule("G4")
def test_the_bytes_are_canonical() -> None:
    state = RecordedMapper().state
    assert state(attempt({"b": 1, "a": {"d": 2, "c": 3}})) == state(attempt({"a": {"c": 3, "d": 2}, "b": 1}))
    assert b" " not in state(attempt({"b": [1, 2]}))
    assert b'"recorded_at":"2026-03-02T12:00:00Z"' in state(event("s", 1))


def test_the_state_tells_everything_by_itself() -> None:
    recorded = event("s", 4)
    assert msgspec.json.decode(RecordedMapper().state(recorded), type=Recorded) == recorded


def test_the_id_is_read_without_the_rest() -> None:
    mapper = RecordedMapper()
    recorded = event("s", 1)
    assert mapper.id_in(mapper.state(recorded)) == recorded.id


@pytest.mark.rule("G4")
@pytest.mark.parametrize(
    "changed",
    [{"originator_id": "t"}, {"originator_version": 2}, {"topic": "Withdrawn"}, {"topic": "Nothing"}, {"state": b"{}"}, {"state": b"\xff"}],
)
def test_a_row_that_does_not_agree_with_itself_is_not_read(changed: dict[str, Any]) -> None:
    mapper = RecordedMapper()
    stored = mapper.to_stored_event(event("s", 1))
    with pytest.raises(Unreadable):
        mapper.to_domain_event(replace(stored, **changed))


def test_every_event_ever_written_can_still_be_read() -> None:
    mapper = RecordedMapper()
    for line in CORPUS:
        topic = msgspec.json.decode(line["topic"], type=str)
        state = bytes(line["state"])
        recorded = mapper.read("0f" * 16, 1, topic, state)
        if topic not in UPCASTERS:
            assert mapper.state(recorded) == state, topic


def test_the_corpus_has_every_topic() -> None:
    topics = {msgspec.json.decode(line["topic"], type=str) for line in CORPUS}
    assert {topic_of(kind.__name__) for kind in snapshot.kinds()} | UPCASTERS.keys() <= topics


def test_no_stored_shape_changes_unseen() -> None:
    kept = json.loads(snapshot.SCHEMA.read_text())
    now = json.loads(json.dumps(snapshot.shapes()))
    changed = sorted(topic for topic, shape in now.items() if kept.get(topic) != shape)
    assert not changed, "new events or optional fields: python -m tests.adapters.store.snapshot; any other change needs an upcaster"


def test_every_shape_there_was_leads_to_one_of_today() -> None:
    for topic in json.loads(snapshot.SCHEMA.read_text()):
        while topic in UPCASTERS:
            topic = UPCASTERS[topic].becomes
        assert topic == snapshot.ENVELOPE or topic == topic_of(type_of(topic))
        assert topic == snapshot.ENVELOPE or type_of(topic) in {kind.__name__ for kind in snapshot.kinds()}


def test_only_new_optional_fields_and_new_words_are_harmless() -> None:
    class Old(msgspec.Struct, tag=True):
        a: int

    class Optional(msgspec.Struct, tag="Old"):
        a: int
        b: int | None = None

    class Required(msgspec.Struct, tag="Old"):
        a: int
        b: int

    class Other(msgspec.Struct, tag="Old"):
        a: str

    class One(msgspec.Struct, tag="Old"):
        a: Literal["x", "z"]

    class More(msgspec.Struct, tag="Old"):
        a: Literal["x", "y", "z"]

    def part(kind: type) -> Any:
        shape: dict[str, Any] = msgspec.json.schema(kind)["$defs"][kind.__name__]
        return {**shape, "title": "Old"}

    assert snapshot.is_harmless(part(Old), part(Optional))
    assert not snapshot.is_harmless(part(Old), part(Required))
    assert not snapshot.is_harmless(part(Old), part(Other))
    assert not snapshot.is_harmless(part(Optional), part(Old))
    assert snapshot.is_harmless(part(One), part(More))
    assert not snapshot.is_harmless(part(More), part(One))


UPCASTING = {
    "Quit": Step("Withdrawn", lambda old: {"type": "Withdrawn", "reason": old["why"]}),
    "Withdrawn": Step("Withdrawn.2", lambda old: {**old, "reason": f"v1.{old['reason']}"}),
}


def old_row(topic: str, **fields: str) -> StoredEvent:
    document = msgspec.to_builtins(event("s", 1))
    return StoredEvent("s", 1, topic, msgspec.json.encode({**document, "event": {"type": type_of(topic), **fields}}))


def test_old_bytes_are_read_in_the_shape_of_today() -> None:
    mapper = RecordedMapper(UPCASTING)
    read = [
        mapper.to_domain_event(row)
        for row in (old_row("Quit", why="w"), old_row("Withdrawn", reason="w"), old_row("Withdrawn.2", reason="v1.w"))
    ]
    assert [recorded.event for recorded in read if isinstance(recorded, Recorded)] == [Withdrawn("v1.w")] * 3  # type: ignore[arg-type]
    assert [recorded.at for recorded in read if isinstance(recorded, Recorded)] == [NOON] * 3


def test_events_are_written_under_the_topic_of_today() -> None:
    assert RecordedMapper(UPCASTING).topic(Withdrawn()) == "Withdrawn.2"
    assert RecordedMapper().topic(Withdrawn()) == "Withdrawn"
    assert topic_of("Quit", UPCASTING) == "Quit"


def test_old_bytes_that_no_step_fits_are_not_read() -> None:
    for broken in (old_row("Quit", reason="w"), replace(old_row("Quit", why="w"), topic="Withdrawn")):
        with pytest.raises(Unreadable):
            RecordedMapper(UPCASTING).to_domain_event(broken)
