"""The shadow: a draft rulebook that runs beside the live one. It decides nothing and reaches no party (rule G7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from application.acting import Act, stream_of
from application.refusals import NotFound
from domain.events import Happened
from domain.events.replay import ShadowBegun, ShadowEnded
from domain.recorded import Recorded
from domain.rulebook import Rulebook, parse_rulebook, to_document

SHADOW = stream_of("shadow", "")
"""The one stream of them all: one runs at a time."""


class Shadow(NamedTuple):
    """A draft that runs over the cases lodged at or after `since`; `id` is that of the event by which it began, `new` by this act."""

    id: str
    rulebook: Rulebook
    since: datetime
    by: str
    at: datetime
    new: bool = False


def running(recorded: Sequence[Recorded]) -> Shadow | None:
    """The shadow that runs, by the events of its stream; None where none does."""
    last = recorded[-1] if recorded else None
    if last is None or not isinstance(last.event, ShadowBegun):
        return None
    return Shadow(last.id, parse_rulebook(last.event.document), last.event.since, last.by, last.at)


def begin(act: Act, rulebook: Rulebook, since: datetime | None) -> Shadow:
    """Let a draft run, by default over the cases lodged from now on. Another that runs ends by that; the same one goes on."""
    before = running(act.load(SHADOW))
    if before is not None:
        if before.rulebook.digest == rulebook.digest and since in (None, before.since):
            return before
        _end(act, before)
    since = act.now if since is None else since
    begun = ShadowBegun(rulebook.ref, to_document(rulebook), since)
    (recorded,) = act.append(SHADOW, [Happened(act.now, begun, act.by, rulebook.ref)])
    return Shadow(recorded.id, rulebook, since, act.by, act.now, new=True)


def end(act: Act) -> None:
    """End the one that runs. Raises NotFound where none does."""
    before = running(act.load(SHADOW))
    if before is None:
        raise NotFound
    _end(act, before)


def _end(act: Act, shadow: Shadow) -> None:
    act.append(SHADOW, [Happened(act.now, ShadowEnded(shadow.rulebook.digest), act.by, shadow.rulebook.ref)])
