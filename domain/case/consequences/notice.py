"""The notice: all that the respondent may see of a case (rules C4, C5)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from domain.case.act import CaseEvent
from domain.case.consequences.plan import NoticePlan
from domain.case.state import Case
from domain.events import Event, Fact
from domain.working_days import Deadline, ProofLine


class NoticeServed(Event, frozen=True):
    """All that the respondent may see of the case, and the only source of what it is shown (rule C5)."""

    notice_id: str
    respondent: str
    listing_id: str
    link: str
    reasons: tuple[str, ...]
    rule: str
    round: int
    closes: Deadline
    appeals_left: int
    proof: tuple[ProofLine, ...]
    picture: str | None = None
    region: tuple[float, float, float, float] | None = None
    shows_original: bool = False


def plan_in(recorded: Sequence[Fact]) -> NoticePlan:
    """What the outside told of the notice that was served; an empty plan where none was."""
    for one in recorded:
        event = one.event
        if isinstance(event, NoticeServed):
            return NoticePlan(event.notice_id, event.link, event.picture, event.region, event.shows_original)
    return NoticePlan("", "")


def _notice_served(case: Case, fact: Fact, event: NoticeServed) -> Case:
    return replace(case, rounds_allowed=event.appeals_left)


NOTICE_SERVED = CaseEvent(
    event=NoticeServed,
    fold=_notice_served,
    compared=("closes.closes_at", "appeals_left"),
    answers=False,
    ends=False,
    desk_only=False,
    one_partys=False,
)
