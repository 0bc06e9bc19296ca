"""All that can happen to a case: the one list from which folding, replay, counterfactual and reports are derived.

Whoever adds an act adds its file and names it here twice: in the union, which type checkers and stored bytes need, and in the list.
Anything less fails when this is read, or in `mypy`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias, get_args

from domain.case.act import CaseAct, CaseEvent, Redo, is_act
from domain.case.acts.accepting import ACCEPTANCE, Accepted
from domain.case.acts.appealing import APPEAL, RoundOpened
from domain.case.acts.asking_review import REVIEW, ReviewRequested
from domain.case.acts.claiming import CLAIM, Claimed
from domain.case.acts.deciding import DECISION, RoundDecided
from domain.case.acts.deciding_review import REVIEW_DECISION, ReviewDecided
from domain.case.acts.declining import REFUSAL, Declined
from domain.case.acts.exempting import SPECIAL, RoundExempted
from domain.case.acts.filing_outcome import BODY_OUTCOME, BodyDecided
from domain.case.acts.lifting import LIFT, Lifted
from domain.case.acts.lodging import COMPLAINT_LODGED, ComplaintLodged
from domain.case.acts.noting import NOTE, NoteAdded
from domain.case.acts.releasing import CLAIM_RELEASE, ClaimReleased
from domain.case.acts.reopening import REOPENING, Reopened
from domain.case.acts.taking_to_body import BODY, TakenToBody
from domain.case.acts.withdrawing import WITHDRAWAL, Withdrawn
from domain.case.consequences.ending import FINALIZED, VOIDED, Finalized, Voided
from domain.case.consequences.notice import NOTICE_SERVED, NoticeServed
from domain.case.consequences.penalty import PENALIZED, Penalized
from domain.case.consequences.reviewable import REVIEW_WINDOW_OPENED, ROUND_REVERSED, ReviewWindowOpened, RoundReversed
from domain.case.consequences.window import (
    REMINDER_SENT,
    WINDOW_CLOSED,
    WINDOW_OPENED,
    ReminderSent,
    WindowClosed,
    WindowOpened,
)
from domain.case.folding import FOLDS

CASE_EVENTS: TypeAlias = (
    ComplaintLodged
    | Claimed
    | ClaimReleased
    | Declined
    | Accepted
    | NoticeServed
    | Penalized
    | WindowOpened
    | ReminderSent
    | WindowClosed
    | RoundOpened
    | RoundExempted
    | RoundDecided
    | Finalized
    | Lifted
    | Withdrawn
    | Reopened
    | Voided
    | NoteAdded
    | TakenToBody
    | BodyDecided
    | ReviewWindowOpened
    | ReviewRequested
    | ReviewDecided
    | RoundReversed
)

EVENTS: tuple[CaseEvent, ...] = (
    COMPLAINT_LODGED,
    CLAIM,
    CLAIM_RELEASE,
    REFUSAL,
    ACCEPTANCE,
    NOTICE_SERVED,
    PENALIZED,
    WINDOW_OPENED,
    REMINDER_SENT,
    WINDOW_CLOSED,
    APPEAL,
    SPECIAL,
    DECISION,
    FINALIZED,
    LIFT,
    WITHDRAWAL,
    REOPENING,
    VOIDED,
    NOTE,
    BODY,
    BODY_OUTCOME,
    REVIEW_WINDOW_OPENED,
    REVIEW,
    REVIEW_DECISION,
    ROUND_REVERSED,
)


def require_whole(events: Sequence[CaseEvent], union: Sequence[type]) -> None:
    """Raises TypeError that names what is wrong with a list: an event that is missing or twice, a command twice, a loud quiet act."""
    listed = Counter(one.event for one in events)
    acts = [one for one in events if isinstance(one, CaseAct)]
    commands = Counter(act.command for act in acts)
    wrong = [
        *(f"{event.__name__} is in CASE_EVENTS, and EVENTS does not say what it does to a case" for event in union if event not in listed),
        *(f"{event.__name__} is in EVENTS, and not in CASE_EVENTS" for event in listed if event not in union),
        *(f"{event.__name__} is in EVENTS twice" for event, times in listed.items() if times > 1),
        *(f"two acts are called {command!r}" for command, times in commands.items() if times > 1),
        *(f"{act.event.__name__} is called quiet, and decides something" for act in acts if _loud(act)),
    ]
    if wrong:
        raise TypeError("; ".join(wrong))


def _loud(act: CaseAct) -> bool:
    return act.quiet and (act.answers or act.ends or bool(act.compared))


def _said(fields: Sequence[str]) -> Callable[[Any], Any]:
    """Reads the compared fields of an event."""
    return attrgetter(*fields) if fields else lambda event: ()


def _by_a_person(act: CaseAct) -> Redo:
    """How the act is done again, asking whether it was one only of events that may be consequences."""
    redo = act.redo
    if "because" not in act.event.__struct_fields__:
        return redo
    return lambda case, at, by, event, under: redo(case, at, by, event, under) if is_act(event) else []


require_whole(EVENTS, get_args(CASE_EVENTS))

FOLDS.update((one.event, one.fold) for one in EVENTS)

ACTS: Mapping[type, CaseAct] = {one.event: one for one in EVENTS if isinstance(one, CaseAct)}
"""The acts by their events, for the many events that are no acts are then told by one look."""

REDONE: Mapping[type, Redo] = {act.event: _by_a_person(act) for act in ACTS.values()}
"""How an act's event is derived again; nothing is, where no person brought it about."""

ACTS_BY_COMMAND: Mapping[str, CaseAct] = {act.command: act for act in ACTS.values()}
"""The acts by the contract's names of their commands."""

ANSWERS = frozenset(one.event for one in EVENTS if one.answers)
"""The events that answer what was before the desk."""

ENDS = frozenset(one.event for one in EVENTS if one.ends)
"""The events that revoke a penalty and make an open appeal moot."""

DESK_ONLY = frozenset(one.event for one in EVENTS if one.desk_only)
"""The events that no party ever reads (rule H7)."""

ONE_PARTYS = frozenset(one.event for one in EVENTS if one.one_partys)
"""The events that one party never reads of the other (rule H9); each names its `party`."""

COMPARED: Mapping[type, Callable[[Any], Any]] = {one.event: _said(one.compared) for one in EVENTS}
"""Reads of each event what may not differ if two histories went the same way."""
