"""What a case wrote into other streams follows from it, and a listing goes down and up by its penalties (rules G2, C4, D1, D2)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from domain.case import events as of_case
from domain.case.companions import companions, derivable, verify_appeal, verify_listing
from domain.case.folding import fold
from domain.case.replay import verify
from domain.events import Sealed
from domain.events.appeal import AppealDecided
from domain.events.filing import FolderCreated
from domain.events.listing import ListingRestored, ListingTakenDown, PenaltyImposed, PenaltyRevoked
from domain.recorded import Recorded
from tests.domain.chronicle import Chronicle
from tests.domain.neighbours import envelope, written
from tests.domain.tale import instant, law

LATE = instant("2026-12-31 00:00")


def penalised() -> Chronicle:
    return Chronicle().at("2026-03-02 09:00").do("accept")


def appealed() -> Chronicle:
    return penalised().at("2026-03-03 09:00").do("appeal")


STORIES = {
    "declined": Chronicle().at("2026-03-02 09:00").do("decline"),
    "withdrawn before it was taken up": Chronicle().at("2026-03-02 09:00").do("withdraw"),
    "penalised": penalised(),
    "appealed": appealed(),
    "upheld": appealed().at("2026-03-04 09:00").do("decide", "upheld"),
    "special, rejected, appealed again, withdrawn": (
        appealed().at("2026-03-04 09:00").do("special").at("2026-03-05 09:00").do("decide", "rejected")
        .at("2026-03-06 09:00").do("appeal").at("2026-03-07 09:00").do("withdraw")
    ),
    "lifted by the desk while an appeal is open": appealed().at("2026-03-04 09:00").do("lift"),
    "fallen while an appeal is open": appealed().fell("2026-03-04 09:00").settle("2026-03-04 10:00"),
    "final, and reopened": penalised().settle("2026-03-20 09:00").at("2026-03-21 09:00").do("reopen"),
    "penalised when final only": (
        Chronicle(rules=law(penalty={"when": "final"})).at("2026-03-02 09:00").do("accept").settle("2026-03-20 09:00")
    ),
}  # fmt: skip


@pytest.mark.rule("G2", "C4", "D1", "D2")
@pytest.mark.parametrize("story", STORIES)
def test_what_a_case_wrote_into_other_streams_comes_out_again(story: str) -> None:
    chronicle = STORIES[story]
    told = written(chronicle, "listing")
    case = fold("case", chronicle.own)
    assert case is not None
    assert verify(chronicle.own, chronicle.tale.law, chronicle.own[-1].recorded_at, chronicle.known_fall()).differences == ()
    derived = sorted(
        (one.name, one.place, type(one.event).__name__, one.event, one.of.at, one.of.command) for one in companions(case, chronicle.own)
    )
    recorded = sorted(
        (
            one.originator_id,
            one.originator_version if one.originator_id != "listing" else 0,
            type(one.event).__name__,
            derivable(one.event),
            one.at,
            one.command,
        )
        for one in told
        if hasattr(one.event, "complaint_id")
    )
    assert derived == recorded
    streams = {one.originator_id for one in told} - {"listing"}
    assert [verify_appeal([one for one in told if one.originator_id == stream]) for stream in streams] == [[] for _ in streams]
    assert verify_listing([one for one in told if one.originator_id == "listing"]) == []


@pytest.mark.rule("G2", "C4", "B7")
def test_a_case_that_is_penalised_and_falls_in_one_settling_leaves_no_mark_on_the_listing() -> None:
    case = fold("case", penalised().own)
    assert case is not None
    *before, penalty = penalised().own
    assert isinstance(penalty.event, of_case.Penalized)
    together = replace(penalty, event=of_case.Voided("finding"), originator_version=6)
    assert companions(case, [*before, penalty, together]) == []
    later = replace(together, command="another")
    assert [type(one.event) for one in companions(case, [*before, penalty, later])] == [PenaltyImposed, PenaltyRevoked]
    reopened = replace(together, event=of_case.Voided("reopening"))
    assert [type(one.event) for one in companions(case, [*before, penalty, reopened])] == [PenaltyImposed, PenaltyRevoked]


def on_the_listing(*others: str) -> list[Recorded]:
    lifted = penalised().at("2026-03-03 09:00").do("lift")
    return [one for one in written(lifted, "listing", others) if one.originator_id == "listing"]


def names(told: list[Recorded]) -> list[str]:
    return [type(one.event).__name__ for one in told]


@pytest.mark.rule("G2", "C4")
def test_a_listing_under_several_penalties_goes_down_with_the_first_and_is_restored_with_the_last() -> None:
    alone, shared = on_the_listing(), on_the_listing("another")
    assert names(alone)[1:] == ["PenaltyImposed", "ListingTakenDown", "PenaltyRevoked", "ListingRestored"]
    assert names(shared)[1:] == ["PenaltyImposed", "ListingTakenDown", "PenaltyImposed", "PenaltyRevoked"]
    assert (verify_listing(alone), verify_listing(shared)) == ([], [])


@pytest.mark.rule("G2", "C4")
def test_whatever_is_wrong_in_a_listing_by_itself_is_found_where_it_is() -> None:
    told = on_the_listing()
    fed, imposed, down, revoked, restored = told

    def wrong(*changed: Recorded) -> list[tuple[str | None, str | None]]:
        return [
            (type(one.event).__name__ if one else None, type(other.event).__name__ if other else None)
            for one, other in verify_listing(changed)
        ]

    assert wrong(fed, imposed, down, revoked) == [(None, "ListingRestored")]
    assert wrong(fed, imposed, revoked, restored) == [(None, "ListingTakenDown")]
    assert wrong(fed, down) == [("ListingTakenDown", None)]
    late = replace(down, at=instant("2026-03-03 00:00"))
    assert wrong(fed, imposed, late) == [("ListingTakenDown", "ListingTakenDown")]
    assert wrong(fed, imposed, replace(down, command="another")) == [("ListingTakenDown", "ListingTakenDown")]
    assert wrong(fed, imposed, replace(down, event=ListingRestored("listing"))) == [("ListingRestored", "ListingTakenDown")]
    assert wrong(fed, imposed, replace(down, event=ListingTakenDown("elsewhere"))) == [("ListingTakenDown", "ListingTakenDown")]
    assert wrong(fed, revoked) == [("PenaltyRevoked", None)]
    assert wrong(fed, imposed, down, imposed) == [("PenaltyImposed", None)]
    assert wrong(fed, replace(imposed, event=FolderCreated("owner", Sealed("name")))) == [("FolderCreated", None)]
    assert wrong(imposed, down, fed) == [("ListingFed", None)]  # which was recorded before


@pytest.mark.rule("G2", "D1", "T2")
def test_an_appeal_is_opened_once_and_told_in_the_order_of_time() -> None:
    upheld = appealed().at("2026-03-04 09:00").do("decide", "upheld")
    opened, decided = [one for one in written(upheld, "listing") if one.originator_id == "appeal-1"]
    assert verify_appeal([opened, decided]) == []
    assert [one.recorded for one in verify_appeal([decided, opened])] == [decided, opened]
    assert [one.recorded for one in verify_appeal([opened, replace(opened, originator_version=2)])] == [
        replace(opened, originator_version=2)
    ]
    early = replace(decided, recorded_at=instant("2026-03-01 00:00"))
    assert [one.recorded for one in verify_appeal([opened, early])] == [early]


@pytest.mark.rule("G2")
def test_what_people_said_is_a_fact_and_what_was_decided_is_not() -> None:
    special = appealed().at("2026-03-04 09:00").do("special").at("2026-03-05 09:00").do("decide", "upheld")
    opened, marked, decided = [one for one in written(special, "listing") if one.originator_id == "appeal-1"]
    assert derivable(opened.event) == derivable(replace(opened.event, grounds="another text", evidence=()))
    assert derivable(marked.event) == derivable(replace(marked.event, reason="another reason"))
    assert isinstance(decided.event, AppealDecided)
    assert derivable(decided.event) is decided.event
    assert envelope(decided, "appeal-1", 3, decided.event).event == decided.event
