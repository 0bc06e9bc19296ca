"""Leaving: what a member sealed can be read by nobody any more, the history stays (rule H6)."""

from __future__ import annotations

import pytest

from adapters.store import Stores
from application import authorise, cascade, leave
from application.acting import Command, run
from application.index import NextDue
from application.ports import Identity
from application.refusals import NotFound
from domain.events.filing import Filed, FilingWithdrawn
from domain.events.member import AuthorizationRevoked, MemberForgotten
from domain.refusal import Refusal
from tests.application.studio import Studio
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
