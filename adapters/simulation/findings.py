"""Now and then a non-original picture is found: the owner's protection ends, some final cases are reopened, some owners come back.

These commands reach over many streams and run on the store itself, as on a server.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from adapters.simulation.cases import Cases
from adapters.simulation.habits import Habits
from adapters.simulation.people import Owner, People
from application import cascade, decide, findings
from application.acting import Act, Command, Platform, run
from application.index import PutDue
from domain.case.consequences.ending import Voiding
from domain.refusal import Refusal

T = TypeVar("T")

REASONS = ("not_original",)
_DAY = timedelta(days=1)


class Findings:
    """Plans the findings of a history; never of more than every fourth owner, for somebody has to go on complaining."""

    def __init__(self, cases: Cases, platform: Platform, chance: Random, habits: Habits, people: People) -> None:
        self._cases, self._platform, self._chance, self._habits, self._people = cases, platform, chance, habits, people

    def plan(self, first: datetime, days: int, number: int) -> None:
        """About one in a thousand cases brings a finding."""
        found = min(max(number // 1_000, 1), len(self._people.owners) // 4)
        for owner in self._chance.sample(self._people.owners, found):
            when = self._habits.at_the_desk(first + _DAY * self._chance.randrange(20, days - 80), 0)
            self._cases.agenda.plan(when, lambda owner=owner: self._find(owner))  # type: ignore[misc]

    def _run(self, name: str, by: str, what: Callable[[Act], T]) -> T:
        return run(self._platform, Command(name, by), what)

    def _find(self, owner: Owner) -> None:
        member, filing, reviewer = owner.identity.member_id, owner.filings[0], self._people.reviewer()
        now = self._cases.clock.now()
        with self._cases.on_the_store(member, Voiding(now, "finding")):
            seen = self._run("preview", reviewer, lambda act: findings.preview(act, member, filing))
            digest = seen.digest
            self._run("non-original-finding", reviewer, lambda act: findings.find_non_original(act, member, filing, REASONS, digest))
            cascade.finish(self._platform, member)
            owner.active = False
        for case_id in seen.final_complaints[:3]:
            when = self._habits.at_the_desk(now, self._habits.pick((1, 2, 3), (1, 1, 1)))
            self._cases.agenda.plan(when, lambda case_id=case_id: self._reopen(case_id, owner, reviewer))  # type: ignore[misc]
        if self._habits.happens(0.4):
            self._cases.agenda.plan(self._habits.at_the_desk(now, self._chance.randint(5, 30)), lambda: self._reinstate(owner, reviewer))

    def _reopen(self, case_id: str, owner: Owner, reviewer: str) -> None:
        """Refused, and on record so, where the owner is back already or the desk has lifted the case in between."""
        with self._cases.on_the_store(owner.identity.member_id), suppress(Refusal):
            self._run("reopening", reviewer, lambda act: decide.reopen(act, case_id, REASONS))

    def _reinstate(self, owner: Owner, reviewer: str) -> None:
        member = owner.identity.member_id
        with self._cases.on_the_store(member):
            self._run("reinstatement", reviewer, lambda act: findings.reinstate(act, member, REASONS))
            cascade.finish(self._platform, member)
            # The filings were never looked at by a matcher, so they are not sought among the listings again either.
            nothing_sought = [PutDue("listing_matching", filing, None) for filing in owner.filings]
            self._run("reinstatement", reviewer, lambda act: act.note(*nothing_sought))
            owner.active = True
