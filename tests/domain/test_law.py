"""Which rules and which calendar are in force when (rules T5, T6, E2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from adapters.calendars.zones import load_zone
from domain.law import Law, PublishedYear
from domain.rulebook import BUILT_IN, DEFAULT, RulebookRef, parse_toml
from domain.working_days import CalendarYear, Duration, deadline, proof
from tests.domain.chinese_years import CHINA, YEARS

DAWN = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = {"Asia/Shanghai": load_zone("Asia/Shanghai")}
SPRING = parse_toml('version = "spring"\neffective_from = 2026-04-01T00:00:00Z\n[appeal]\nrounds = 3')
SUMMER = replace(SPRING, version="summer", effective_from=datetime(2026, 7, 1, tzinfo=UTC))
PUBLISHED = [PublishedYear(DAWN, year) for year in YEARS.values()]


@pytest.mark.rule("T5")
def test_in_force_is_the_rulebook_with_the_greatest_instant_of_effect_that_has_come() -> None:
    law = Law([SUMMER, SPRING])
    assert law.in_force(datetime(1, 1, 1, tzinfo=UTC)) is BUILT_IN
    assert law.in_force(SPRING.effective_from - timedelta.resolution) is BUILT_IN
    assert law.in_force(SPRING.effective_from) == SPRING
    assert law.in_force(SUMMER.effective_from - timedelta.resolution) == SPRING
    assert law.in_force(datetime(2030, 1, 1, tzinfo=UTC)) == SUMMER


@pytest.mark.rule("T5")
def test_a_pinned_rulebook_is_found_again_by_its_digest_alone() -> None:
    law = Law([SPRING, SUMMER])
    assert law.rulebook(SPRING.ref) == SPRING
    assert law.rulebook(BUILT_IN.ref) == BUILT_IN
    assert law.rulebook(RulebookRef("renamed", "renamed", SUMMER.digest)) == SUMMER
    with pytest.raises(KeyError):
        law.rulebook(DEFAULT.ref)


@pytest.mark.rule("T6", "E2")
def test_a_calendar_holds_the_years_published_by_then_of_each_the_latest() -> None:
    noon = DAWN + timedelta(hours=12)
    corrected = CalendarYear("CN", 2026, days_off=(date(2026, 3, 3),))
    law = Law(calendars=[PublishedYear(noon, corrected), *PUBLISHED, PublishedYear(DAWN, CalendarYear("US", 2026))])
    before, at_dawn, at_noon = (law.calendar("CN", at) for at in (DAWN - timedelta.resolution, DAWN, noon))
    assert [before.has(2026), at_dawn.has(2026), at_noon.has(2026)] == [False, True, True]
    assert at_dawn.digest == CHINA.digest
    assert [calendar.is_working(date(2026, 3, 3)) for calendar in (before, at_dawn, at_noon)] == [True, True, False]
    assert at_noon.is_working(date(2026, 10, 1)), "the correction replaces the whole year"
    assert at_noon.has(2025)
    assert law.latest_calendar("CN") is at_noon
    assert law.calendar("CN", DAWN) is at_dawn, "composed once"
    assert law.calendar("US", DAWN).has(2026)


@pytest.mark.rule("T6")
def test_a_country_without_a_publication_has_weekdays_only() -> None:
    law = Law()
    assert law.calendar("US", DAWN) is law.latest_calendar("US")
    assert not law.calendar("US", DAWN).has(2026)


@pytest.mark.rule("T6", "C4")
def test_a_deadline_follows_the_rulebooks_calendar_and_zone_as_they_are_when_it_is_given() -> None:
    start = datetime(2026, 2, 13, 8, tzinfo=UTC)
    law = Law([SPRING], PUBLISHED, ZONES)
    zone = law.zone("Asia/Shanghai")
    assert law.deadline(start, Duration(3), SPRING, start) == deadline(start, Duration(3), CHINA, zone)
    assert law.deadline(start, Duration(3), SPRING, start).closes_at == datetime(2026, 2, 25, 16, tzinfo=UTC)
    assert law.proof(start, Duration(3), SPRING, start) == proof(start, Duration(3), CHINA, zone)
    early = law.deadline(start, Duration(3), SPRING, DAWN - timedelta(days=1))
    assert (early.closes_at, early.provisional) == (datetime(2026, 2, 18, 16, tzinfo=UTC), True)


def test_a_zone_that_is_not_known_is_named() -> None:
    with pytest.raises(KeyError, match="Asia/Peking"):
        Law(zones=ZONES).zone("Asia/Peking")


def test_a_version_is_found_by_its_name_whether_published_or_built_in() -> None:
    law = Law([SPRING], PUBLISHED, ZONES)
    assert law.version(SPRING.name, SPRING.version) == SPRING
    assert law.version(BUILT_IN.name, BUILT_IN.version) is BUILT_IN
    assert law.version(SPRING.name, "never") is None
