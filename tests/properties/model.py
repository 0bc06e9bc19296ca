"""A simple model of the rules of a case, written apart from the product: what a command must answer, and how the case then stands.

It knows nothing of events, streams or settling: it is told what is done when, and walks the days of a calendar one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
DayOff = Callable[[date], bool]


def closes_after(start: datetime, days: int, working: bool, rests: DayOff) -> datetime:
    """24:00 in Shanghai of the last of `days` days after the day of `start`."""
    day = start.astimezone(SHANGHAI).date()
    while days:
        day += timedelta(days=1)
        if not working or not rests(day):
            days -= 1
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """The choices of a rulebook that the model knows."""

    rounds: int = 2
    days: int = 3
    working: bool = True
    take_up_lapse: str = "escalate"
    appeal_lapse: str = "escalate"
    lapse_ends: str = "case"
    until: str = "final"
    when: str = "acceptance"
    fresh: str = "appeals"


@dataclass
class ModelCase:
    """One case of the model."""

    lodged_at: datetime
    lodging: Rules
    rests: DayOff
    status: str = "lodged"
    because: str | None = None
    rules: Rules = field(default_factory=Rules)
    opens: datetime | None = None
    closes: datetime | None = None
    round: int = 0
    appeal_by_desk: datetime | None = None
    special: bool = False
    decided: int = 0
    reviewers: list[str] = field(default_factory=list)
    accepted_by: str = ""
    penalty: bool = False
    closed_windows: int = 0

    @property
    def take_up_by(self) -> datetime:
        return closes_after(self.lodged_at, 3, True, self.rests)

    def settle(self, now: datetime, rests: DayOff) -> None:
        """Bring about what is due by now."""
        if self.status == "lodged" and self.lodging.take_up_lapse == "decline" and self.take_up_by <= now:
            self.status = "declined"
        while self.closes is not None and self.closes <= now:
            at, self.closes = self.closes, None
            self.closed_windows += 1
            if self.rules.lapse_ends == "round" and self.round < self.rules.rounds:
                self._open(at, rests)
            else:
                self._final("no_appeal")
        waits = self.status == "appealed" and not self.special and self.appeal_by_desk is not None
        if waits and self.rules.appeal_lapse == "release" and self.appeal_by_desk <= now:  # type: ignore[operator]
            self._lift("lapse")

    def accept(self, now: datetime, rules: Rules, by: str, rests: DayOff) -> str | None:
        if self.status != "lodged":
            return "case_closed" if self.status in ("withdrawn", "voided") else "already_decided"
        self.status, self.rules, self.accepted_by = "noticed", rules, by
        self._open(now, rests)
        if rules.when == "acceptance":
            self.status, self.penalty = "penalized", True
        return None

    def decline(self) -> str | None:
        if self.status != "lodged":
            return "case_closed" if self.status in ("withdrawn", "voided") else "already_decided"
        self.status = "declined"
        return None

    def appeal(self, now: datetime, rests: DayOff) -> str | None:
        match self.status:
            case "noticed" | "penalized":
                self.status, self.closes, self.special = "appealed", None, False
                self.appeal_by_desk = closes_after(now, 5, True, rests)
                return None
            case "appealed":
                return "appeal_open"
            case "final":
                return "window_closed" if self.because == "no_appeal" else "appeals_exhausted"
            case _:
                return "case_closed"

    def decide(self, now: datetime, outcome: str, by: str, rests: DayOff) -> str | None:
        if self.status != "appealed":
            return "appeal_not_open"
        stale = {"none": [], "appeals": self.reviewers, "all": [*self.reviewers, self.accepted_by]}[self.rules.fresh]
        if by in stale:
            return "same_reviewer"
        self.decided += 1
        self.reviewers.append(by)
        if outcome == "upheld":
            self._lift("appeal")
        elif self.round < self.rules.rounds:
            self.status = "penalized" if self.penalty else "noticed"
            self._open(now, rests)
        else:
            self._final("appeals_exhausted")
        return None

    def mark_special(self) -> str | None:
        if self.status != "appealed":
            return "appeal_not_open"
        if self.special:
            return "already_special"
        self.special = True
        return None

    def withdraw(self) -> str | None:
        if self.status not in ("lodged", "noticed", "penalized", "appealed"):
            return "not_withdrawable"
        if self.rules.until == "first_appeal_decided" and self.decided:
            return "not_withdrawable"
        self.status, self.penalty, self.closes = "withdrawn", False, None
        return None

    def lift(self) -> str | None:
        if self.status not in ("noticed", "penalized", "appealed", "final"):
            return "nothing_to_lift"
        self._lift("desk")
        return None

    def void(self) -> None:
        if self.status in ("lodged", "noticed", "penalized", "appealed"):
            self.status, self.penalty, self.closes = "voided", False, None

    @property
    def appeals_left(self) -> int | None:
        if self.status in ("declined", "lifted", "withdrawn", "voided", "final"):
            return 0
        if self.status == "lodged":
            return None
        return self.rules.rounds - (self.round if self.status == "appealed" else self.round - 1)

    def _open(self, at: datetime, rests: DayOff) -> None:
        self.round += 1
        self.opens, self.closes = at, closes_after(at, self.rules.days, self.rules.working, rests)

    def _lift(self, because: str) -> None:
        self.status, self.because, self.penalty, self.closes = "lifted", because, False, None

    def _final(self, because: str) -> None:
        self.status, self.because, self.closes = "final", because, None
        self.penalty = self.penalty or self.rules.when == "final"
