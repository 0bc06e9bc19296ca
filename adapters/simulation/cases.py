"""The open cases of a simulation: commands on them, and letting them go once nothing more will be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Protocol, TypeVar

from adapters.simulation.agenda import Agenda
from adapters.simulation.backing_store import BackingStore
from adapters.simulation.stand_ins import CurrentLaw
from adapters.simulation.write_behind import WriteBehindStore
from adapters.system.clock import SimulatedClock
from application.acting import Act, Command, Platform, run
from application.cases import carry_on, settled
from domain.appeal import Grounds
from domain.case.consequences.ending import Voiding
from domain.case.folding import fold
from domain.case.state import Case
from domain.events import CLOCK, Happened
from domain.refusal import Refusal

T = TypeVar("T")


class Watching(Protocol):
    """Who plans what people do when a case has moved."""

    def moved(self, before: Case, after: Case) -> None:
        """A case is no longer as it was."""
        ...


class Cases:
    """The open cases, on a store in memory that is written behind."""

    def __init__(self, platform: Platform, backing: BackingStore, clock: SimulatedClock, chance: Random, law: CurrentLaw) -> None:
        self.agenda = Agenda(clock, chance, self._settle)
        self.clock = clock
        self.store = WriteBehindStore(backing, self.agenda.falls_due)
        self._platform = platform._replace(store=self.store, library=law)
        self._live: dict[str, Case] = {}
        self._falls: dict[str, Voiding] = {}
        self._awaited: dict[str, int] = {}
        self._shared: dict[str, int] = {}
        self.sealer = platform.sealer
        self.watching: Watching | None = None

    # -- commands --------------------------------------------------------------------------------------------------------

    def run(self, name: str, by: str, decide: Callable[[Act], T]) -> T | None:
        """A command; None where it was refused, which is on record then."""
        try:
            return run(self._platform, Command(name, by), decide)
        except Refusal:
            return None

    def on(
        self,
        case_id: str,
        name: str,
        by: str,
        decide: Callable[[Act, Case], list[Happened]],
        *,
        asked: dict[str, object] | None = None,
        grounds: Grounds | None = None,
        special: str = "",
    ) -> bool:
        """A command on a case, which is settled first; whether it was carried out."""
        before = self._live[case_id]
        kept = [before]

        def carry_out(act: Act) -> Case:
            kept[0] = self._settled(act, before)
            act.settled()
            act.under(kept[0].case_rules or kept[0].complaint_rules)
            act.about(case_id, **(asked or {}))
            return carry_on(act, kept[0], decide(act, kept[0]), grounds, special)

        after = self.run(name, by, carry_out)
        self._moved(before, after or kept[0])
        return after is not None

    def _settle(self, due: list[str]) -> None:
        before = {case_id: self._live[case_id] for case_id in due if case_id in self._live}
        after = self.run("settle", CLOCK, lambda act: {case_id: self._settled(act, case) for case_id, case in before.items()})
        for case_id, case in (after or {}).items():
            self._moved(before[case_id], case)

    def _settled(self, act: Act, case: Case) -> Case:
        act.about(case.id)
        act.load(case.id)
        return settled(act, case, self._falls.get(case.id))

    # -- which cases there are -------------------------------------------------------------------------------------------

    def lodged(self, case: Case) -> None:
        """A new case."""
        self._live[case.id] = case
        self.share(case.listing_id)

    def find(self, case_id: str) -> Case | None:
        """The case, while anything may still be done with it."""
        return self._live.get(case_id)

    def await_(self, case: Case) -> None:
        """Somebody will try something even if the case has ended by then."""
        self._awaited[case.id] = self._awaited.get(case.id, 0) + 1

    def came(self, case_id: str) -> None:
        """What was awaited has come."""
        self._awaited[case_id] -= 1
        self._let_go(case_id)

    def share(self, listing_id: str) -> None:
        """Somebody needs the listing."""
        self._shared[listing_id] = self._shared.get(listing_id, 0) + 1

    def unshare(self, listing_id: str) -> None:
        """Somebody needs the listing no more."""
        self._shared[listing_id] -= 1
        if not self._shared[listing_id]:
            del self._shared[listing_id]
            self.store.let_go_of_listing(listing_id)

    def _moved(self, before: Case, after: Case) -> None:
        if after is before:
            return
        self._live[after.id] = after
        if self.watching is not None:
            self.watching.moved(before, after)
        self._let_go(after.id)

    def _let_go(self, case_id: str) -> None:
        case = self._live[case_id]
        if case.ended_at is not None and not self._awaited.get(case_id):
            self._awaited.pop(case_id, None)
            self._falls.pop(case_id, None)
            del self._live[case_id]
            self.store.let_go_of_case(case_id, [spent.appeal_id for spent in case.rounds])
            self.unshare(case.listing_id)

    # -- what is done on the store itself --------------------------------------------------------------------------------

    @contextmanager
    def on_the_store(self, complainant: str, fall: Voiding | None = None) -> Iterator[None]:
        """Commands on the store itself, after which every stream that is held here is as they left it, whoever's case they were about.

        `fall` where the open cases of the complainant fall with its protection.
        """
        with self.store.written_down(complainant) as written:
            yield
        for before in list(self._live.values()):
            after = fold(before.id, self.store.stream_behind(before.id)) if before.id in written else before
            if after is None:
                continue
            if fall is not None and after.complainant == complainant and after.ended_at is None:
                self._falls[after.id] = fall
                self.agenda.falls_due(after.id, fall.at)
            self._moved(before, before if after == before else after)
