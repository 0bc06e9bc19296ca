"""Disputes: prior right (rule H1)."""

from __future__ import annotations

import pytest

from domain import dispute
from domain.dispute import Dispute, DisputedRefusal, DisputeStatus
from domain.events import Happened, Sealed
from domain.events.filing import DisputeDecided, DisputeOpened, FilingWithdrawn
from domain.refusal import Refusal
from tests.domain.tale import instant

AT = instant("2026-03-02 09:00")
LATER = instant("2026-03-03 09:00")
BARRED = DisputedRefusal("refused-1", "maker", "thief-filing", rival_protected=True, disputed=False)


def opened() -> Dispute:
    return dispute.begin("d-1", dispute.open_dispute(BARRED, AT, Sealed("s"))[0])


@pytest.mark.rule("H1")
def test_who_was_refused_because_another_filed_first_can_dispute_that_filing() -> None:
    (told,) = dispute.open_dispute(BARRED, AT, Sealed("s"))
    assert (told.event, told.by) == (DisputeOpened("refused-1", "maker", "thief-filing", Sealed("s")), "maker")
    state = opened()
    assert (state.disputant, state.filing_id, state.status, state.opened_at) == ("maker", "thief-filing", DisputeStatus.OPEN, AT)


@pytest.mark.rule("H1")
@pytest.mark.parametrize(
    "refused",
    [BARRED._replace(rival=None), BARRED._replace(disputed=True), BARRED._replace(rival_protected=False)],
    ids=["not refused by B4", "disputed already", "the rival bars nobody any more"],
)
def test_anything_else_is_not_disputable(refused: DisputedRefusal) -> None:
    with pytest.raises(Refusal) as caught:
        dispute.open_dispute(refused, AT, Sealed("s"))
    assert caught.value.code == "not_disputable"


@pytest.mark.rule("H1")
def test_a_dispute_is_decided_once() -> None:
    (told,) = dispute.decide(opened(), LATER, "desk", "upheld", ("raw files",), "winner-filing")
    assert told.event == DisputeDecided("upheld", ("raw files",), "maker", "thief-filing", "winner-filing")
    state = dispute.evolve(opened(), told)
    assert (state.status, state.decided_at, state.reasons, state.winner) == ("upheld", LATER, ("raw files",), "winner-filing")
    with pytest.raises(Refusal) as caught:
        dispute.decide(state, LATER, "desk", "rejected", ("no",), None)
    assert caught.value.code == "already_decided"


def test_an_empty_stream_is_no_dispute_and_strange_events_are_refused() -> None:
    assert dispute.fold("d-1", []) is None
    strange = Happened(AT, FilingWithdrawn(), "maker")
    with pytest.raises(TypeError, match="does not begin with FilingWithdrawn"):
        dispute.fold("d-1", [strange])
    with pytest.raises(TypeError, match="FilingWithdrawn has no place"):
        dispute.fold("d-1", [*dispute.open_dispute(BARRED, AT, Sealed("s")), strange])
