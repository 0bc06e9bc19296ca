"""What is kept for the record: refused attempts, evidence, and everything published."""

from __future__ import annotations

from datetime import date

import pytest

from domain.events import Sealed
from domain.events.appeal import EvidenceUploaded
from domain.events.member import AttemptRefused, CalendarPublished, EntrancePolicyChanged, RulebookPublished
from projections import attempts, evidence, publications
from projections.reading import Page
from projections.runner import Views
from tests.domain.tale import instant
from tests.projections.world import World


@pytest.mark.rule("D5")
def test_attempts_are_found_by_what_they_were_about_and_by_who_made_them(views: Views, world: World) -> None:
    facts = {"closed_at": "2026-03-05T16:00:00Z", "limit": 2}
    world.tell("attempts of case", AttemptRefused("appeal", "case", "window_closed", facts), by="seller")
    world.tell("attempts of case", AttemptRefused("withdrawal", "case", "not_withdrawable", {}), by="owner")
    world.tell("attempts of owner", AttemptRefused("lodging", "owner", "unknown_listing", {}), by="owner")
    with views.current() as r:
        about = attempts.about(r, "case", limit=9).items
        first = attempts.by(r, "owner", limit=1)
        second = attempts.by(r, "owner", limit=1, after=first.next)
    assert [(attempt.command, attempt.by, attempt.facts) for attempt in about] == [("appeal", "seller", facts), ("withdrawal", "owner", {})]
    assert [attempt.code for attempt in first.items + second.items] == ["not_withdrawable", "unknown_listing"]


@pytest.mark.rule("H5", "H6")
def test_evidence_is_found_by_id_and_by_owner(views: Views, world: World) -> None:
    for number in range(3):
        world.tell(f"e-{number}", EvidenceUploaded("seller", f"d-{number}", 10, Sealed("proof.pdf")))
    with views.current() as r:
        assert {name: found.digest for name, found in evidence.many(r, ["e-0", "e-2", "none"]).items()} == {"e-0": "d-0", "e-2": "d-2"}
        assert [found.id for found in evidence.of_owner(r, "seller", 9).items] == ["e-2", "e-1", "e-0"]
        assert evidence.of_owner(r, "owner", 9) == Page([], None)


@pytest.mark.rule("T5", "E2", "A1")
def test_rulebooks_calendars_and_the_entrance_are_found_as_published(views: Views, world: World) -> None:
    since = instant("2026-06-01 00:00")
    document = {"name": "house", "appeal": {"rounds": 3}}
    world.tell("rulebooks", RulebookPublished("house", "1", since, "d-1", document))
    world.tell("rulebooks", RulebookPublished("house", "2", since, "d-2", document))
    for year in (2026, 2027):
        world.tell(f"CN {year}", CalendarPublished("CN", year, (date(year, 10, 1),), (), (5, 6), f"d-{year}", "a test"))
    world.tell("US 2026", CalendarPublished("US", 2026, (), (), (5, 6), "d-us", "a test"))
    with views.current() as r:
        assert publications.entrance(r) is None
        second = publications.rulebook(r, "house", "2")
        assert publications.rulebook(r, "house", "3") is None
        assert [book.version for book in publications.rulebooks(r, limit=9).items] == ["2", "1"]
        assert [calendar.year for calendar in publications.calendars(r, limit=9, country="CN").items] == [2027, 2026]
        assert [calendar.digest for calendar in publications.calendars(r, limit=1).items] == ["d-us"]
    assert second is not None and (second.effective_from, second.document, second.digest) == (since, document, "d-2")
    world.tell("entrance", EntrancePolicyChanged(False, ("apparel",), (), "any"))
    world.tell("entrance", EntrancePolicyChanged(True, (), ("ann",), "all"))
    with views.current() as r:
        policy = publications.entrance(r)
    assert policy is not None and (policy.open_to_all, policy.members, policy.match) == (True, ("ann",), "all")
