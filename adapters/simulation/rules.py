"""The rulebooks that a simulation publishes on its way, so that cases are pinned to different ones and every lapse happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

NAME = "simulated-marketplace"


class Planned(NamedTuple):
    """A rulebook to be published at an instant."""

    at: datetime
    document: dict[str, object]


def rulebooks(start: datetime) -> list[Planned]:
    """What is published in the two years after the start, each in force two weeks later."""
    planned = []
    for days, (version, sections) in zip((160, 300, 420, 560), _SECTIONS, strict=True):
        at = start + timedelta(days=days)
        effective = (at + timedelta(days=14)).isoformat()
        planned.append(Planned(at, {"name": NAME, "version": version, "effective_from": effective, **sections}))
    return planned


_SECTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    # Silence declines a complaint and releases an undecided appeal; a complainant has until the first decision to withdraw.
    (
        "1",
        {
            "complaint": {"on_lapse": "decline"},
            "appeal": {"on_lapse": "release", "decide_within": [{"from_days": 1, "days": 4}]},
            "withdrawal": {"until": "first_appeal_decided"},
        },
    ),
    # Three rounds of which a lapse costs one each, silence accepts and rejects, the penalty waits for the end; a person can be asked.
    (
        "2",
        {
            "complaint": {"on_lapse": "accept"},
            "penalty": {"when": "final"},
            "appeal": {
                "rounds": 3,
                "windows": [{"days": 3}, {"days": 5, "from": "previous_decision"}],
                "lapse_ends": "round",
                "on_lapse": "reject",
                "fresh_reviewer": "none",
            },
            "review": {"request_within": {"days": 30, "count": "calendar"}, "decide_within": {"days": 72, "count": "hours"}},
        },
    ),
    # Calendar days that roll, a second window from the notice that may be over before it begins, decisions not before the second day.
    (
        "3",
        {
            "appeal": {
                "windows": [
                    {"days": 7, "count": "calendar", "roll": "next_working_day"},
                    {"days": 10, "count": "calendar", "roll": "next_working_day", "from": "notice"},
                ],
                "decide_within": [{"from_days": 2, "days": 6, "not_before": True}],
                "fresh_reviewer": "all",
            },
        },
    ),
    # Back to the built-in rules, without reminders.
    ("4", {"reminder": {"enabled": False}}),
)
