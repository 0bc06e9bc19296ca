"""The complaint is anonymous (rule C5): two worlds that differ only in who complains, how and when, look alike to the respondent;
and no word, id or digest of a complainant's is in anything that a respondent is ever given."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.system.settings import Settings
from tests.contract.played import ENDS, Complainant, Played, difference, numbered, somebody, story
from tests.contract.shop import Shop

RICH = (1187, 1171, 1256, 1074)
"""Seeds of four stories that tell between them of every ending, every kind of step and every kind of listing picture."""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    shops = tuple(Shop(Settings(store=str(tmp_path_factory.mktemp("world")))) for _ in range(2))
    yield shops[0], shops[1]
    for shop in shops:
        shop.close()


def tell_both(two: tuple[Shop, Shop], name: str, seed: int, casts: tuple[list[Complainant], list[Complainant]]) -> None:
    told = story(seed)
    one, other = (numbered(Played(shop, told, cast, name).play()) for shop, cast in zip(two, casts, strict=True))
    assert len(one) > 20
    assert difference(one, other) is None, (seed, difference(one, other))


@pytest.mark.rule("C5")
def test_another_complainant_makes_no_difference(two: tuple[Shop, Shop]) -> None:
    seed = RICH[0]
    chance = random.Random(seed)
    casts = tuple([somebody(chance) for _ in story(seed).shows] for _ in range(2))
    tell_both(two, f"a{seed}", seed, (casts[0], casts[1]))


@pytest.mark.rule("C5")
def test_one_complainant_of_all_and_one_of_each_look_alike(two: tuple[Shop, Shop]) -> None:
    seed = 0
    chance = random.Random(seed)
    each = [somebody(chance) for _ in story(seed).shows]
    one = each[0]
    same = [replace(one, minute=who.minute, file=who.file, statement=who.statement) for who in each]
    tell_both(two, f"b{seed}", seed, (same, each))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path_factory.mktemp("taint"))))
    yield opened
    opened.close()


def hits(shop: Shop, name: str, seed: int) -> list[tuple[str, str]]:
    """Where something of a complainant's is in what the respondent heard."""
    chance = random.Random(seed)
    played = Played(shop, story(seed), [somebody(chance) for _ in story(seed).shows], name)
    heard = played.play()
    assert len(heard) > 20
    assert len(played.secrets) > 8
    needles = [secret.encode().lower() for secret in played.secrets]
    return [(needle.decode(), answer.decode(errors="replace")) for answer in heard for needle in needles if needle in answer.lower()]


@pytest.mark.rule("C5")
@pytest.mark.parametrize("seed", RICH)
def test_nothing_of_a_complainant_reaches_a_respondent(shop: Shop, seed: int) -> None:
    assert hits(shop, f"t{seed}", seed) == []


def test_those_stories_tell_of_everything() -> None:
    told = [story(seed) for seed in RICH]
    ends = {tuple(step.what for step in one.steps if step.case == case and step.what not in ASIDE) for one in told for case in range(3)}
    assert ends == set(ENDS)
    assert {shown for one in told for shows in one.shows for shown in shows} == {"copy", "part", "like", "other"}
    assert {step.what for one in told for step in one.steps} >= {"look", "file", "refeed"}


ASIDE = ("look", "file", "refeed")


@pytest.mark.slow
@pytest.mark.rule("C5")
def test_hundreds_of_stories_give_no_complainant_away(shop: Shop) -> None:
    for seed in range(int(os.environ.get("ANONYMITY_MANY", "400"))):
        assert hits(shop, f"s{seed}", 10_000 + seed) == [], seed
