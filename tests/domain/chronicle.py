"""A case as the log has it: what was told step by step in a `Tale`, recorded command by command, with the attempts that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.case.consequences.ending import Voiding
from domain.case.events import Voided
from domain.case.replay import Fall
from domain.events import Happened
from domain.events.member import AttemptRefused
from domain.law import Law
from domain.recorded import Recorded
from domain.refusal import Refusal
from tests.domain.tale import Tale, instant, law


class Chronicle:
    """A case and its log. Lodged on Monday 2026-03-02 08:00 UTC unless said otherwise; each step is a command of its own."""

    def __init__(self, lodged: str = "2026-03-02 08:00", rules: Law | None = None) -> None:
        self.tale = Tale(rules or law(), instant(lodged))
        self.own: list[Recorded] = []
        self.facts: list[Recorded] = []
        self.fall: Fall | None = None
        self._commands = 0
        self._save()

    # -- commands --------------------------------------------------------------------------------------------------------

    def at(self, when: str | datetime) -> Chronicle:
        """The clock shows another instant; nobody looks at the case."""
        self.tale.now = instant(when) if isinstance(when, str) else when
        return self

    def settle(self, when: str | datetime) -> Chronicle:
        """The worker comes by."""
        self.at(when).tale.wait(self.tale.now)
        return self._save()

    def do(self, command: str, *arguments: object) -> Chronicle:
        """A command of the tale, settled first."""
        self.tale.wait(self.tale.now)
        getattr(self.tale, command)(*arguments)
        return self._save()

    def attempt(self, command: str, by: str = "seller", **facts: object) -> Chronicle:
        """A command that was refused: what time had brought about is kept, and the attempt is a fact."""
        self.tale.wait(self.tale.now)
        self._save()
        event = AttemptRefused(command, "case", "refused", dict(facts))
        self.facts.append(self._recorded(Happened(self.tale.now, event, by), "attempts", len(self.facts) + 1))
        return self

    def fell(self, when: str) -> Chronicle:
        """The complainant's protection ended then (B7); the case hears of it when it is looked at next."""
        self.fall = Fall(Voiding(instant(when), "finding"), len(self.own))
        self.tale.voiding = self.fall.voiding
        return self

    # -- what the log has ------------------------------------------------------------------------------------------------

    def _save(self) -> Chronicle:
        new = self.tale.told[len(self.own) :]
        self._commands += bool(new)
        for told in new:
            recorded = self._recorded(told, "case", len(self.own) + 1)
            self.own.append(recorded)
            self.facts.append(recorded)
        return self

    def _recorded(self, told: Happened, stream: str, version: int) -> Recorded:
        return Recorded(
            originator_id=stream,
            originator_version=version,
            id=f"{stream}-{version}",
            at=told.at,
            recorded_at=self.tale.now,
            by=told.by,
            command=f"command-{self._commands}" if stream == "case" else f"attempt-{version}",
            event=told.event,
            rules=told.rules,
            calendar=told.calendar,
        )

    def known_fall(self) -> Fall | None:
        """What the replay is told of a fall."""
        return self.fall or fall_as_recorded(self.own)


def fall_as_recorded(recorded: Sequence[Recorded]) -> Fall | None:
    """The fall that the stream itself tells of, for who does not know what happened beside it."""
    for position, one in enumerate(recorded):
        if isinstance(one.event, Voided) and one.event.because != "reopening":
            return Fall(Voiding(one.at, one.event.because), position)
    return None


__all__ = ["Chronicle", "Refusal", "instant", "law", "timedelta"]
