"""The draft that runs beside the live rulebook, and its report (G7)."""

from __future__ import annotations

from adapters.http.schemas.audit import Reported
from adapters.http.schemas.fields import OneOrOther, Received, Shown, free, instant, text, whole, word


class ShadowBody(Received):
    """Which rulebook: a published version, or a document; and over the cases lodged since when, by default from now on."""

    rulebook = OneOrOther(text(1, 200), free({}), required=True, metadata={"examples": ["2026-01"]})
    since = instant("2026-03-01T00:00:00Z", load_default=None, allow_none=True)


class Shadow(Shown):
    """The draft that runs, and how far it is."""

    rulebook = free({"name": "draft", "version": "1", "digest": "5f0c…"})
    document = free({"name": "draft", "version": "1", "appeal": {"rounds": 3}})
    since = instant("2026-03-01T00:00:00Z")
    begun_at = instant()
    by = word("root")
    position = whole(example=4402, meaning="Up to where in the log it has read.", required=False)
    behind = whole(example=0, meaning="How many positions that is behind the log's head.", required=False)
    stale = whole(example=0, meaning="Cases that are to be told anew.", required=False)
    untold = whole(example=0, meaning="Cases of which nothing can be told.", required=False)


class ShadowReport(Reported):
    """What the draft would have done by now: the report of a replay under it over the same cases."""

    since = instant("2026-03-01T00:00:00Z")
