"""Messages: who is told of what, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.events import Sealed, Seen
from domain.events import filing as happened
from domain.events.listing import SellerWarned, SightingAuthorised, SightingComplained, SightingGone, SightingMade
from domain.events.member import AuthorizationGranted, AuthorizationRevoked, RuleChange, RulesNoticeGiven
from domain.sighting import SightingStatus
from domain.working_days import CalendarRef, Deadline
from projections import messages, sightings
from projections.message import Message
from projections.runner import Views
from tests.projections.test_filings import FOUND, REINSTATED
from tests.projections.world import World

SEEN = Seen("d", "copy", 0.9, (0, 0, 1, 1), (0, 0, 1, 1), False, 0, 1, 1, True, "m/1")


def told(views: Views, member: str) -> list[Message]:
    with views.current() as r:
        return messages.of_member(r, member, limit=99).items


def kinds(views: Views, member: str) -> list[str]:
    return [message.kind for message in told(views, member)]


@pytest.mark.rule("C2", "C4", "D1", "D2")
def test_both_parties_are_told_of_a_case_each_in_its_own_terms(views: Views, world: World) -> None:
    world.lodge("case")
    assert kinds(views, "owner") == kinds(views, "seller") == []
    world.accept("case", notice_id="notice")
    world.appeal("case")
    world.decide("case", "rejected")
    world.appeal("case")
    world.decide("case", "upheld", by="desk-2")
    assert kinds(views, "owner") == [
        "complaint_accepted",
        "appeal_opened",
        "appeal_decided",
        "appeal_opened",
        "appeal_decided",
        "complaint_lifted",
    ]
    assert kinds(views, "seller") == [
        "notice_served",
        "appeal_opened",
        "appeal_decided",
        "appeal_possible",
        "appeal_opened",
        "appeal_decided",
        "notice_lifted",
    ]
    assert {(message.about_kind, message.about) for message in told(views, "owner")} == {("complaint", "case")}
    assert {(message.about_kind, message.about) for message in told(views, "seller")} == {("notice", "notice")}
    served, *_, decided = [message for message in told(views, "seller") if message.kind in ("notice_served", "appeal_decided")]
    rule = served.facts["rule"]
    until = "You have the right to appeal until 2026-03-05T16:00:00Z."
    assert served.text() == f"An infringement notice was served on your listing. {until} Rule: {rule}."
    assert served.text("zh") == f"您的商品收到侵权通知。您有权在 2026-03-05T16:00:00Z 之前提起申诉。依据规则：{rule}。"
    assert decided.text() == f"Your appeal of round 2 was upheld. Reasons: seen. Rule: {rule}."
    assert decided.text("zh") == f"您的第 2 轮申诉结果：成立。理由：seen。依据规则：{rule}。"


@pytest.mark.rule("C6", "B7", "D3", "H4", "C3")
def test_each_ending_is_told(views: Views, world: World) -> None:
    for name in ("declined", "withdrawn", "voided", "unanswered", "early"):
        world.lodge(name, owner=f"owner of {name}", seller=f"seller of {name}")
    world.decline("declined")
    world.withdraw("early")
    for name in ("withdrawn", "voided", "unanswered"):
        world.accept(name)
    world.withdraw("withdrawn")
    world.void("voided")
    world.wait(days=5)
    world.settle("unanswered")
    assert kinds(views, "owner of declined") == ["complaint_declined"]
    assert kinds(views, "owner of withdrawn") == ["complaint_accepted"]
    assert kinds(views, "owner of voided") == ["complaint_accepted", "complaint_voided"]
    assert kinds(views, "owner of unanswered") == ["complaint_accepted", "complaint_final"]
    assert kinds(views, "seller of declined") == kinds(views, "seller of early") == []
    assert kinds(views, "seller of withdrawn") == ["notice_served", "notice_withdrawn"]
    assert kinds(views, "seller of voided") == ["notice_served", "notice_voided"]
    assert kinds(views, "seller of unanswered") == ["notice_served", "appeal_reminder", "notice_final"]


@pytest.mark.rule("F2", "C5")
def test_a_sighting_is_told_to_the_owner_and_the_seller_is_warned_without_a_word_of_whom(views: Views, world: World) -> None:
    world.tell("s-1", SightingMade("f-1", "owner", "coat", "https://shop.example/coat", "bob", SEEN))
    world.tell("warning", SellerWarned("bob", "coat", "https://shop.example/coat"))
    world.tell("s-2", SightingMade("f-1", "owner", "hat", "https://shop.example/hat", "friend", SEEN, authorised=True))
    (sighting,) = told(views, "owner")
    (warning,) = told(views, "bob")
    assert (sighting.kind, sighting.about) == ("sighting", "s-1")
    assert (warning.kind, warning.about_kind, warning.about) == ("seller_warned", "listing", "coat")
    assert not [word for word in ("owner", "f-1", "s-1") if word in repr(warning).replace(warning.id, "")]
    assert told(views, "friend") == []


@pytest.mark.rule("F2")
def test_an_owner_finds_its_sightings_by_how_they_stand(views: Views, world: World) -> None:
    following = {"new": (), "seen": (SightingComplained("case"),), "gone": (SightingGone(),), "left": (SightingAuthorised(),)}
    for name, events in following.items():
        world.tell(name, SightingMade("f-1", "owner", name, f"https://shop.example/{name}", "bob", SEEN), *events)
    world.tell("friendly", SightingMade("f-1", "owner", "hat", "https://shop.example/hat", "friend", SEEN, authorised=True))
    with views.current() as r:
        assert [s.id for s in sightings.of_owner(r, "owner", 9).items] == ["friendly", "left", "gone", "seen", "new"]
        assert [s.id for s in sightings.of_owner(r, "owner", 9, statuses=[SightingStatus.AUTHORISED]).items] == ["friendly", "left"]
        assert sightings.of_owner(r, "bob", 9).items == []
        complained = sightings.get(r, "seen")
    assert complained is not None and (complained.status, complained.complaint_id) == (SightingStatus.COMPLAINED, "case")


@pytest.mark.rule("B6", "B7", "F1", "H1", "H4")
def test_owners_grantees_and_disputants_are_told_what_concerns_them(views: Views, world: World) -> None:
    due = Deadline(world.now + timedelta(days=3), CalendarRef("CN", "d"), False)
    world.file("f-1")
    world.file("f-2")
    world.tell("q-1", happened.VoucherRequested("f-1", "owner", ("the original",), due))
    world.tell("q-1", happened.VoucherReminderSent("f-1", "owner", due.closes_at))
    world.tell("q-1", happened.VoucherRequestDecided("satisfied", ()))
    world.tell("d-1", happened.DisputeOpened("r-1", "disputant", "f-2", Sealed("mine")))
    world.tell("d-1", happened.DisputeDecided("upheld", ("older",), "disputant", "f-2", "winner"))
    world.tell("f-2", happened.FilingCancelled("dispute"))
    world.tell("a-1", AuthorizationGranted("owner", "friend"))
    world.tell("owner", FOUND)
    world.tell("f-1", happened.FilingCancelled("finding"))
    world.tell("a-1", AuthorizationRevoked("owner", "friend", "finding"))
    world.tell("owner", REINSTATED)
    assert kinds(views, "owner") == [
        "vouchers_requested",
        "vouchers_reminder",
        "vouchers_decided",
        "filing_cancelled",
        "service_terminated",
        "service_reinstated",
    ]
    assert kinds(views, "disputant") == ["dispute_decided"]
    assert kinds(views, "friend") == ["authorization_granted", "authorization_ended"]
    cancelled = next(message for message in told(views, "owner") if message.kind == "filing_cancelled")
    assert (cancelled.about, cancelled.about_kind) == ("f-2", "filing")


@pytest.mark.rule("T5")
def test_members_are_told_of_other_rules_before_they_come_into_force(views: Views, world: World) -> None:
    changes = (RuleChange("appeal.windows[0]", '{"days": 3, "count": "working"}', '{"days": 30, "count": "calendar"}'),)
    from_then = datetime(2026, 9, 1, tzinfo=UTC)
    world.tell("notice", RulesNoticeGiven("owner", "rules summer", "digest", from_then, "rules spring", changes))
    world.tell("named", RulesNoticeGiven("bob", "rules autumn", "digest", from_then, "rules summer", ()))
    world.tell("many", RulesNoticeGiven("bob", "rules winter", "digest", from_then, "rules autumn", changes, 10))
    assert kinds(views, "owner") == ["rules_change"]
    assert [message.text() for message in told(views, "owner")] == [
        "Other rules come into force on 2026-09-01T00:00:00Z: rules summer in place of rules spring. What differs: appeal.windows[0] was "
        "3 working days, becomes 30 calendar days. A case keeps the rules that were pinned to it."
    ]
    second, third = (message.text() for message in told(views, "bob"))
    assert "Only its name differs." in second
    assert "; and 10 more." in third


@pytest.mark.rule("C5")
def test_messages_come_oldest_first_under_ids_that_tell_nothing(views: Views, world: World) -> None:
    for number in range(4):
        world.lodge(f"case-{number}")
        world.accept(f"case-{number}")
    with views.current() as r:
        first = messages.of_member(r, "owner", limit=3)
        assert first.next is not None
        second = messages.of_member(r, "owner", limit=3, after=first.next)
        nothing = messages.of_member(r, "owner", limit=3, after=second.next)
        assert messages.end(r) >= second.next  # type: ignore[operator]
        assert len(messages.of_everybody(r, limit=99).items) == 8
    assert [m.about for m in first.items + second.items] == [f"case-{number}" for number in range(4)]
    assert (nothing.items, nothing.next) == ([], second.next)
    ids = [message.id for message in told(views, "owner") + told(views, "seller")]
    assert len(set(ids)) == 8 and all(len(name) == 32 and int(name, 16) >= 0 for name in ids)
    assert ids != sorted(ids)
