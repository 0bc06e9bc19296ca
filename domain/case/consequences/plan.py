"""What only the outside can tell of a notice: given to the decider that serves it, and found again in what was recorded."""

from __future__ import annotations

from msgspec import Struct


class NoticePlan(Struct, frozen=True):
    """What only the outside can tell of a notice to be served: its random id; link and picture in the feed at acceptance (rules C5, F2)."""

    notice_id: str
    link: str
    picture: str | None = None
    region: tuple[float, float, float, float] | None = None
    shows_original: bool = False
