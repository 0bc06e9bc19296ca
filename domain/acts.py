"""People's acts in a case: what was recorded of each, given to the decider that made it (rule G2).

Facts are who acted when, and what only the outside could tell: ids, reasons, sealed texts, the notice's link and picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from domain import complaint
from domain.case import Case
from domain.events import AnyEvent, Happened, Recorded
from domain.events import complaint as happened
from domain.law import Law
from domain.windows import NoticePlan

Decide: TypeAlias = Callable[[Case, Recorded, Any, Law, Sequence[Recorded]], list[Happened]]
"""Given the case, the act and its event, the law, and all that the command wrote; what a lapse brought about is no act: nothing."""


def _accept(case: Case, act: Recorded, event: happened.Accepted, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    if event.because == "lapse":
        return []
    return complaint.accept(case, act.recorded_at, act.by, event.reasons, plan_in(group), law)


def _decline(case: Case, act: Recorded, event: happened.Declined, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    if event.because == "lapse":
        return []
    return complaint.decline(case, act.recorded_at, act.by, event.reasons)


def _open_round(case: Case, act: Recorded, event: happened.RoundOpened, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    return complaint.open_appeal(case, act.recorded_at, event.appeal_id, law)


def _decide_round(case: Case, act: Recorded, event: happened.RoundDecided, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    if event.because == "lapse":
        return []
    return complaint.decide_appeal(case, act.recorded_at, act.by, event.round, event.outcome, event.reasons, law)


def _exempt(case: Case, act: Recorded, event: happened.RoundExempted, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    return complaint.mark_special(case, act.recorded_at, act.by, event.round)


def _withdraw(case: Case, act: Recorded, event: happened.Withdrawn, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    return complaint.withdraw(case, act.recorded_at, event.reason, law)


def _lift(case: Case, act: Recorded, event: happened.Lifted, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    if event.because != "desk":
        return []
    return complaint.lift(case, act.recorded_at, act.by, event.reasons)


def _reopen(case: Case, act: Recorded, event: happened.Reopened, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    return complaint.reopen(case, act.recorded_at, act.by, event.reasons, complainant_terminated=True)


def _claim(case: Case, act: Recorded, event: happened.Claimed, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    return complaint.claim(case, act.recorded_at, act.by, law)


def _release(case: Case, act: Recorded, event: happened.ClaimReleased, law: Law, group: Sequence[Recorded]) -> list[Happened]:
    return complaint.release_claim(case, act.recorded_at, act.by)


ACTS: dict[type, Decide] = {
    happened.Accepted: _accept,
    happened.Declined: _decline,
    happened.RoundOpened: _open_round,
    happened.RoundDecided: _decide_round,
    happened.RoundExempted: _exempt,
    happened.Withdrawn: _withdraw,
    happened.Lifted: _lift,
    happened.Reopened: _reopen,
    happened.Claimed: _claim,
    happened.ClaimReleased: _release,
}
"""By the event's type, for the many events that are no acts are then told by one look (a third of the replay's time otherwise)."""


def plan_in(recorded: Sequence[Recorded]) -> NoticePlan:
    """What the outside told of the notice that was served; an empty plan where none was."""
    for one in recorded:
        event = one.event
        if isinstance(event, happened.NoticeServed):
            return NoticePlan(event.notice_id, event.link, event.picture, event.region, event.shows_original)
    return NoticePlan("", "")


def lodging_of(event: AnyEvent) -> complaint.Lodging:
    """What was complained of. Raises TypeError for any other event."""
    if not isinstance(event, happened.ComplaintLodged):
        raise TypeError(f"a case does not begin with {type(event).__name__}")
    return complaint.Lodging(
        event.complainant,
        event.respondent,
        event.filing_id,
        event.listing_id,
        event.link,
        event.statement,
        event.request,
        event.sighting_id,
    )
