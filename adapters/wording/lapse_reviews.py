"""How a review by a person is written for the party that asked, complainant and respondent alike (rule H8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application.ports import Sealer
from domain.events import Sealed


class Reviewable(Protocol):
    """A lapse that a person can be asked to look at, as a case or a notice has it; `id` is None while nobody has asked."""

    @property
    def lapse(self) -> str:
        """What was left to time."""
        ...

    @property
    def closes_at(self) -> datetime:
        """Until when one can ask."""
        ...

    @property
    def id(self) -> str | None:
        """The review's id."""
        ...

    @property
    def reason(self) -> Sealed:
        """Why it was asked for."""
        ...

    @property
    def asked_at(self) -> datetime | None:
        """When."""
        ...

    @property
    def due_at(self) -> datetime | None:
        """By when it is to be decided."""
        ...

    @property
    def outcome(self) -> str | None:
        """What the person found."""
        ...

    @property
    def decided_at(self) -> datetime | None:
        """When."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why."""
        ...


R = TypeVar("R", bound=Reviewable)


def review(one: Reviewable, stands: bool, sealer: Sealer) -> dict[str, Any]:
    """A review that was asked for; `stands` says whether the case still rests on its lapse. A text that cannot be read is empty."""
    return {
        "id": one.id,
        "lapse": one.lapse,
        "status": one.outcome or ("open" if stands else "moot"),
        "reason": readable(sealer, one.reason) or "",
        "asked_at": instant(one.asked_at),
        "decide_by": instant(one.due_at),
        "decided_at": instant(one.decided_at),
        "reasons": list(one.reasons),
    }


def asked_of(reviews: Iterable[R], stands: Callable[[R], bool], sealer: Sealer) -> list[dict[str, Any]]:
    """The reviews of a party that were asked for, oldest first."""
    return [review(one, stands(one), sealer) for one in reviews if one.id is not None]


def review_by(reviews: Iterable[R], stands: Callable[[R], bool]) -> str | None:
    """Until when the party can ask for a person, exclusive; None where there is nothing to be asked, or a review is open."""
    standing = [one for one in reviews if stands(one)]
    if any(one.id is not None and one.outcome is None for one in standing):
        return None
    return instant(max((one.closes_at for one in standing if one.id is None), default=None))
