"""The docket: what was put to the desk in a case, and how long it was before it in fact (rule G3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.case.consequences.ending import Voided
from domain.case.consequences.notice import NoticeServed, plan_in
from domain.case.events import ANSWERS, ENDS, ReviewDecided, ReviewRequested, RoundOpened
from domain.case.folding import begin
from domain.events.member import AttemptRefused
from domain.law import Law
from domain.recorded import Recorded

COMPLAINT = "complaint"


class Docket:
    """How long each matter was before the desk in fact, and when a lapse of it was written down.

    A matter is the complaint, or an appeal or a review by its id. An attempt of the desk's to answer shows that it had not answered before.
    """

    def __init__(self, facts: Sequence[Recorded], until: datetime, own: Law | None) -> None:
        self.served = False
        self.plan = plan_in(facts)
        self.appeal_of: dict[int, str] = {}
        self.open_until: dict[str, datetime] = {}
        self._reviews: list[str] = []
        self.lapsed: dict[str, datetime] = {}
        self._own = own
        self._ask(COMPLAINT, facts[0], begin("", facts[0]).accept_by.closes_at, until)
        for one in facts[1:]:
            self._read(one, until)
        if self._was_lapsing(until):
            self.lapsed.setdefault(self._current, until)  # due, and not written down yet: as of the horizon it would be now (T8)

    def _read(self, one: Recorded, until: datetime) -> None:
        if type(one.event) in ENDS and getattr(one.event, "because", None) not in ("appeal", "lapse"):  # nothing is left to review
            self.open_until.update((review, min(self.open_until[review], one.at)) for review in self._reviews)
        match one.event:
            case AttemptRefused(command="acceptance" | "refusal"):
                self.open_until[COMPLAINT] = max(self.open_until[COMPLAINT], one.at)
            case AttemptRefused(command="decision", facts={"round": int(number)}) if number in self.appeal_of:
                matter = self.appeal_of[number]
                self.open_until[matter] = max(self.open_until[matter], one.at)
            case NoticeServed():
                self.served = True
            case RoundOpened(appeal_id=appeal_id, round=number, decide_by=decide_by):
                self.appeal_of[number] = appeal_id
                self._ask(appeal_id, one, decide_by.closes_at, until)
            case ReviewRequested(review_id=review_id):
                self.open_until[review_id] = until
                self._reviews.append(review_id)
            case ReviewDecided(review_id=review_id):
                self.open_until[review_id] = one.at
            case Voided():
                self._answered(one, self._was_lapsing(one.at))
            case event if type(event) in ANSWERS:
                self._answered(one, getattr(event, "because", None) == "lapse")
            case _:
                pass

    def _ask(self, matter: str, one: Recorded, lapses_at: datetime, until: datetime) -> None:
        self._current, self._rules, self._lapses_at = matter, one.rules, lapses_at
        self.open_until[matter] = until

    def _answered(self, one: Recorded, lapsed: bool) -> None:
        self.open_until[self._current] = min(self.open_until[self._current], one.at)
        if lapsed:
            self.lapsed.setdefault(self._current, one.recorded_at)

    def _was_lapsing(self, at: datetime) -> bool:
        """A lapse was due by then and not written down; it would have been with what came next, after that (rule T7)."""
        unanswered = self.open_until[self._current] >= at >= self._lapses_at
        if self._own is None or self._rules is None or not unanswered:
            return False
        rulebook = self._own.rulebook(self._rules)
        return rulebook.complaint.on_lapse == "accept" if self._current == COMPLAINT else rulebook.appeal.on_lapse == "reject"
