"""Leaving: what a member sealed can be read by nobody any more, the history stays (rule H6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.store.opening import Stores
from application import audit, authorise, cascade, feed_listings, leave, vouchers
from application.acting import Act, Command, IdempotencyKey, perform, run
from application.index import NextDue
from application.members import change_entrance
from application.ports import Identity
from application.refusals import NotFound
from domain.entrance import EntrancePolicy
from domain.events.filing import Filed, FilingWithdrawn
from domain.events.member import AuthorizationRevoked, MemberForgotten
from domain.refusal import Refusal
from tests.application.studio import Studio
from tests.application.world import Worded
from tests.fakes import picture


@pytest.fixture
def studio(stores: Stores) -> Studio:
    return Studio(stores)


def forget(studio: Studio, member: Identity, by: str = "root") -> None:
    leave.forget(studio.platform, member.member_id, by)


@pytest.mark.rule("H6")
def test_filings_are_withdrawn_grants_end_and_identity_and_key_are_erased(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    coat, hat = studio.file(ann, "coat"), studio.file(ann, "hat")
    studio.delete(ann, hat)
    given = studio.act("grant", ann.member_id, lambda act: authorise.grant(act, ann, "bob-nick", None)).id
    studio.go("2026-03-03 09:00")
    forget(studio, ann, by=ann.member_id)
    left = studio.stream(ann.member_id)[-1]
    assert (left.event, left.by, left.at) == (MemberForgotten(), ann.member_id, studio.clock.now())
    assert studio.names(coat) == studio.names(hat) == ["Filed", "FilingWithdrawn"]
    assert (studio.last(coat), studio.stream(coat)[-1].at, studio.standing(coat)) == (FilingWithdrawn(), left.at, "withdrawn")
    assert studio.last(given) == AuthorizationRevoked(ann.member_id, bob.member_id, "owner")
    assert studio.stores.identities.by_id(ann.member_id) is None
    filed = studio.stream(coat)[0].event
    assert isinstance(filed, Filed)
    assert studio.stores.sealer.open(filed.name) is None
    studio.settle()
    assert studio.stores.store.ask(NextDue()) is None
    studio.file(bob, "coat", "another")
    forget(studio, ann)  # again changes nothing
    assert studio.names(ann.member_id) == ["DeclarationSigned", "MemberForgotten"]


@pytest.mark.rule("H6", "G4b")
def test_answers_to_staff_that_told_of_the_member_go_with_it(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    coat = studio.file(ann, "coat")
    case = studio.lodge(ann, coat, studio.listing(bob, "L1")).cases[0]
    studio.withdraw(ann, case.id)

    def kept(name: str, decide: Callable[[Act], object]) -> IdempotencyKey:
        key = IdempotencyKey(f"staff /{name}", name, "f")
        perform(studio.platform, Command(name, "staff", key), decide, Worded())
        assert studio.stores.store.answer(key) is not None
        return key

    keys = [
        kept("disclosure", lambda act: audit.disclose(act, case.id, "a court", "order 1", "asked")),
        kept("voucher-request", lambda act: vouchers.request(act, coat, ["the raw file"])),
        kept("entrance", lambda act: change_entrance(act, EntrancePolicy(members=(ann.member_id,)))),
        kept("listing", lambda act: feed_listings.put_listing(act, "L2", "https://shop.example/2", "ann", "Hat")),
    ]
    hat = studio.file(bob, "hat")
    other = kept("other", lambda act: vouchers.request(act, hat, ["the raw file"]))
    forget(studio, ann)
    assert [studio.stores.store.answer(key) for key in keys] == [None] * 4
    assert studio.stores.store.answer(other) is not None


@pytest.mark.rule("H6", "T4")
def test_nobody_leaves_out_of_an_open_case_on_either_side(studio: Studio) -> None:
    ann, seller = studio.merchant("ann"), studio.merchant("seller")
    coat = studio.file(ann, "coat")
    (case,) = studio.lodge(ann, coat, studio.listing(seller, "1")).cases
    for party in (ann, seller):
        with pytest.raises(Refusal, match="case_open"):
            forget(studio, party)
    accepted = studio.accept(case.id)
    assert accepted.window is not None
    studio.go(accepted.window.closes.closes_at)  # final from here on, though nobody has written that down
    for party in (seller, ann):
        forget(studio, party)
    assert studio.names(case.id)[-1] == "Finalized"


@pytest.mark.rule("H6")
def test_a_crash_after_the_deciding_event_is_made_good_by_whoever_settles(studio: Studio) -> None:
    ann = studio.merchant("ann")
    coat = studio.file(ann, "coat")
    run(studio.platform, Command("leave", "root"), lambda act: leave.leave(act, ann.member_id))
    assert studio.names(coat) == ["Filed"]
    assert studio.standing(coat) == "withdrawn"
    with pytest.raises(Refusal, match="terminated"):
        studio.send(ann, picture("hat"))
    studio.settle()
    assert studio.names(coat) == ["Filed", "FilingWithdrawn"]
    assert studio.stores.identities.by_id(ann.member_id) is None


@pytest.mark.rule("H6", "B7")
def test_who_was_found_out_does_not_leave_to_come_back_as_nobody(studio: Studio) -> None:
    ann = studio.merchant("ann")
    coat = studio.file(ann, "coat")
    studio.terminate(ann, coat)
    with pytest.raises(Refusal) as refused:
        forget(studio, ann)
    assert refused.value.code == "terminated"
    assert studio.names(coat)[0] == "Filed"
    studio.reinstate(ann)
    forget(studio, ann)
    assert studio.names(coat)[-1] == "FilingWithdrawn"


@pytest.mark.rule("H6")
def test_nobody_unknown_is_forgotten_and_a_returning_subject_is_somebody_new(studio: Studio) -> None:
    with pytest.raises(NotFound):
        leave.forget(studio.platform, "no-such-member", "root")
    ann = studio.merchant("ann")
    forget(studio, ann)
    assert studio.merchant("ann").member_id != ann.member_id


def test_there_is_nothing_to_write_down_for_whom_nothing_was_decided(studio: Studio) -> None:
    ann = studio.merchant("ann")
    coat = studio.file(ann, "coat")
    cascade.finish(studio.platform, ann.member_id)
    assert studio.names(coat) == ["Filed"]
