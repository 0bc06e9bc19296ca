"""What a threshold of misuse would have done: how many warned, how many suspended, on what happened (rule H10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.misuse import Misdeed
from domain.misuse_preview import MOST, Effect, effects
from domain.rulebook import MisuseRules, Threshold
from tests.domain.tale import instant

pytestmark = pytest.mark.rule("H10")

RULES = MisuseRules(window_days=10, declined_complaints=Threshold(2, 4))


def declined(member: str, *days: float) -> list[Misdeed]:
    start = instant("2026-03-02 09:00")
    return [Misdeed(member, "declined_complaints", f"{member}/{day}", start + timedelta(days=day)) for day in days]


def test_each_value_is_tried_on_what_every_member_did_within_the_window() -> None:
    record = [*declined("mia", 3, 0, 1, 2), *declined("noa", 0, 5), *declined("leo", 0, 30, 60)]
    assert effects(record, "declined_complaints", RULES) == [
        Effect("declined_complaints", 1, 3, 0),  # a warning comes before a suspension
        Effect("declined_complaints", 2, 2, 2),
        Effect("declined_complaints", 3, 1, 1),
        Effect("declined_complaints", 4, 1, 1),
    ]
    assert effects(record, "rejected_appeals", RULES) == []


def test_what_came_with_the_warning_at_one_instant_is_not_done_after_it() -> None:
    assert effects(declined("mia", 0, 0), "declined_complaints", RULES)[1] == Effect("declined_complaints", 2, 1, 0)
    assert effects(declined("mia", 0, 0, 1), "declined_complaints", RULES)[1] == Effect("declined_complaints", 2, 1, 1)


def test_what_has_left_the_window_counts_no_more() -> None:
    assert [one.threshold for one in effects(declined("mia", 0, 10), "declined_complaints", RULES)] == [1]
    assert [one.threshold for one in effects(declined("mia", 0, 9.9), "declined_complaints", RULES)] == [1, 2]


def test_so_many_thresholds_are_tried_at_most() -> None:
    found = effects(declined("mia", *(number / 100 for number in range(MOST + 5))), "declined_complaints", RULES)
    assert [one.threshold for one in found] == list(range(1, MOST + 1))
