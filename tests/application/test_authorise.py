"""Letting another member use one's pictures, until a time, and taking it back (rule F1)."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from application.authorise import grant_ended, revoke
from application.feed_listings import put_member
from application.grants import is_authorised
from application.index import GrantsOf, PutFiling
from application.members import change_entrance
from application.refusals import Invalid, NotFound
from domain.entrance import EntrancePolicy
from domain.refusal import Refusal
from tests.application.market import Market, link_of
from tests.application.world import START
from tests.domain.tale import instant
from tests.fakes import picture

STOLEN = picture("coat", "recompressed")


@pytest.fixture
def market(stores: Stores) -> Market:
    return Market(stores)


def code(call: object, *args: object) -> str:
    with pytest.raises(Refusal) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.rule("F1")
def test_a_grant_for_some_pictures_covers_these_and_one_for_all_covers_later_ones(market: Market) -> None:
    alice, fred, gil = market.member("alice"), market.member("fred"), market.member("gil")
    coat, hat = market.file(alice, "coat", "hat")
    given = market.grant(alice, fred, [coat, coat])
    assert (given.grantee, given.filings, given.until, given.granted_at) == (fred.member_id, (coat,), None, START)
    assert market.grant(alice, gil, None).filings is None
    (scarf,) = market.file(alice, "scarf")

    def may(who: str, filing: str) -> bool:
        return market.act("look", who, lambda act: is_authorised(act, alice.member_id, who, filing))

    assert [may(fred.member_id, filing) for filing in (coat, hat, scarf)] == [True, False, False]
    assert [may(gil.member_id, filing) for filing in (coat, hat, scarf)] == [True, True, True]


@pytest.mark.rule("F1", "C1")
def test_an_authorised_seller_cannot_be_complained_of_and_a_grant_touches_no_open_case(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    (coat,) = market.file(alice, "coat")
    market.feed("L1", fred)
    market.feed("L2", fred)
    open_case = market.lodge(alice, coat, link_of("L1")).cases[0]
    market.grant(alice, fred, [coat])
    assert [one.code for one in market.lodge(alice, coat, link_of("L2")).refused] == ["authorised_seller"]
    assert market.accept(open_case.id).status == "penalized"


@pytest.mark.rule("F1")
def test_the_grant_binds_the_member_and_not_the_nickname(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    (coat,) = market.file(alice, "coat")
    given = market.grant(alice, "fred-nick", [coat])
    put_member(market.platform, "fred", "frederick", [])
    put_member(market.platform, "gil", "fred-nick", [])
    assert given.grantee == fred.member_id
    assert {row.grantee for row in market.stores.store.ask(GrantsOf(alice.member_id))} == {fred.member_id}
    assert market.grant(alice, "fred-nick", None).grantee != fred.member_id


@pytest.mark.rule("F1", "T3")
def test_a_grant_ends_at_its_instant_which_is_exclusive_and_what_is_still_shown_is_seen_anew(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    (coat,) = market.file(alice, "coat")
    given = market.grant(alice, fred, None, until="2026-03-03 09:00")
    market.feed("L1", fred)
    market.show("L1", STOLEN)
    assert market.statuses(coat, "L1") == ["authorised"]
    market.settle()
    market.go("2026-03-03 08:59")
    assert (market.settle(), market.statuses(coat, "L1")) == (0, ["authorised"])
    market.go("2026-03-03 09:00")
    assert (market.settle(), market.statuses(coat, "L1")) == (1, ["gone", "new"])
    assert len(market.warnings()) == 1
    assert market.stores.store.ask(GrantsOf(alice.member_id)) == ()
    assert market.revoke(alice, given.id).status(instant("2026-03-03 09:00")) == "revoked"


@pytest.mark.rule("F1", "F2")
def test_leave_given_after_a_sighting_quiets_it_and_taken_back_makes_it_anew(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    coat, hat = market.file(alice, "coat", "hat")
    market.feed("L1", fred)
    market.show("L1", STOLEN, picture("hat", "again"))
    given = market.grant(alice, fred, [coat])
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == (["authorised"], ["new"])
    wider = market.grant(alice, fred, None)
    assert market.statuses(hat, "L1") == ["authorised"]
    market.revoke(alice, given.id)
    assert market.statuses(coat, "L1") == ["authorised"]
    assert market.revoke(alice, wider.id).status(START) == "revoked"
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == (["gone", "new"], ["gone", "new"])
    assert len(market.warnings()) == 1


@pytest.mark.rule("F1")
def test_leave_taken_back_leaves_alone_what_was_complained_of_and_what_is_no_longer_protected(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    coat, hat = market.file(alice, "coat", "hat")
    market.feed("L1", fred)
    market.show("L1", STOLEN, picture("hat", "again"))
    market.complain_from(alice, market.sightings(hat, "L1")[0].id)
    given = market.grant(alice, fred, None)
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == (["authorised"], ["complained"])
    row = market.sightings(coat, "L1")[0]
    market.act("fall", "clock", lambda act: act.note(PutFiling(coat, alice.member_id, row.seen.digest, "cancelled")))
    market.revoke(alice, given.id)
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == (["gone"], ["complained"])


@pytest.mark.rule("F1")
def test_taking_back_twice_is_once_and_anothers_grant_is_not_found(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    given = market.grant(alice, fred, None, until="2026-04-01 00:00")
    assert market.revoke(alice, given.id) == market.revoke(alice, given.id)
    assert market.names(given.id) == ["AuthorizationGranted", "AuthorizationRevoked"]
    for stranger, authorization_id in ((fred, given.id), (alice, "nothing")):
        with pytest.raises(NotFound):
            market.revoke(stranger, authorization_id)
    with pytest.raises(NotFound):
        market.act("settle", "clock", lambda act: grant_ended(act, "nothing"))
    market.go("2026-04-02 00:00")
    assert market.settle() == 0


@pytest.mark.rule("F1")
def test_what_makes_no_sense_is_told_by_field(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    (coat,) = market.file(alice, "coat")
    for field, arguments in (
        ("nickname", (alice, "alice-nick", [coat], None)),
        ("filings", (alice, fred, [], None)),
        ("until", (alice, fred, [coat], "2026-03-02 09:00")),
    ):
        with pytest.raises(Invalid) as caught:
            market.grant(*arguments)
        assert list(caught.value.errors) == [field]


@pytest.mark.rule("F1", "A1", "A3")
def test_several_refusals_come_in_the_contracts_order(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    (coat,) = market.file(alice, "coat")
    stranger = market.stores.identities.enrol("cleo", "cleo-nick", ("toys",))
    with pytest.raises(NotFound):
        market.grant(stranger, fred, [coat])
    assert code(market.grant, stranger, "nobody", None) == "declaration_missing"
    market.act("entrance", "root", lambda act: change_entrance(act, EntrancePolicy()))
    assert code(market.grant, stranger, "nobody", None) == "entrance_closed"
    assert code(market.grant, alice, "nobody", [coat]) == "unknown_nickname"
    row = market.stores.store.ask(GrantsOf(alice.member_id))
    market.act("fall", "clock", lambda act: act.note(PutFiling(coat, alice.member_id, "00" * 32, "withdrawn")))
    assert code(market.grant, alice, fred, [coat]) == "filing_not_protected"
    assert market.stores.store.ask(GrantsOf(alice.member_id)) == row == ()


@pytest.mark.rule("F1", "A1")
def test_a_grant_can_be_taken_back_though_the_entrance_has_closed(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    given = market.grant(alice, fred, None)
    market.act("entrance", "root", lambda act: change_entrance(act, EntrancePolicy(categories=("toys",))))
    assert market.act("revoking", alice.member_id, lambda act: revoke(act, alice, given.id)).status(START) == "revoked"
