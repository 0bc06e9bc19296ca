"""How events of former shapes are read: one step a topic, from the old document to the next one.

A topic is an event's type name while its shape is the first, then `Filed.2`, `Filed.3` and so on. To change a stored shape,
change the event, add its former topic here with a step that turns the old document into the new one, keep an old line in
the tests' corpus, and renew the schema snapshot. To rename an event, let the step return the new `type`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

Document: TypeAlias = dict[str, Any]


class Step(NamedTuple):
    """From one topic to the next: `turn` receives the event's document (with its `type`) and returns the next one."""

    becomes: str
    turn: Callable[[Document], Document]


Upcasters: TypeAlias = Mapping[str, Step]

UPCASTERS: Upcasters = {}


def type_of(topic: str) -> str:
    """The type name in a topic."""
    return topic.partition(".")[0]


def topic_of(name: str, upcasters: Upcasters = UPCASTERS) -> str:
    """The topic under which events of this type are written today."""
    topic = name
    while topic in upcasters and type_of(upcasters[topic].becomes) == name:
        topic = upcasters[topic].becomes
    return topic


def upcast(topic: str, event: Document, upcasters: Upcasters = UPCASTERS) -> Document:
    """The event's document in today's shape."""
    while topic in upcasters:
        step = upcasters[topic]
        topic, event = step.becomes, step.turn(event)
    return event


def topics_of(*names: str, upcasters: Upcasters = UPCASTERS) -> list[str]:
    """The topics under which events of these types are or were written."""
    former = [topic for topic in upcasters if type_of(topic) in names]
    return sorted({*names, *former, *(topic_of(name, upcasters) for name in names)})
