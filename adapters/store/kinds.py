"""Whose stream an event belongs to, by the topic that it is or was filed under."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.store.upcasting import topics_of
from application.companions import KINDS, Kind

KIND_OF: Mapping[str, Kind] = {topic: kind for event, kind in KINDS.items() for topic in topics_of(event.__name__)}
"""The kind of stream by topic, of all that a replay derives or needs for it."""
