"""What differs between two rulebooks, and every fault of a draft (rules G5, G6)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.rulebook import DEFAULT, parse_rulebook
from domain.rulebook_differences import FAULTS, KeyDifference, differences, faults

pytestmark = pytest.mark.rule("G5")


def _with(**sections: Any) -> Any:
    return parse_rulebook({"name": "other", "version": "1", "effective_from": "2027-01-01T00:00:00Z", **sections})


def test_keys_are_the_leaves_that_differ_once_defaults_are_filled_in() -> None:
    other = _with(appeal={"rounds": 3, "windows": [{"days": 5}, {"days": 3, "from": "previous_decision"}]})
    assert differences(DEFAULT, other) == (KeyDifference("appeal.rounds", 2, 3), KeyDifference("appeal.windows[0].days", 3, 5))


def test_a_list_of_another_length_is_one_key_told_in_words() -> None:
    (only,) = differences(DEFAULT, _with(appeal={"windows": [{"days": 14, "count": "calendar"}]}))
    assert only.key == "appeal.windows"
    assert only.words == (
        "appeal.windows is (3 working days from notice, 3 working days from previous_decision) in the first "
        "and (14 calendar days from notice) in the second"
    )


def test_what_only_names_the_rulebook_is_told_where_it_is_asked_for() -> None:
    other = _with(reminder={"enabled": False})
    assert [one.key for one in differences(DEFAULT, other, names=True)] == ["name", "version", "effective_from", "reminder.enabled"]
    assert [one.words for one in differences(DEFAULT, other)] == ["reminder.enabled is yes in the first and no in the second"]
    assert KeyDifference("x", None, 1).words == "x is not there in the first and 1 in the second"


def test_a_rulebook_does_not_differ_from_itself_nor_has_it_faults() -> None:
    assert differences(DEFAULT, DEFAULT, names=True) == ()
    assert faults({"name": "a", "version": "1"}) == ()


def test_every_fault_is_told_with_its_path() -> None:
    draft = {
        "appeal": {"rounds": 0, "windows": [{"days": "three"}], "no_such_key": 1, "decide_within": [{"from_days": 9, "days": 5}]},
        "picture": {"min_side": -1},
        "time_zone": "Nowhere/City",
        "calendar": "XX",
    }
    found = {one.path: one.why for one in faults(draft, {"Asia/Shanghai"}, {"CN"})}
    assert found.keys() == {
        "appeal.rounds",
        "appeal.windows[0].days",
        "appeal.no_such_key",
        "appeal.decide_within[0].from_days",
        "picture.min_side",
        "time_zone",
        "calendar",
    }
    assert found["appeal.no_such_key"] == "unknown key"
    assert draft["appeal"]["rounds"] == 0  # type: ignore[index]  # the draft itself is left as it is


def test_places_in_a_list_keep_their_numbers() -> None:
    assert [one.path for one in faults({"appeal": {"windows": ["one", 2, {"days": 3}, {"days": 0}]}})] == [
        "appeal.windows[0]",
        "appeal.windows[1]",
        "appeal.windows[3].days",
    ]


def test_what_cannot_be_taken_out_ends_the_search() -> None:
    assert [one.path for one in faults({"picture": {"suffixes": ["gif", "bmp"]}})] == ["picture.suffixes[0]"]
    (missing,) = faults({"misuse": {"declined_complaints": {"warn_at": 30}}})
    assert missing.path == "misuse.declined_complaints.suspend_at"


def test_at_most_so_many_faults_are_told() -> None:
    assert len(faults({f"key{number}": 1 for number in range(FAULTS + 9)})) == FAULTS
