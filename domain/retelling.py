"""Telling a case again under another law (rule G3): acts and their instants are facts, what follows from them is derived anew.

How a telling reads what the history does not say:
- Whoever tried was recorded (rule D5). A refused attempt is an act like any other, and may be heard this time.
- A party that did nothing would have done nothing: an unused window lapses by itself. Only where no notice was ever served in fact
  is it unknown whether the respondent would have appealed.
- The desk's silence is a fact only as long as the question was before it. Where a decision never happened that could have, the
  telling is undetermined from there on, never a guess; a rulebook that allows no decision before the lapse leaves nothing open.
- A lapse that opens a window takes effect at its deadline, or at the instant at which this very lapse was recorded in fact (T7).
- That a protection fell is a fact of another stream: a case still open then falls with it, though it had ended in fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain import complaint
from domain.acts import lodging_of
from domain.case import Case, Round, Status, begin, evolve
from domain.events import CLOCK, Happened, Recorded
from domain.events import complaint as happened
from domain.events.member import AttemptRefused
from domain.law import Law
from domain.questions import COMPLAINT, Questions
from domain.refusal import Refusal
from domain.replay import Fall
from domain.settling import NEVER, Consequence, Due, Voiding, ahead, settle
from domain.windows import NoticePlan

COMMANDS: dict[type, str] = {
    happened.Accepted: "acceptance",
    happened.Declined: "refusal",
    happened.RoundOpened: "appeal",
    happened.RoundDecided: "decision",
    happened.RoundExempted: "special",
    happened.Withdrawn: "withdrawal",
    happened.Lifted: "lift",
    happened.Reopened: "reopening",
    happened.Claimed: "claim",
    happened.ClaimReleased: "claim release",
}
"""The contract's name of the command behind each act."""

QUIET = frozenset({"claim", "claim release"})
"""Commands that are not told of where they fail: they decide nothing."""


class Act(NamedTuple):
    """An act that came to something else: command, instant, and the refusal's code where there is one."""

    command: str
    at: datetime
    code: str | None = None


class Retold(NamedTuple):
    """What would have become of a case: its state at the horizon, or where it became undetermined, and all that was told on the way.

    `unreached` are acts after the ending; `refused` acts that would have been refused; `heard` attempts that would have been allowed.
    """

    case: Case
    told: tuple[Happened, ...]
    undetermined_since: datetime | None
    unreached: tuple[Act, ...]
    refused: tuple[Act, ...]
    heard: tuple[Act, ...]

    @property
    def ending(self) -> str:
        """The status in the contract's words, or `undetermined`."""
        return "undetermined" if self.undetermined_since is not None else self.case.status.value


def retell(facts: Sequence[Recorded], law: Law, until: datetime, fall: Fall | None = None, own: Law | None = None) -> Retold:
    """Tell a case under `law` to the horizon `until`.

    `facts` are its events and the refused attempts on it, in the order of the log; `own` is the law that it happened under.
    """
    telling = _Telling(facts, law, until, fall, own)
    seen = 0
    acts: list[tuple[Recorded, int]] = []
    for one in facts:
        if _is_act(one):
            acts.append((one, seen))
        seen += not isinstance(one.event, AttemptRefused)
    for act, before in acts[1:]:
        telling.take(act, before)
    telling.close()
    return Retold(
        telling.case,
        tuple(telling.told),
        telling.undetermined_since,
        tuple(telling.unreached),
        tuple(telling.refused),
        tuple(telling.heard),
    )


def _is_act(one: Recorded) -> bool:
    """What a person did; what followed from it carries its actor too, and is derived."""
    match one.event:
        case happened.Accepted(because="lapse") | happened.Declined(because="lapse") | happened.RoundDecided(because="lapse"):
            return False
        case happened.Lifted(because=because):
            return because == "desk"
        case happened.ComplaintLodged() | AttemptRefused():
            return True
        case event:
            return type(event) in COMMANDS


class _Telling:
    """A case being told; it is over where it has become undetermined."""

    def __init__(self, facts: Sequence[Recorded], law: Law, until: datetime, fall: Fall | None, own: Law | None) -> None:
        first = facts[0]
        lodged = complaint.lodge(lodging_of(first.event), first.at, law)
        self.case = begin(first.originator_id, lodged[0])
        self.told: list[Happened] = [*lodged]
        self.undetermined_since: datetime | None = None
        self.unreached: list[Act] = []
        self.refused: list[Act] = []
        self.heard: list[Act] = []
        self._law, self._until, self._fall = law, until, fall
        self._facts = Questions(facts, until, own)

    # -- time ------------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """The horizon: whatever is due by then, and whether what is still open is open for certain."""
        voiding = self._fall.voiding if self._fall is not None else None
        self._settle(self._until, voiding)
        self._certain_at(self._until)
        window = self.case.window
        if window is not None and window.opened_at < self._until and not self._facts.served and self.undetermined_since is None:
            self.undetermined_since = window.opened_at

    def _settle(self, until: datetime, voiding: Voiding | None) -> None:
        """Everything due by then, each at its own instant."""
        while self.undetermined_since is None:
            due = min(ahead(self.case, self._law, voiding), key=lambda one: (self._effective(one, until), one.what.value), default=None)
            if due is None or due.at > until or self._effective(due, until) > until:
                return
            self._bring_about(due, self._effective(due, until), voiding)

    def _effective(self, due: Due, until: datetime) -> datetime:
        """At its deadline; where it opens a window, when it was recorded in fact, or when the next command would have found it."""
        if not due.opens_window:
            return due.at
        recorded = self._facts.lapsed.get(self._question())
        return due.at if recorded is None else max(due.at, min(recorded, until))

    def _bring_about(self, due: Due, at: datetime, voiding: Voiding | None) -> None:
        match due.what:
            case Consequence.VOID if voiding is not None:
                self._certain_at(at)
                if self.undetermined_since is None:
                    self._tell([Happened(at, happened.Voided(voiding.because), CLOCK)])
                return
            case Consequence.LAPSE_COMPLAINT | Consequence.LAPSE_APPEAL:
                self._certain_at(due.at)
            case Consequence.CLOSE if not self._facts.served and self.case.window is not None:
                self.undetermined_since = self.case.window.opened_at
            case _:
                pass
        if self.undetermined_since is None:
            self._tell(settle(self.case, at, self._law, self._plan))

    def _certain_at(self, at: datetime) -> None:
        """Undetermined where the desk has a question before it that it did not have in fact up to that instant."""
        since = self._silent_until()
        if since < at and self.undetermined_since is None:
            self.undetermined_since = since

    def _silent_until(self) -> datetime:
        """Until when it is certain that the desk has not answered."""
        current = self.case.open_round
        if current is None:
            return self._facts.open_until[COMPLAINT] if self.case.status is Status.LODGED else NEVER
        known = self._facts.open_until.get(current.appeal_id, current.opened_at)
        return known if current.not_before is None else max(known, current.not_before)

    def _question(self) -> str:
        current = self.case.open_round
        return COMPLAINT if current is None else current.appeal_id

    # -- acts ------------------------------------------------------------------------------------------------------------

    def take(self, act: Recorded, own_before: int) -> None:
        """One act at its own instant; `own_before` of the case's events were in the log before it."""
        fall = self._fall
        self._settle(act.at, fall.voiding if fall is not None and (own_before >= fall.after or fall.voiding.at < act.at) else None)
        self._certain_at(act.at)
        if self.undetermined_since is not None:
            return
        attempted = isinstance(act.event, AttemptRefused)
        command = act.event.command if isinstance(act.event, AttemptRefused) else COMMANDS[type(act.event)]
        ended = self.case.ended
        try:
            told = self._attempted(act, act.event) if isinstance(act.event, AttemptRefused) else self._decided(act)
        except Refusal as refusal:
            if not attempted and command not in QUIET:
                (self.unreached if ended else self.refused).append(Act(command, act.at, refusal.code))
            return
        self._tell(told)
        if attempted and told:
            self.heard.append(Act(command, act.at))

    def _decided(self, act: Recorded) -> list[Happened]:
        """What the decider of an act gives in the case as it stands. Raises Refusal."""
        case, at, by, law = self.case, act.at, act.by, self._law
        match act.event:
            case happened.Accepted(reasons=reasons):
                return complaint.accept(case, at, by, reasons, self._plan(), law)
            case happened.Declined(reasons=reasons):
                return complaint.decline(case, at, by, reasons)
            case happened.RoundOpened(appeal_id=appeal_id):
                return self._appeal(at, appeal_id)
            case happened.RoundDecided() as event:
                return complaint.decide_appeal(case, at, by, self._round(event.round).number, event.outcome, event.reasons, law)
            case happened.RoundExempted(round=number):
                return complaint.mark_special(case, at, by, self._round(number).number)
            case happened.Withdrawn(reason=reason):
                return complaint.withdraw(case, at, reason, law)
            case happened.Lifted(reasons=reasons):
                return complaint.lift(case, at, by, reasons)
            case happened.Reopened(reasons=reasons):
                return complaint.reopen(case, at, by, reasons, complainant_terminated=True)
            case happened.Claimed():
                return complaint.claim(case, at, by, law)
            case _:
                return complaint.release_claim(case, at, by)

    def _attempted(self, act: Recorded, event: AttemptRefused) -> list[Happened]:
        """What a refused attempt would have brought; nothing where too little was recorded of it to be carried out."""
        case, at, by, law = self.case, act.at, act.by, self._law
        match event.command, event.facts:
            case "appeal", _:
                return self._appeal(at, act.id)
            case "withdrawal", _:
                return complaint.withdraw(case, at, None, law)
            case "acceptance", _:
                return complaint.accept(case, at, by, (), self._plan(), law)
            case "refusal", _:
                return complaint.decline(case, at, by, ())
            case "lift", _:
                return complaint.lift(case, at, by, ())
            case "decision", {"round": int(number), "outcome": "upheld" | "rejected" | "not_accepted" as outcome}:
                return complaint.decide_appeal(case, at, by, self._round(number).number, outcome, (), law)
            case _:
                return []

    def _appeal(self, at: datetime, appeal_id: str) -> list[Happened]:
        """An appeal needs a notice to be against; what follows from a notice that was never served has nothing to stand on."""
        if self.case.status in (Status.LODGED, Status.DECLINED):
            raise Refusal("no_notice")
        return complaint.open_appeal(self.case, at, appeal_id, self._law)

    def _round(self, number: int) -> Round:
        """The open round of the very appeal that a decision was about, whatever its number is now. Raises Refusal."""
        current = self.case.open_round
        if current is None or current.appeal_id != self._facts.appeal_of.get(number):
            raise Refusal("appeal_not_open")
        return current

    def _plan(self) -> NoticePlan:
        plan = self._facts.plan
        return plan if plan.notice_id else NoticePlan("", self.case.link)

    def _tell(self, told: Sequence[Happened]) -> None:
        for one in told:
            self.case = evolve(self.case, one)
        self.told += told
