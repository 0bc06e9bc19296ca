"""Why a replayed case ends otherwise: the fewest keys that alone give the very ending, found by replaying (rule G6)."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations
from random import Random
from typing import Any

import pytest

from domain.case import causes as seeking
from domain.case.causes import Cause, Causes, causes
from domain.case.counterfactual import counterfactual
from domain.counterfactual_law import CounterfactualLaw
from domain.law import Law, PublishedYear
from domain.partial_law import InvalidCombination, PartialLaw
from domain.rulebook import BUILT_IN, Rulebook, parse_rulebook
from tests.domain.caused import caused
from tests.domain.chronicle import Chronicle, instant, law
from tests.domain.tale import SHANGHAI, SINCE_EVER, YEAR_2026

UNTIL = instant("2026-06-01 00:00")


def published(other: Rulebook, *rulebooks: Rulebook) -> tuple[Any, ...]:
    return other, rulebooks, [PublishedYear(SINCE_EVER, YEAR_2026)], {"Asia/Shanghai": SHANGHAI}


def why(case: Chronicle, other: Rulebook, *rulebooks: Rulebook, until: datetime = UNTIL) -> tuple[str, Causes | None]:
    """How the case would end under the other rulebook, and the causes of that."""

    def ending(under: Law) -> str:
        return counterfactual(case.facts, under, until, case.known_fall(), case.tale.law).ending

    would = ending(CounterfactualLaw(*published(other, *rulebooks)))
    return would, causes(PartialLaw(*published(other, *rulebooks)), ending, would)


def by_trying_all(case: Chronicle, other: Rulebook, until: datetime, would: str) -> list[tuple[str, ...]]:
    """The least sets, found by trying every set there is."""
    parts = PartialLaw(*published(other))
    for size in range(len(parts.keys) + 1):
        found = []
        for keys in combinations(parts.keys, size):
            parts.choose(sum(1 << parts.keys.index(key) for key in keys))
            try:
                if counterfactual(case.facts, parts, until, case.known_fall(), case.tale.law).ending == would:
                    found.append(keys)
            except InvalidCombination:
                pass
        if found:
            return found
    raise AssertionError("all keys together give the ending")


def rulebook(**sections: object) -> Rulebook:
    return parse_rulebook({"name": "other", "version": "1", "effective_from": "2000-01-01T00:00:00Z", **sections})


def least_sets_are_right(seed: int, cases: int, tried: int) -> None:
    chance = Random(seed)
    for number in range(cases):
        one = caused(chance)
        would, found = why(one.chronicle, one.other, until=one.until)
        assert (would, found is not None and sorted(found.sets)) == (one.ends, sorted(one.sets))
        assert found is not None
        assert {cause.key for cause in found.because} == {key for keys in one.sets for key in keys}
        if number < tried:
            assert sorted(by_trying_all(one.chronicle, one.other, one.until, would)) == sorted(one.sets)


@pytest.mark.rule("G6")
def test_the_least_sets_of_cases_of_which_the_answer_is_known() -> None:
    least_sets_are_right(1, 100, 20)


@pytest.mark.slow
@pytest.mark.rule("G6")
def test_the_least_sets_of_a_thousand_cases_of_which_the_answer_is_known() -> None:
    least_sets_are_right(2, 1_000, 1_000)


@pytest.mark.rule("G6")
def test_a_combination_that_is_no_rulebook_is_skipped() -> None:
    # Two days to decide, of which three must pass before: no rulebook. So both keys of it are needed together.
    rules = law(appeal={"on_lapse": "release"})
    case = Chronicle(rules=rules).at("2026-03-03 09:00").do("accept").at("2026-03-04 09:00").do("appeal")
    case.at("2026-03-10 09:00").do("decide", "rejected").settle("2026-03-20 09:00")
    own, within = rulebook(appeal={"on_lapse": "release"}), [{"days": 2, "from_days": 1}]
    would, found = why(case, rulebook(appeal={"on_lapse": "release", "decide_within": within}, penalty={"when": "final"}), own)
    assert would == "lifted"
    assert found == Causes(
        (Cause("appeal.decide_within[0].days", "5", "2"), Cause("appeal.decide_within[0].from_days", "3", "1")),
        (("appeal.decide_within[0].days", "appeal.decide_within[0].from_days"),),
    )


@pytest.mark.rule("G6")
def test_a_set_that_reads_the_same_as_one_that_was_tried_is_skipped_too_where_it_is_no_rulebook() -> None:
    # The day from which one may decide was never asked for; with four of it the case would go the same way, were that a rulebook.
    case = Chronicle().at("2026-03-03 09:00").do("accept").at("2026-03-04 09:00").do("appeal")
    case.at("2026-03-10 09:00").do("decide", "rejected").settle("2026-03-20 09:00")
    other = rulebook(appeal={"on_lapse": "release", "decide_within": [{"days": 3, "from_days": 3}]})
    own = rulebook(appeal={"decide_within": [{"days": 5, "from_days": 4}]})
    would, found = why(case, other, own)
    assert would == "lifted"
    assert found is not None
    (keys,) = found.sets
    assert sorted(keys) == ["appeal.decide_within[0].days", "appeal.decide_within[0].from_days", "appeal.on_lapse"]


@pytest.mark.rule("G6", "G3")
def test_a_list_of_another_length_is_one_key_and_the_value_is_that_of_the_rulebook_the_case_was_under() -> None:
    case = Chronicle(rules=law(appeal={"windows": [{"days": 5}]})).at("2026-03-03 09:00").do("accept")
    case.at("2026-03-09 09:00").do("appeal").at("2026-03-10 09:00").do("decide", "upheld")
    other, own = rulebook(appeal={"windows": [{"days": 2}, {"days": 2}]}), rulebook(appeal={"windows": [{"days": 5}]})
    would, found = why(case, other, own)
    assert would == "final"
    assert found is not None
    assert found.sets == (("appeal.windows",),)
    (cause,) = found.because
    assert cause.was == '[{"days":5,"count":"working","roll":null,"from":"notice"}]'
    assert '"days":2' in cause.would
    assert PartialLaw(*published(other, own)).keys == (  # of the built-in rulebook they differ in items, for its list is as long
        "appeal.windows[0].days",
        "appeal.windows[1].days",
        "appeal.windows",
    )


@pytest.mark.rule("G6")
def test_with_no_key_chosen_and_with_all_of_them_it_is_the_law_in_force_and_the_other() -> None:
    other = rulebook(appeal={"rounds": 3}, calendar="US", limits={"pictures": 3})
    parts = PartialLaw(*published(other))
    at = instant("2026-03-02 09:00")
    assert parts.in_force(at).appeal.rounds == BUILT_IN.appeal.rounds
    assert parts.keys == ("calendar", "appeal.rounds")
    parts.choose(0b11)
    mixed = parts.in_force(at)
    assert (mixed.calendar, mixed.appeal.rounds, mixed.limits) == ("US", 3, BUILT_IN.limits)
    assert parts.rulebook(mixed.ref) is mixed
    assert parts.reading.keys == 0b11
    assert list(parts.reading.asked) == [BUILT_IN.digest]


@pytest.mark.rule("G6")
def test_causes_that_are_too_many_to_try_or_cannot_be_found_are_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = caused(Random(1))

    def broken(under: Law) -> str:
        raise ValueError("nobody can replay this")

    assert causes(PartialLaw(*published(one.other)), broken, "final") is None
    monkeypatch.setattr(seeking, "MOST", 1)
    assert why(one.chronicle, one.other, until=one.until) == (one.ends, None)
