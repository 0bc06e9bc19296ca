"""Complaints as their complainants and the desk find them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.appeal import AppealStatus
from domain.case.state import Status
from domain.events.listing import ListingPicture, ListingPicturesFed
from projections import appeals, complaints, listings, penalties
from projections.complaints import ComplaintFilter
from projections.runner import Views
from tests.projections.world import MONDAY, World, every_ending


@pytest.mark.rule("C2", "D2", "D3")
def test_every_case_is_shown_as_its_own_stream_tells_it(views: Views, world: World) -> None:
    every_ending(world)
    with views.current() as r:
        shown = {name: complaints.get(r, name) for name in world.cases}
    assert {name: c for name, c in shown.items() if c} == world.cases
    assert {case.status for case in world.cases.values()} >= {*Status} - {Status.NOTICED}


@pytest.mark.rule("D1", "C2")
def test_appeals_left_fall_with_each_appeal_and_are_none_at_all_in_an_ended_case(views: Views, world: World) -> None:
    every_ending(world)
    with views.current() as r:
        left = {name: c.appeals_left for name in world.cases if (c := complaints.get(r, name))}
        by = {name: (c.window.closes.closes_at if c.window else None) for name in world.cases if (c := complaints.get(r, name))}
    assert left["lodged"] is None
    assert (left["penalized"], left["appealed"]) == (2, 1)
    assert {left[name] for name in ("declined", "withdrawn", "lifted", "voided", "exhausted", "unanswered", "reopened")} == {0}
    assert {name for name, at in by.items() if at is not None} == {"penalized"}


@pytest.mark.rule("C2")
def test_a_complainant_finds_its_own_complaints_newest_first(views: Views, world: World) -> None:
    for number in range(5):
        world.lodge(f"mine-{number}", owner="me")
        world.lodge(f"other-{number}", owner="somebody else")
    with views.current() as r:
        first = complaints.newest(r, ComplaintFilter(complainant="me"), limit=2)
        second = complaints.newest(r, ComplaintFilter(complainant="me"), limit=2, after=first.next)
    world.lodge("mine-5", owner="me")
    with views.current() as r:
        third = complaints.newest(r, ComplaintFilter(complainant="me"), limit=2, after=second.next)
    pages = [[complaint.id for complaint in page.items] for page in (first, second, third)]
    assert pages == [["mine-4", "mine-3"], ["mine-2", "mine-1"], ["mine-0"]]
    assert third.next is None


@pytest.mark.rule("G1", "C2")
@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (ComplaintFilter(respondent="bob"), {"a"}),
        (ComplaintFilter(member="bob"), {"a", "c"}),
        (ComplaintFilter(filing_id="f2"), {"b"}),
        (ComplaintFilter(listing_id="l3"), {"c"}),
        (ComplaintFilter(statuses=[Status.PENALIZED, Status.DECLINED]), {"a", "b"}),
        (ComplaintFilter(statuses=[]), set()),
        (ComplaintFilter(lodged_from=MONDAY + timedelta(hours=1)), {"b", "c"}),
        (ComplaintFilter(lodged_from=MONDAY, lodged_until=MONDAY + timedelta(hours=1)), {"a"}),
        (ComplaintFilter(), {"a", "b", "c"}),
    ],
)
def test_cases_are_found_by_parties_filing_listing_status_and_time(
    views: Views, world: World, sought: ComplaintFilter, found: set[str]
) -> None:
    world.lodge("a", owner="ann", seller="bob", filing="f1", listing_id="l1")
    world.wait(hours=1)
    world.lodge("b", owner="ann", seller="eve", filing="f2", listing_id="l2")
    world.wait(hours=1)
    world.lodge("c", owner="bob", seller="eve", filing="f3", listing_id="l3")
    world.accept("a")
    world.decline("b")
    with views.current() as r:
        assert {complaint.id for complaint in complaints.newest(r, sought, limit=10).items} == found


@pytest.mark.rule("C3", "D4")
def test_the_desk_takes_the_longest_due_first_and_sees_what_is_overdue(views: Views, world: World) -> None:
    world.lodge("first")
    world.lodge("answered")
    world.accept("answered")
    world.appeal("answered")
    world.lodge("done")
    world.decline("done")
    world.wait(days=1)
    world.lodge("later")
    lodged, answered = world.cases["first"], world.cases["answered"]
    late = lodged.accept_by.closes_at
    with views.current() as r:
        page = complaints.by_due(r, ComplaintFilter(), limit=3)
        rest = complaints.by_due(r, ComplaintFilter(), limit=3, after=page.next)
        assert [c.id for c in page.items + rest.items] == ["first", "later", "answered", "done"]
        assert page.items[2].desk_due_at == answered.rounds[0].decide_by.closes_at
        for now, overdue in ((late - timedelta(seconds=1), []), (late, ["first"])):
            asked = complaints.by_due(r, ComplaintFilter(overdue=(True, now)), limit=9).items
            assert [c.id for c in asked] == overdue == [c.id for c in asked if c.overdue(now)]
        others = complaints.by_due(r, ComplaintFilter(overdue=(False, late)), limit=9).items
        assert [c.id for c in others] == ["later", "answered", "done"]


@pytest.mark.rule("D2", "D4", "C6")
def test_appeals_are_shown_as_their_streams_tell_them(views: Views, world: World) -> None:
    every_ending(world)
    with views.current() as r:
        moot = appeals.get(r, "appeal 1 of withdrawn")
        special = appeals.get(r, "appeal 1 of special")
        second = appeals.get(r, "appeal 2 of exhausted")
        queue = appeals.by_due(r, limit=99)
    assert moot is not None and (moot.status.value, moot.evidence) == ("moot", ("evidence-1",))
    assert special is not None and special.special and appeals.due_at(special) is None
    assert second is not None and second.status.value == "not_accepted"
    assert queue.items[0].id == "appeal 1 of appealed"
    assert {appeal.id for appeal in queue.items if appeal.status.value == "open"} == {"appeal 1 of appealed", "appeal 1 of special"}


@pytest.mark.rule("D4")
def test_the_desk_finds_appeals_by_status_respondent_and_lateness(views: Views, world: World) -> None:
    every_ending(world)
    due = world.cases["appealed"].rounds[0].decide_by.closes_at
    with views.current() as r:
        late = appeals.by_due(r, limit=9, overdue=(True, due)).items
        early = appeals.by_due(r, limit=9, overdue=(True, due - timedelta(seconds=1))).items
        upheld = appeals.by_due(r, limit=9, statuses=[AppealStatus.UPHELD]).items
        nobody = appeals.by_due(r, limit=9, respondent="nobody").items
    assert [appeal.id for appeal in late] == ["appeal 1 of appealed"] == [a.id for a in late if appeals.overdue(a, due)]
    assert ([a.id for a in upheld], early, nobody) == (["appeal 1 of lifted"], [], [])


@pytest.mark.rule("F2")
def test_a_listing_is_shown_with_its_pictures_as_fed_last(views: Views, world: World) -> None:
    world.feed("coat")
    for digest in ("first", "second"):
        world.tell("stream of coat", ListingPicturesFed("coat", (ListingPicture(digest, 900, 800, b"fingerprint"),)))
    with views.current() as r:
        found = listings.many(r, ["coat", "none"])
    assert {name: listing.pictures for name, listing in found.items()} == {"coat": (ListingPicture("second", 900, 800, b""),)}


@pytest.mark.rule("C4")
def test_the_marketplace_is_told_of_each_change_once_and_a_listing_is_down_while_a_penalty_stands(views: Views, world: World) -> None:
    world.feed("coat")
    for case_id in ("a", "b"):
        world.lodge(case_id, listing_id="coat", filing=f"filing of {case_id}")
        world.accept(case_id)
    with views.current() as r:
        coat = listings.get(r, "coat")
        first = penalties.feed(r, limit=10)
    assert coat is not None and coat.down and coat.penalties == ("a", "b") and coat.title == "A coat"
    world.withdraw("a")
    world.lift("b")
    with views.current() as r:
        again = penalties.feed(r, limit=10, after=first.next)
        nothing = penalties.feed(r, limit=10, after=again.next)
        coat = listings.get(r, "coat")
    assert [order.action for order in first.items] == ["take_down"]
    assert [(order.action, order.listing_id) for order in again.items] == [("restore", "coat")]
    assert (nothing.items, nothing.next) == ([], again.next)
    assert coat is not None and not coat.down
    assert first.items[0].id != again.items[0].id
