"""What people do with a case, and when: drawn at each turn of the case from habits and chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from random import Random

from adapters.simulation.cases import Cases
from adapters.simulation.habits import Habits
from adapters.simulation.people import People
from application.acting import Act
from application.cases import plan_notice
from application.index import PutThing
from domain.appeal import Grounds
from domain.case.acts import (
    accepting,
    appealing,
    asking_review,
    claiming,
    deciding,
    deciding_review,
    declining,
    exempting,
    lifting,
    releasing,
    withdrawing,
)
from domain.case.checks import refuse_decided
from domain.case.consequences.plan import NoticePlan
from domain.case.lapse_reviews import open_reviews
from domain.case.state import Case, Round, Status
from domain.events import Happened
from domain.events.base import Outcome, Ruling

GROUNDS = ("We took the picture ourselves.", "We have the owner's permission.", "It is a different product.", "Please look again.")
REASONS = ("same_picture", "same_picture_cropped", "same_picture_mirrored")
DECLINED = ("not_the_same", "not_protected", "unclear")
OUTCOMES: tuple[Outcome, ...] = ("upheld", "rejected", "not_accepted")
PATIENCE = 3
"""How often a reviewer comes back who decided too early."""


class Behaviour:
    """Plans acts and carries them out; an act that comes too late is an attempt like any other."""

    def __init__(self, cases: Cases, chance: Random, habits: Habits, people: People, complain_again: Callable[[Case], None]) -> None:
        self._cases, self._chance, self._habits, self._people = cases, chance, habits, people
        self._complain_again = complain_again

    def _plan(self, case: Case, when: datetime, act: Callable[[str], None], even_if_ended: bool = False) -> None:
        """Let an act come; after the end only where somebody is to try then."""
        if even_if_ended:
            self._cases.await_(case)
        case_id = case.id

        def come() -> None:
            found = self._cases.find(case_id)
            if found is not None and (even_if_ended or found.ended_at is None):
                act(case_id)
            if even_if_ended:
                self._cases.came(case_id)

        self._cases.agenda.plan(when, come)

    # -- when a case has moved -------------------------------------------------------------------------------------------

    def lodged(self, case: Case) -> None:
        """A new complaint: the desk takes it up, in time or not; some are withdrawn."""
        habits, now = self._habits, self._cases.clock.now()
        reviewer = self._people.reviewer()
        when = habits.at_the_desk(now, habits.pick((0, 1, 2, 3, 4, 6), (34, 30, 15, 9, 7, 5)))
        if habits.happens(0.2):
            self._plan(case, habits.soon(when, -900, -60), lambda case_id: self._claim(case_id, reviewer))
        if habits.happens(0.01):
            other = self._people.reviewer((reviewer,))
            self._plan(case, when, lambda case_id: self._take_up(case_id, other))
        self._plan(case, when, lambda case_id: self._take_up(case_id, reviewer), even_if_ended=habits.happens(0.01))
        if habits.happens(0.04):
            self._plan(case, habits.within(now, case.accept_by.closes_at), self._withdraw)

    def moved(self, before: Case, after: Case) -> None:
        """What people plan now."""
        if len(after.reviews) > len(before.reviews):
            self._lapsed(after)
        if after.ended_at is not None:
            if before.ended_at is None:
                self._ended(after)
            return
        if after.window is not None and (before.window is None or before.window.opened_at != after.window.opened_at):
            self._window_opened(after)
        current = after.open_round
        if current is not None and len(after.rounds) > len(before.rounds):
            self._appealed(after, current)

    def _lapsed(self, case: Case) -> None:
        """Nobody had decided: some respondents ask for a person, who comes to look at it, and some ask too late."""
        habits, lapse = self._habits, case.reviews[-1]
        if lapse.lapse in ("accept", "reject") and habits.happens(0.5):
            late = habits.happens(0.1)
            when = (
                habits.awake(habits.soon(lapse.closes_at, 60, 86_400)) if late else habits.within(self._cases.clock.now(), lapse.closes_at)
            )
            self._plan(case, when, self._ask, even_if_ended=True)

    def _ask(self, case_id: str) -> None:
        case = self._cases.find(case_id)
        if case is None:
            return
        sealed = self._cases.sealer.seal(case.respondent, self._chance.choice(GROUNDS))

        def ask(act: Act, case: Case) -> list[Happened]:
            review_id = act.new_id()
            requested = asking_review.request_review(case, act.now, case.respondent, review_id, sealed, act.law)
            act.note(PutThing("review", review_id, case.respondent, case.id))
            return requested

        if self._cases.on(case_id, "review", case.respondent, ask) and self._habits.happens(0.9):
            reviewer = self._people.reviewer([spent.reviewer for spent in case.rounds])
            when = self._habits.at_the_desk(self._cases.clock.now(), 2)
            self._plan(case, when, lambda found: self._look(found, reviewer), even_if_ended=True)

    def _look(self, case_id: str, reviewer: str) -> None:
        case = self._cases.find(case_id)
        asked = None if case is None else next((one.id for one in open_reviews(case)), None)
        if asked is None:
            return
        outcome: Ruling = self._habits.pick(("upheld", "rejected"), (30, 70))

        def look(act: Act, case: Case) -> list[Happened]:
            plan = partial(NoticePlan, "", case.link)  # of a complaint that was declined nobody asks
            return deciding_review.decide_review(case, act.now, reviewer, asked, outcome, (f"{outcome}_on_request",), plan, act.law)

        self._cases.on(case_id, "review_decision", reviewer, look, asked={"review": asked, "outcome": outcome})

    def _window_opened(self, case: Case) -> None:
        habits, now, window = self._habits, self._cases.clock.now(), case.window
        if window is None:
            return
        closes = window.closes.closes_at
        match self._chance.random():
            case draw if draw < 0.4:
                self._plan(case, habits.within(now, closes), self._appeal)
            case draw if draw < 0.405:
                self._plan(case, closes, self._appeal, even_if_ended=True)
            case draw if draw < 0.46:
                self._plan(case, habits.awake(habits.soon(closes, 60, 4 * 86_400)), self._appeal, even_if_ended=True)
            case draw if draw < 0.49:
                self._plan(case, habits.within(now, closes), self._withdraw)
            case draw if draw < 0.5:
                reviewer = self._people.reviewer()
                self._plan(case, habits.at_the_desk(now, 1), lambda case_id: self._lift(case_id, reviewer))
            case _:
                pass

    def _appealed(self, case: Case, current: Round) -> None:
        habits, now = self._habits, self._cases.clock.now()
        seen = [spent.reviewer for spent in case.rounds]
        reviewer = self._people.reviewer((*seen, case.accepted_by))
        working_days = habits.pick((0, 1, 2, 3, 4, 5, 7, 9), (8, 18, 22, 20, 14, 9, 6, 3))
        when = habits.at_the_desk(now, working_days)
        number = current.number
        if habits.happens(0.03):
            self._plan(case, habits.at_the_desk(now, 0), lambda case_id: self._exempt(case_id, reviewer))
            when = habits.at_the_desk(when, 8)
        if habits.happens(0.2):
            self._plan(case, habits.soon(when, -900, -60), lambda case_id: self._claim(case_id, reviewer))
        if seen[0] is not None and habits.happens(0.03):
            stale = seen[0]
            self._plan(case, habits.soon(when, -3_600, -1_000), lambda case_id: self._decide(case_id, stale, number))
        self._plan(case, when, lambda case_id: self._decide(case_id, reviewer, number), even_if_ended=habits.happens(0.15))
        match self._chance.random():
            case draw if draw < 0.015:
                self._plan(case, habits.within(now, current.decide_by.closes_at), self._appeal)
            case draw if draw < 0.04:
                self._plan(case, habits.within(now, current.decide_by.closes_at), self._withdraw)
            case draw if draw < 0.045:
                self._plan(case, habits.at_the_desk(now, 1), lambda case_id: self._lift(case_id, reviewer))
            case _:
                pass

    def _ended(self, case: Case) -> None:
        habits, now = self._habits, self._cases.clock.now()
        if case.status in (Status.DECLINED, Status.WITHDRAWN) and habits.happens(0.1):
            self._complain_again(case)
        if case.status is not Status.FINAL:
            return
        match self._chance.random():
            case draw if draw < 0.03:
                self._plan(case, habits.awake(habits.soon(now, 3_600, 3 * 86_400)), self._appeal, even_if_ended=True)
            case draw if draw < 0.05:
                self._plan(case, habits.awake(habits.soon(now, 3_600, 5 * 86_400)), self._withdraw, even_if_ended=True)
            case draw if draw < 0.056:
                reviewer = self._people.reviewer()
                self._plan(case, habits.at_the_desk(now, 3), lambda case_id: self._lift(case_id, reviewer), even_if_ended=True)
            case _:
                pass

    # -- acts ------------------------------------------------------------------------------------------------------------

    def _claim(self, case_id: str, reviewer: str) -> None:
        self._cases.on(case_id, "claim", reviewer, lambda act, case: claiming.claim(case, act.now, reviewer, act.law))
        case = self._cases.find(case_id)
        if case is not None and self._habits.happens(0.04):
            self._plan(case, self._habits.soon(self._cases.clock.now(), 5, 50), lambda found: self._release(found, reviewer))

    def _release(self, case_id: str, reviewer: str) -> None:
        self._cases.on(case_id, "claim release", reviewer, lambda act, case: releasing.release_claim(case, act.now, reviewer))

    def _take_up(self, case_id: str, reviewer: str) -> None:
        if self._habits.happens(0.2):
            reasons = (self._chance.choice(DECLINED),)
            self._cases.on(case_id, "refusal", reviewer, lambda act, case: declining.decline(case, act.now, reviewer, reasons))
            return
        reasons = (self._chance.choice(REASONS),)

        def accept(act: Act, case: Case) -> list[Happened]:
            refuse_decided(case)
            return accepting.accept(case, act.now, reviewer, reasons, plan_notice(act, case), act.law)

        self._cases.on(case_id, "acceptance", reviewer, accept)

    def _appeal(self, case_id: str) -> None:
        case = self._cases.find(case_id)
        if case is None:
            return
        sealed = self._cases.sealer.seal(case.respondent, self._chance.choice(GROUNDS))

        def appeal(act: Act, case: Case) -> list[Happened]:
            return appealing.open_appeal(case, act.now, act.new_id(), act.law)

        self._cases.on(case_id, "appeal", case.respondent, appeal, grounds=Grounds(sealed, ()))

    def _decide(self, case_id: str, reviewer: str, number: int, tries: int = 1) -> None:
        outcome = self._habits.pick(OUTCOMES, (36, 50, 14))

        def decide(act: Act, case: Case) -> list[Happened]:
            return deciding.decide_appeal(case, act.now, reviewer, number, outcome, (f"{outcome}_on_review",), act.law)

        done = self._cases.on(case_id, "decision", reviewer, decide, asked={"round": number, "outcome": outcome})
        case = self._cases.find(case_id)
        if not done and case is not None and case.open_round is not None and case.open_round.number == number and tries < PATIENCE:
            fresh = self._people.reviewer([*(spent.reviewer for spent in case.rounds), case.accepted_by])
            when = self._habits.at_the_desk(self._cases.clock.now(), 2)
            self._plan(case, when, lambda found: self._decide(found, fresh, number, tries + 1))

    def _exempt(self, case_id: str, reviewer: str) -> None:
        case = self._cases.find(case_id)
        current = case.open_round if case is not None else None
        if current is not None:
            self._cases.on(
                case_id,
                "special",
                reviewer,
                lambda act, case: exempting.mark_special(case, act.now, reviewer, current.number),
                special="The rights of a third party have to be heard.",
            )

    def _withdraw(self, case_id: str) -> None:
        case = self._cases.find(case_id)
        if case is not None:
            self._cases.on(case_id, "withdrawal", case.complainant, lambda act, case: withdrawing.withdraw(case, act.now, None, act.law))

    def _lift(self, case_id: str, reviewer: str) -> None:
        self._cases.on(case_id, "lift", reviewer, lambda act, case: lifting.lift(case, act.now, reviewer, ("our_mistake",)))
