"""A merchant: the declaration, termination, reinstatement, leaving (rules A1, A3, B7, H6)."""

from __future__ import annotations

import pytest

from domain import merchant
from domain.events import Happened
from domain.events.filing import FilingWithdrawn
from domain.events.member import DeclarationSigned, MemberForgotten, MerchantReinstated, MerchantTerminated
from domain.merchant import Merchant
from domain.refusal import Refusal
from tests.domain.tale import instant

AT = instant("2026-03-02 09:00")
SIGNED = Happened(AT, DeclarationSigned("1"), "m-1")
TERMINATED = Happened(AT, MerchantTerminated("f-1", ("stock photo",), "digest"), "desk")
REINSTATED = Happened(AT, MerchantReinstated(("a mistake",)), "desk")
FORGOTTEN = Happened(AT, MemberForgotten(), "m-1")


def after(*facts: Happened) -> Merchant:
    return merchant.fold("m-1", facts)


def refused(facts: tuple[Happened, ...], entrance_open: bool = True, declaration: str = "1") -> str:
    with pytest.raises(Refusal) as caught:
        merchant.refuse_inactive(after(*facts), entrance_open, declaration)
    return caught.value.code


@pytest.mark.rule("A3")
def test_the_declaration_is_signed_once_a_version_and_the_version_is_recorded() -> None:
    assert merchant.sign(after(), AT, "1") == [SIGNED]
    assert (after(SIGNED).signed_version, after(SIGNED).signed_at) == ("1", AT)
    assert merchant.sign(after(SIGNED), AT, "1") == []
    assert [h.event for h in merchant.sign(after(SIGNED), AT, "2")] == [DeclarationSigned("2")]


@pytest.mark.rule("A1", "A3", "B7")
def test_who_may_not_act_is_told_the_first_reason_in_the_tables_order() -> None:
    assert refused((TERMINATED,), entrance_open=False) == "entrance_closed"
    assert refused((TERMINATED,)) == "declaration_missing"
    assert refused((SIGNED, TERMINATED), declaration="2") == "declaration_missing"
    assert refused((SIGNED, TERMINATED)) == "terminated"
    assert refused((SIGNED, FORGOTTEN)) == "terminated"
    merchant.refuse_inactive(after(SIGNED, TERMINATED, REINSTATED), True, "1")


@pytest.mark.rule("B7")
def test_termination_is_one_event_and_only_what_is_terminated_can_be_reinstated() -> None:
    assert merchant.terminate(after(SIGNED), AT, "desk", "f-1", ("stock photo",), "digest") == [TERMINATED]
    assert after(TERMINATED).terminated_at == AT
    with pytest.raises(Refusal, match="already_decided"):
        merchant.terminate(after(TERMINATED), AT, "desk", "f-1", ("again",), "digest")
    assert merchant.reinstate(after(TERMINATED), AT, "desk", ("a mistake",)) == [REINSTATED]
    assert (after(TERMINATED, REINSTATED).terminated_at, after(TERMINATED, REINSTATED).reinstated_at) == (None, AT)
    with pytest.raises(Refusal, match="not_terminated"):
        merchant.reinstate(after(TERMINATED, REINSTATED), AT, "desk", ("again",))


@pytest.mark.rule("H6")
def test_a_member_leaves_once_and_not_out_of_an_open_case() -> None:
    assert merchant.forget(after(), AT, "m-1", in_open_case=False) == [FORGOTTEN]
    assert after(FORGOTTEN).forgotten_at == AT
    assert merchant.forget(after(FORGOTTEN), AT, "m-1", in_open_case=True) == []
    with pytest.raises(Refusal, match="case_open"):
        merchant.forget(after(), AT, "m-1", in_open_case=True)


def test_an_event_that_has_no_place_in_a_merchants_stream_is_refused() -> None:
    with pytest.raises(TypeError, match="FilingWithdrawn has no place"):
        after(Happened(AT, FilingWithdrawn(), "m-1"))
