"""Cases of which it is known why they would end otherwise under another rulebook: each told so that one can count it by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from domain.rulebook import Rulebook, parse_rulebook
from tests.domain.chronicle import Chronicle, instant

DECLINE = {"complaint": {"on_lapse": "decline"}}
WITHDRAWAL = {"withdrawal": {"until": "first_appeal_decided"}}
PENALTY = {"penalty": {"when": "final"}}
FRESH = {"appeal": {"fresh_reviewer": "all"}}
RELEASE = {"appeal": {"on_lapse": "release"}}
PREVIOUS = {"count": "working", "from": "previous_decision"}


@dataclass(frozen=True)
class Story:
    """What happened under the built-in rules (all of it in the weeks after `day(0)`), what the other rulebook says, how the case
    would end, and the least sets of keys. None of `beside` can change that."""

    happens: Callable[[Chronicle, Callable[[str], datetime]], object]
    says: tuple[Mapping[str, Any], ...]
    ends: str
    sets: tuple[tuple[str, ...], ...]
    beside: tuple[Mapping[str, Any], ...]
    until: str = "2026-06-01 00:00"


def _accepted(case: Chronicle, at: Callable[[str], datetime]) -> Chronicle:
    return case.at(at("2026-03-03 09:00")).do("accept")


def _accepted_on_the_last_day(case: Chronicle, at: Callable[[str], datetime]) -> None:
    case.at(at("2026-03-05 09:00")).do("accept").settle(at("2026-03-20 09:00"))


def _accepted_too_late(case: Chronicle, at: Callable[[str], datetime]) -> None:
    case.at(at("2026-03-06 09:00")).do("accept").settle(at("2026-03-20 09:00"))


def _appealed_on_the_second_day(case: Chronicle, at: Callable[[str], datetime]) -> None:
    _accepted(case, at).at(at("2026-03-05 09:00")).do("appeal").at(at("2026-03-06 09:00")).do("decide", "upheld")


def _appealed_over_a_weekend(case: Chronicle, at: Callable[[str], datetime]) -> None:
    case.at(at("2026-03-05 09:00")).do("accept").at(at("2026-03-06 09:00")).do("claim", "desk-1")
    case.at(at("2026-03-09 17:00")).do("appeal").at(at("2026-03-10 09:00")).do("decide", "upheld")


def _rejected_on_the_fourth_day(case: Chronicle, at: Callable[[str], datetime]) -> Chronicle:
    _accepted(case, at).at(at("2026-03-04 09:00")).do("appeal")
    return case.at(at("2026-03-10 09:00")).do("decide", "rejected")


def _rejected_and_left(case: Chronicle, at: Callable[[str], datetime]) -> None:
    _rejected_on_the_fourth_day(case, at).settle(at("2026-03-20 09:00"))


def _withdrawn_after_a_decision(case: Chronicle, at: Callable[[str], datetime]) -> None:
    _rejected_on_the_fourth_day(case, at).at(at("2026-03-11 09:00")).do("withdraw")


def _upheld_in_the_second_round(case: Chronicle, at: Callable[[str], datetime]) -> None:
    _rejected_on_the_fourth_day(case, at).at(at("2026-03-12 09:00")).do("appeal").at(at("2026-03-13 09:00"))
    case.do("decide", "upheld", "desk-2")


TAKE_UP, ON_LAPSE = "complaint.take_up_within.days", "complaint.on_lapse"
FIRST, SECOND, WITHIN = "appeal.windows[0].days", "appeal.windows[1].days", "appeal.decide_within[0].days"
TWO_DAYS = {"complaint": {"take_up_within": {"days": 2}}}
ONE_DAY = {"appeal": {"windows": [{"days": 1}, {"days": 3, **PREVIOUS}]}}
ONE_ROUND = {"appeal": {"rounds": 1}}
SHORT_SECOND = {"appeal": {"windows": [{"days": 3}, {"days": 1, **PREVIOUS}]}}

STORIES = (
    Story(_accepted_on_the_last_day, (TWO_DAYS, DECLINE), "declined", ((TAKE_UP, ON_LAPSE),), (WITHDRAWAL, PENALTY, FRESH, RELEASE)),
    Story(_accepted_too_late, (DECLINE,), "declined", ((ON_LAPSE,),), (TWO_DAYS, WITHDRAWAL, PENALTY, FRESH, ONE_DAY)),
    Story(_appealed_on_the_second_day, (ONE_DAY,), "final", ((FIRST,),), (TWO_DAYS, DECLINE, WITHDRAWAL, PENALTY, RELEASE)),
    Story(
        _appealed_over_a_weekend,
        ({"appeal": {"windows": [{"days": 1, "count": "calendar"}, {"days": 3, **PREVIOUS}]}},),
        "final",
        ((FIRST,), ("appeal.windows[0].count",)),
        (WITHDRAWAL, PENALTY, RELEASE),
    ),
    Story(
        _rejected_and_left,
        (RELEASE, {"appeal": {"decide_within": [{"days": 3, "from_days": 3}]}}),
        "lifted",
        ((WITHIN, "appeal.on_lapse"),),
        (DECLINE, WITHDRAWAL, PENALTY, FRESH),
    ),
    Story(_withdrawn_after_a_decision, (WITHDRAWAL,), "final", (("withdrawal.until",),), (DECLINE, PENALTY, RELEASE)),
    Story(_accepted, (PENALTY,), "noticed", (("penalty.when",),), (DECLINE, WITHDRAWAL, RELEASE, SHORT_SECOND), "2026-03-04 09:00"),
    Story(_upheld_in_the_second_round, (ONE_ROUND, SHORT_SECOND), "final", (("appeal.rounds",), (SECOND,)), (DECLINE, WITHDRAWAL, PENALTY)),
)


@dataclass(frozen=True)
class Caused:
    """A case as the log has it, the other rulebook, the horizon, and what is known of it."""

    chronicle: Chronicle
    other: Rulebook
    until: datetime
    ends: str
    sets: tuple[tuple[str, ...], ...]


def caused(chance: Random) -> Caused:
    """A case of which the least sets are known, begun in some week, under a rulebook with other keys that cannot matter to it."""
    story = chance.choice(STORIES)
    later = timedelta(weeks=chance.randrange(26))

    def at(when: str) -> datetime:
        return instant(when) + later

    case = Chronicle(f"{at('2026-03-02 08:00'):%Y-%m-%d %H:%M}")
    story.happens(case, at)
    document: dict[str, Any] = {"name": "other", "version": "1", "effective_from": "2000-01-01T00:00:00Z"}
    for sections in (*story.says, *chance.sample(story.beside, chance.randrange(len(story.beside) + 1))):
        for section, keys in sections.items():
            document[section] = {**keys, **document.get(section, {})}
    return Caused(case, parse_rulebook(document), at(story.until), story.ends, story.sets)
