"""What would have become of a case under another law (rule G3): acts and their instants are facts, what follows is derived anew.

How a counterfactual reads what the history does not say:
- Whoever tried was recorded (rule D5). A refused attempt is an act like any other, and may be heard this time.
- A party that did nothing would have done nothing: an unused window lapses by itself. Only where no notice was ever served in fact
  is it unknown whether the respondent would have appealed.
- The desk's silence is a fact only as long as the question was before it. Where a decision never happened that could have, the
  counterfactual is undetermined from there on, never a guess; a rulebook that allows no decision before the lapse leaves nothing open.
- A lapse that opens a window takes effect at its deadline, or at the instant at which this very lapse was recorded in fact (T7).
- That a protection fell is a fact of another stream: a case still open then falls with it, though it had ended in fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, assert_never

from domain.case.act import is_act
from domain.case.acts.lodging import begin, lodge, lodging_of
from domain.case.consequences.ending import Voided, Voiding
from domain.case.consequences.plan import NoticePlan
from domain.case.docket import COMPLAINT, Docket
from domain.case.events import ACTS, ACTS_BY_COMMAND
from domain.case.folding import evolve
from domain.case.lapse_reviews import open_reviews
from domain.case.replay import Fall
from domain.case.settling import NEVER, Consequence, Due, ahead, settle
from domain.case.state import Case, Status
from domain.events import CLOCK, Happened
from domain.events.member import AttemptRefused
from domain.law import Law
from domain.recorded import Recorded
from domain.refusal import Refusal, RefusedAttempt


class AffectedAct(NamedTuple):
    """An act that came to something else: command, instant, and the refusal's code where there is one."""

    command: str
    at: datetime
    code: str | None = None


class Counterfactual(NamedTuple):
    """What would have become of a case: its state at the horizon, or where it became undetermined, and all that would have happened.

    `unreached` are acts after the ending; `refused` acts that would have been refused; `heard` attempts that would have been allowed.
    """

    case: Case
    events: tuple[Happened, ...]
    undetermined_since: datetime | None
    unreached: tuple[AffectedAct, ...]
    refused: tuple[AffectedAct, ...]
    heard: tuple[AffectedAct, ...]

    @property
    def ending(self) -> str:
        """The status in the contract's words, or `undetermined`."""
        return "undetermined" if self.undetermined_since is not None else self.case.status.value


def counterfactual(
    facts: Sequence[Recorded],
    law: Law,
    until: datetime,
    fall: Fall | None = None,
    own: Law | None = None,
    docket: Docket | None = None,
) -> Counterfactual:
    """What would have become of a case under `law`, to the horizon `until`.

    `facts` are its events and the refused attempts on it, in the order of the log; `own` is the law that it happened under. Whoever
    asks for several laws can read the `docket` of these facts once.
    """
    course = _Course(facts, law, until, fall, docket or Docket(facts, until, own))
    own_before = 1
    for one in facts[1:]:
        if isinstance(one.event, AttemptRefused):
            course.take(one, one.event.command, own_before)
            continue
        act = ACTS.get(type(one.event))
        if act is not None and is_act(one.event):
            course.take(one, act.command, own_before)
        own_before += 1
    course.close()
    return Counterfactual(
        course.case,
        tuple(course.events),
        course.undetermined_since,
        tuple(course.unreached),
        tuple(course.refused),
        tuple(course.heard),
    )


class _Course:
    """The other course of a case; it is over where it has become undetermined."""

    def __init__(self, facts: Sequence[Recorded], law: Law, until: datetime, fall: Fall | None, docket: Docket) -> None:
        first = facts[0]
        lodged = lodge(lodging_of(first.event), first.at, law)
        self.case = begin(first.originator_id, lodged[0])
        self.events: list[Happened] = [*lodged]
        self.undetermined_since: datetime | None = None
        self.unreached: list[AffectedAct] = []
        self.refused: list[AffectedAct] = []
        self.heard: list[AffectedAct] = []
        self.law, self._until, self._fall = law, until, fall
        self._docket = docket

    # -- time ------------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """The horizon: whatever is due by then, and whether what is still open is open for certain."""
        voiding = self._fall.voiding if self._fall is not None else None
        self._settle(self._until, voiding)
        self._certain_at(self._until)
        window = self.case.window
        if window is not None and window.opened_at < self._until:
            self._answerable()

    def _settle(self, until: datetime, voiding: Voiding | None) -> None:
        """Everything due by then, each at its own instant."""
        while self.undetermined_since is None:
            ready = ahead(self.case, self.law, voiding, until)
            due = min(ready, key=lambda one: (self._effective(one, until), one.what.value), default=None)
            if due is None:
                return
            self._bring_about(due, self._effective(due, until), voiding)

    def _effective(self, due: Due, until: datetime) -> datetime:
        """At its deadline; where it opens a window, when it was recorded in fact, or when the next command would have found it."""
        if not due.opens_window:
            return due.at
        recorded = self._docket.lapsed.get(self._matter())
        return due.at if recorded is None else max(due.at, min(recorded, until))

    def _bring_about(self, due: Due, at: datetime, voiding: Voiding | None) -> None:
        match due.what:
            case Consequence.VOID:
                assert voiding is not None  # what is due is that the case falls
                self._certain_at(at)
                if self.undetermined_since is None:
                    self._add([Happened(at, Voided(voiding.because), CLOCK)])
                return
            case Consequence.LAPSE_COMPLAINT | Consequence.LAPSE_APPEAL:
                self._certain_at(due.at)
            case Consequence.CLOSE:
                self._answerable()
            case Consequence.REMIND:
                pass
            case _:
                assert_never(due.what)
        if self.undetermined_since is None:
            self._add(settle(self.case, at, self.law, self.plan))

    def _answerable(self) -> None:
        """Undetermined since its window opened, where in fact the respondent never had a notice to appeal against."""
        window = self.case.window
        if window is not None and not self._docket.served and self.undetermined_since is None:
            self.undetermined_since = window.opened_at

    def _certain_at(self, at: datetime) -> None:
        """Undetermined where the desk has a question before it that it did not have in fact up to that instant."""
        since = self._silent_until()
        if since < at and self.undetermined_since is None:
            self.undetermined_since = since

    def _silent_until(self) -> datetime:
        """Until when it is certain that the desk has not answered."""
        reviews = self._reviews_silent_until() if self.case.reviews else NEVER
        current = self.case.open_round
        if current is None:
            return min(reviews, self._docket.open_until[COMPLAINT]) if self.case.status is Status.LODGED else reviews
        known = self._docket.open_until.get(current.appeal_id, current.opened_at)
        return min(reviews, known if current.not_before is None else max(known, current.not_before))

    def _reviews_silent_until(self) -> datetime:
        """Until when it is certain that nobody has decided a review that was asked for (rule H8)."""
        known = self._docket.open_until
        return min((known.get(one.id or "", one.asked_at or NEVER) for one in open_reviews(self.case)), default=NEVER)

    def _matter(self) -> str:
        current = self.case.open_round
        return COMPLAINT if current is None else current.appeal_id

    # -- acts ------------------------------------------------------------------------------------------------------------

    def take(self, act: Recorded, command: str, own_before: int) -> None:
        """One act, or a refused attempt at one, at its own instant; `own_before` of the case's events were in the log before it."""
        fall = self._fall
        self._settle(act.at, fall.voiding if fall is not None and (own_before >= fall.after or fall.voiding.at < act.at) else None)
        self._certain_at(act.at)
        if self.undetermined_since is not None:
            return
        attempted = isinstance(act.event, AttemptRefused)
        ended = self.case.ended
        try:
            decided = self._retried(act, act.event) if isinstance(act.event, AttemptRefused) else self._redone(act)
        except Refusal as refusal:
            if not attempted and not ACTS[type(act.event)].quiet:
                (self.unreached if ended else self.refused).append(AffectedAct(command, act.at, refusal.code))
            return
        self._add(decided)
        if attempted and decided:
            self.heard.append(AffectedAct(command, act.at))

    def _redone(self, act: Recorded) -> list[Happened]:
        """What the decider of an act gives in the case as it stands. Raises Refusal."""
        return ACTS[type(act.event)].redo(self.case, act.at, act.by, act.event, self)

    def _retried(self, act: Recorded, event: AttemptRefused) -> list[Happened]:
        """What a refused attempt would have brought; nothing where no act of a case was tried, or one that is not tried again."""
        tried = ACTS_BY_COMMAND.get(event.command)
        retry = None if tried is None else tried.retry
        return [] if retry is None else retry(self.case, act.at, act.by, act.id, event.facts, self)

    # -- under what acts are done again (`Redoing`) ------------------------------------------------------------------------

    def round(self, number: int) -> int:
        """The number that the very appeal has now which a decision was about. Raises Refusal."""
        current = self.case.open_round
        if current is None or current.appeal_id != self._docket.appeal_of.get(number):
            raise RefusedAttempt("appeal_not_open")
        return current.number

    def plan(self) -> NoticePlan:
        """The notice as it was served in fact; of one that never was, only the link is known."""
        plan = self._docket.plan
        return plan if plan.notice_id else NoticePlan("", self.case.link)

    def _add(self, decided: Sequence[Happened]) -> None:
        for one in decided:
            self.case = evolve(self.case, one)
        self.events += decided
