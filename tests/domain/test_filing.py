"""Filings: what each event means, whose a picture is, and taking one back (rules B4, B5, B7, H1)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from domain import filing
from domain.events import Happened, Sealed
from domain.events.filing import Filed, FilingCancelled, FilingReinstated, FilingWithdrawn
from domain.events.member import MemberForgotten
from domain.filing import IDENTICAL, FilingStatus, Kin
from domain.picture import Flaw, Verdict
from domain.refusal import Refusal
from domain.rulebook import BUILT_IN
from tests.domain.tale import instant

AT = instant("2026-03-02 09:00")
LATER = instant("2026-03-05 09:00")
FILED = Happened(AT, Filed("owner", "folder", Sealed("n"), "d" * 64, 10, "JPEG", 900, 800, b"f", "m/1", "1"), "owner", BUILT_IN.ref)
COPY = IDENTICAL
CROP = replace(IDENTICAL, whole=False)
SUSPICION = replace(IDENTICAL, verdict=Verdict.SUSPICION)


def after(*events: object) -> filing.Filing:
    state = filing.fold("f-1", [FILED, *(Happened(LATER, event, "x") for event in events)])  # type: ignore[arg-type]
    assert state is not None
    return state


@pytest.mark.rule("B5")
def test_a_filing_is_evidence_from_the_instant_it_was_recorded() -> None:
    state = after()
    assert (state.id, state.owner, state.digest, state.filed_at) == ("f-1", "owner", "d" * 64, AT)
    assert (state.size, state.format, state.width, state.height, state.declaration) == (10, "JPEG", 900, 800, "1")
    assert (state.status, state.rules, state.ended_at) == (FilingStatus.PROTECTED, BUILT_IN.ref, None)


@pytest.mark.rule("B7", "H1")
def test_each_ending_is_told_with_its_instant_and_a_reinstatement_takes_it_back() -> None:
    assert (after(FilingWithdrawn()).status, after(FilingWithdrawn()).ended_at) == (FilingStatus.WITHDRAWN, LATER)
    cancelled = after(FilingCancelled("finding"))
    assert (cancelled.status, cancelled.cancelled_because, cancelled.ended_at) == (FilingStatus.CANCELLED, "finding", LATER)
    back = after(FilingCancelled("finding"), FilingReinstated())
    assert (back.status, back.cancelled_because, back.ended_at) == (FilingStatus.PROTECTED, None, None)
    assert [h.event for h in filing.lose(LATER, "desk")] == [FilingCancelled("dispute")]


def test_an_empty_stream_is_no_filing_and_strange_events_are_refused() -> None:
    assert filing.fold("f-1", []) is None
    with pytest.raises(TypeError, match="does not begin with FilingWithdrawn"):
        filing.fold("f-1", [Happened(AT, FilingWithdrawn(), "owner")])
    with pytest.raises(TypeError, match="MemberForgotten has no place"):
        after(MemberForgotten())


@pytest.mark.rule("B4")
def test_a_copy_of_anothers_picture_is_not_original_in_whole_or_in_part_and_the_merchant_is_not_told_whose() -> None:
    for likeness in (COPY, CROP):
        told = filing.judge("me", [Kin("theirs", "them", likeness), Kin("later", "they", COPY)])
        assert told.flaws == (Flaw("not_original"),)
        assert told.rival == Kin("theirs", "them", likeness)


@pytest.mark.rule("B4")
def test_ones_own_whole_picture_is_a_duplicate_of_the_first_and_a_part_of_it_is_a_filing_of_its_own() -> None:
    first, second = Kin("first", "me", COPY), Kin("second", "me", COPY)
    assert filing.judge("me", [first, second]).flaws == (Flaw("duplicate", filing_id="first"),)
    assert filing.judge("me", [Kin("first", "me", CROP)]) == filing.Judgement()
    both = filing.judge("me", [first, Kin("theirs", "them", COPY)])
    assert [flaw.code for flaw in both.flaws] == ["not_original", "duplicate"]


@pytest.mark.rule("B4")
def test_a_likeness_short_of_a_copy_bars_nothing_and_is_kept_for_the_staff_where_the_other_is_anothers() -> None:
    told = filing.judge("me", [Kin("theirs", "them", SUSPICION), Kin("mine", "me", SUSPICION)])
    assert told == filing.Judgement(suspected=(Kin("theirs", "them", SUSPICION),))
    assert filing.judge("me", []) == filing.Judgement()


@pytest.mark.rule("C1")
def test_only_a_protected_filing_on_which_no_open_case_rests_can_be_taken_back() -> None:
    (withdrawn,) = filing.withdraw(after(), FilingStatus.PROTECTED, LATER, in_use=False)
    assert (withdrawn.event, withdrawn.by, withdrawn.at) == (FilingWithdrawn(), "owner", LATER)
    for standing, in_use, code in (
        (FilingStatus.PROTECTED, True, "filing_in_use"),
        (FilingStatus.CANCELLED, True, "filing_not_protected"),
        (FilingStatus.WITHDRAWN, False, "filing_not_protected"),
    ):
        with pytest.raises(Refusal) as refused:
            filing.withdraw(after(), standing, LATER, in_use)
        assert refused.value.code == code
