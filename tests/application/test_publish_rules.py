"""Publishing rulebooks, calendars and the entrance (rules T5, T6, E2, A1), and the law that is read of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from adapters.calendars.holidays_source import known_countries, official_years, year_from_library
from adapters.calendars.zones import Zones, known_zones
from adapters.store.opening import Stores
from application.acting import Act, stream_of
from application.index import PublicationCount, Publications
from application.law import LawLibrary
from application.publish_rules import (
    Known,
    PublishedCalendar,
    PublishedRulebook,
    calendar_year,
    entrance_policy,
    publish_calendar,
    publish_official,
    publish_rulebook,
)
from application.refusals import Invalid
from domain.refusal import Refusal
from domain.rulebook import BUILT_IN, DEFAULT, to_document
from domain.working_days import CalendarYear
from tests.application.world import START, World

KNOWN = Known(known_zones(), known_countries())
SPRING = {"name": "rules", "version": "spring", "effective_from": "2026-04-01T00:00:00Z", "appeal": {"rounds": 3}}
SUMMER = {**SPRING, "version": "summer", "effective_from": "2026-07-01T00:00:00Z"}
NEXT_YEAR = CalendarYear("CN", 2027, (date(2027, 1, 1),), (date(2027, 2, 6),))


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


class BareWorld(World):
    """A world in which nothing was published."""

    def _publish_year(self) -> None:
        pass


@pytest.fixture
def bare(stores: Stores) -> World:
    return BareWorld(stores)


def publish(world: World, document: dict[str, Any]) -> PublishedRulebook:
    return world.act("publish rulebook", "root", lambda act: publish_rulebook(act, document, KNOWN))


def calendar(world: World, year: CalendarYear, source: str = "notice") -> PublishedCalendar:
    return world.act("publish calendar", "root", lambda act: publish_calendar(act, year, source))


def refused(call: Callable[..., object], *args: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args)
    return caught.value


@pytest.mark.rule("T5")
def test_a_published_rulebook_is_in_force_from_its_instant_and_pins_itself_by_digest(world: World) -> None:
    published = publish(world, SPRING)
    assert (published.new, published.published_at, published.rulebook.appeal.rounds) == (True, START, 3)
    law = world.platform.library.law(world.stores.store)
    assert law.in_force(published.rulebook.effective_from) == published.rulebook
    assert law.in_force(published.rulebook.effective_from - timedelta.resolution) is BUILT_IN
    assert law.rulebook(published.rulebook.ref) == published.rulebook


@pytest.mark.rule("T5")
def test_the_same_rulebook_again_is_the_one_published_whatever_the_time_is_by_then(world: World) -> None:
    publish(world, SPRING)
    world.go("2026-05-01 00:00")
    again = publish(world, SPRING)
    assert (again.new, again.published_at) == (False, START)
    assert refused(publish, world, {**SPRING, "appeal": {"rounds": 4}}).code == "version_taken"
    assert world.names(stream_of("rulebook", "rules\nspring")) == ["RulebookPublished"]


@pytest.mark.rule("T5")
def test_the_built_in_rulebook_is_published_since_ever(world: World) -> None:
    same = publish(world, to_document(DEFAULT))
    assert (same.new, same.published_at, same.rulebook) == (False, None, DEFAULT)
    assert refused(publish, world, {**to_document(DEFAULT), "complaint": {"max_links": 1}}).code == "version_taken"


@pytest.mark.rule("T5")
def test_a_rulebook_comes_into_force_in_the_future_and_not_together_with_another(world: World) -> None:
    publish(world, SPRING)
    assert refused(publish, world, {**SUMMER, "effective_from": "2026-03-02T09:00:00Z"}).code == "not_in_the_future"
    assert refused(publish, world, {**SUMMER, "effective_from": "2026-04-01T08:00:00+08:00"}).code == "not_in_the_future"
    assert publish(world, {**SUMMER, "effective_from": "2026-03-02T09:00:01Z"}).new


@pytest.mark.rule("T5", "G5")
@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({**SPRING, "appeal": {"round": 3}}, "appeal.round"),
        ({**SPRING, "time_zone": "Asia/Nowhere"}, "time_zone"),
        ({**SPRING, "calendar": "ZZ"}, "calendar"),
        ({**SPRING, "appeal": {"windows": [{"days": 0}]}}, "appeal.windows[0].days"),
    ],
)
def test_a_document_that_is_no_rulebook_is_refused_with_the_keys_path(world: World, document: dict[str, Any], path: str) -> None:
    refusal = refused(publish, world, document)
    assert (refusal.code, refusal.facts["path"]) == ("rulebook_invalid", path)
    assert refusal.facts["why"]


@pytest.mark.rule("T5", "T6")
def test_a_rulebook_may_name_a_country_whose_calendar_is_not_published_yet(world: World) -> None:
    assert publish(world, {**SPRING, "calendar": "US", "time_zone": "America/New_York"}).new


@pytest.mark.rule("E2", "T6")
def test_a_calendar_is_in_force_from_its_publication(world: World) -> None:
    world.go("2026-03-03 09:00")
    published = calendar(world, NEXT_YEAR)
    assert (published.new, published.published_at, published.source) == (True, world.clock.now(), "notice")
    law = world.platform.library.law(world.stores.store)
    assert law.calendar("CN", published.published_at).has(2027)
    assert not law.calendar("CN", published.published_at - timedelta.resolution).has(2027)


@pytest.mark.rule("E2")
def test_the_digest_in_force_again_is_that_publication_and_a_former_one_again_is_a_new_one(world: World) -> None:
    first = calendar(world, NEXT_YEAR)
    world.go("2026-03-03 09:00")
    again = calendar(world, NEXT_YEAR, "another source")
    assert again == first._replace(new=False)
    other = CalendarYear("CN", 2027, (date(2027, 1, 4),))
    assert calendar(world, other).new
    world.go("2026-03-04 09:00")
    back = calendar(world, NEXT_YEAR)
    assert (back.new, back.published_at) == (True, world.clock.now())
    law = world.platform.library.law(world.stores.store)
    assert law.latest_calendar("CN").is_working(date(2027, 2, 6))
    assert not law.calendar("CN", first.published_at).is_working(date(2027, 1, 1))
    assert law.calendar("CN", world.clock.now() - timedelta(hours=1)).is_working(date(2027, 1, 1))


@pytest.mark.rule("E2")
def test_a_year_that_makes_no_sense_is_no_calendar() -> None:
    assert calendar_year("CN", 2027, [date(2027, 1, 1)], [], KNOWN) == CalendarYear("CN", 2027, (date(2027, 1, 1),))
    for country, off, field in (("ZZ", date(2027, 1, 1), "country"), ("CN", date(2026, 1, 1), "")):
        with pytest.raises(Invalid) as caught:
            calendar_year(country, 2027, [off], [], KNOWN)
        assert list(caught.value.errors) == [field]


@pytest.mark.rule("E2")
def test_where_anything_was_published_an_upgrade_of_the_library_publishes_nothing(world: World) -> None:
    before = world.stores.store.ask(PublicationCount())
    assert publish_official(world.platform, [NEXT_YEAR], "holidays") == 0
    assert world.stores.store.ask(PublicationCount()) == before


@pytest.mark.rule("E2")
def test_several_processes_that_open_a_fresh_store_publish_the_years_once(bare: World) -> None:
    years = [year_from_library("CN", year) for year in official_years("CN")[-3:]]
    ready, published = Barrier(4), []

    def start() -> None:
        ready.wait()
        published.append(publish_official(bare.platform, years, "holidays"))

    threads = [Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(published) == [0, 0, 0, 3]
    assert bare.stores.store.ask(PublicationCount()) == 3
    recorded = [bare.stream(stream)[0] for _, stream in bare.stores.store.ask(Publications())]
    assert len({one.command for one in recorded}) == 1
    assert {one.by for one in recorded} == {"clock"}
    assert bare.platform.library.law(bare.stores.store).calendar("CN", START).digest


@pytest.mark.rule("T5", "E2")
def test_the_law_is_read_again_only_when_something_new_was_published(world: World) -> None:
    library, store = LawLibrary(Zones()), world.stores.store
    first = library.law(store)
    assert library.law(store) is first
    calendar(world, NEXT_YEAR)
    calendar(world, CalendarYear("CN", 2027))
    publish(world, SPRING)
    second = library.law(store)
    assert second is not first
    assert library.law(store) is second
    assert second.latest_calendar("CN").has(2027)


@pytest.mark.rule("T5")
def test_what_is_in_a_publications_stream_beside_it_is_no_law(world: World) -> None:
    before = world.platform.library.law(world.stores.store)

    def odd(act: Act) -> None:
        from application.index import PutPublication
        from application.members import ENTRANCE_STREAM

        act.note(PutPublication("rulebook", ENTRANCE_STREAM, "odd"))

    world.act("odd", "root", odd)
    assert world.platform.library.law(world.stores.store).in_force(START) == before.in_force(START)


@pytest.mark.rule("A1")
def test_an_entrance_policy_names_its_members_by_opaque_ids(world: World) -> None:
    policy = entrance_policy(world.platform, False, ["apparel", "toys", "apparel"], ["alice", "bob", "alice"], "all")
    ids = tuple(identity.member_id for name in ("alice", "bob") if (identity := world.stores.identities.by_subject(name)))
    assert (policy.categories, policy.members, policy.match) == (("apparel", "toys"), ids, "all")
