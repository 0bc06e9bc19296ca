"""Prior right on the real store: a thief who files first does not win by it (rules H1, B4, H3)."""

from __future__ import annotations

import hashlib

import pytest

from adapters.store.opening import Stores
from application import leave
from application.acting import Busy
from application.refusals import NotFound
from domain.case.folding import fold
from domain.case.state import Status
from domain.dispute import DisputeStatus
from domain.events.filing import DisputeDecided, Filed, FilingCancelled, PictureRefused
from domain.picture import Flaw
from domain.refusal import Refusal
from tests.application.studio import Studio
from tests.application.world import START
from tests.fakes import picture


@pytest.fixture
def studio(stores: Stores) -> Studio:
    return Studio(stores)


@pytest.mark.rule("H1", "B4")
def test_the_loser_is_cancelled_what_rests_on_it_falls_and_the_winners_filing_is_made_of_the_refused_picture(studio: Studio) -> None:
    thief, maker, seller = studio.merchant("thief"), studio.merchant("maker"), studio.merchant("seller")
    stolen = studio.file(thief, "coat", "stolen")
    (case,) = studio.lodge(thief, stolen, studio.listing(seller, "1")).cases
    studio.accept(case.id)
    refused_id = studio.bar(maker, "coat", "raw")
    dispute = studio.dispute(maker, refused_id)
    assert (dispute.status, dispute.filing_id, dispute.refused_id) == (DisputeStatus.OPEN, stolen, refused_id)
    studio.go("2026-03-03 09:00")
    decided = studio.settle_dispute(dispute.id, "upheld")
    assert (decided.status, decided.reasons) == (DisputeStatus.UPHELD, ("raw files",))
    assert decided.winner is not None
    (filed,) = studio.stream(decided.winner)
    event = filed.event
    assert isinstance(event, Filed)
    digest = hashlib.sha256(picture("coat", "raw")).hexdigest()
    assert (event.owner, event.dispute_id, event.digest, event.declaration) == (maker.member_id, dispute.id, digest, "1")
    assert (filed.at, filed.by, studio.stores.sealer.open(event.name)) == (studio.clock.now(), "desk-1", "coat.jpg")
    assert (studio.standing(decided.winner), studio.standing(stolen)) == ("protected", "lost")
    assert studio.names(stolen) == ["Filed", "FilingCancelled"]
    assert studio.last(stolen) == FilingCancelled("dispute")
    studio.settle()
    fallen = fold(case.id, studio.stream(case.id))
    assert fallen is not None
    assert (fallen.status, fallen.ended_at, fallen.penalty_stands) == (Status.VOIDED, studio.clock.now(), False)
    (again,) = studio.send(thief, picture("coat", "stolen")).refused
    assert again.flaws == (Flaw("not_original"),)
    outcome = studio.last(dispute.id)
    assert outcome == DisputeDecided("upheld", ("raw files",), maker.member_id, stolen, decided.winner)


@pytest.mark.rule("H1")
def test_a_rejected_dispute_changes_nothing_but_itself_and_is_decided_once(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    stolen = studio.file(thief, "coat")
    refused_id = studio.bar(maker, "coat")
    dispute = studio.dispute(maker, refused_id)
    assert studio.settle_dispute(dispute.id, "rejected").status == DisputeStatus.REJECTED
    assert studio.standing(stolen) == "protected"
    for again in ("upheld", "rejected"):
        with pytest.raises(Refusal, match="already_decided"):
            studio.settle_dispute(dispute.id, again)
    with pytest.raises(Refusal, match="not_disputable"):
        studio.dispute(maker, refused_id)
    with pytest.raises(NotFound):
        studio.settle_dispute("no-such-dispute", "upheld")


@pytest.mark.rule("H1", "H5")
def test_only_ones_own_refusal_by_a_filing_that_still_bars_is_disputable(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    stolen = studio.file(thief, "coat")
    refused_id = studio.bar(maker, "coat")
    for member, other in ((thief, refused_id), (maker, "no-such-picture")):
        with pytest.raises(NotFound):
            studio.dispute(member, other)
    with pytest.raises(Refusal, match="text_too_long"):
        studio.dispute(maker, refused_id, "x" * 5001)
    (small,) = studio.send(maker, picture("hat", shorter=600)).refused
    with pytest.raises(Refusal, match="not_disputable"):
        studio.dispute(maker, small.refused_id or "")
    studio.delete(thief, stolen)
    with pytest.raises(Refusal, match="not_disputable"):
        studio.dispute(maker, refused_id)


@pytest.mark.rule("H3")
def test_a_party_does_not_decide(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    studio.file(thief, "coat")
    dispute = studio.dispute(maker, studio.bar(maker, "coat"))
    for party in (thief, maker):
        with pytest.raises(Refusal, match="forbidden"):
            studio.settle_dispute(dispute.id, "upheld", by=party.subject)


@pytest.mark.rule("H1", "B4")
def test_who_has_filed_it_since_keeps_that_filing_and_a_third_who_has_it_bars_it_still(studio: Studio) -> None:
    thief, maker, third = studio.merchant("thief"), studio.merchant("maker"), studio.merchant("third")
    stolen = studio.file(thief, "coat")
    first, second = studio.bar(maker, "coat", "one"), studio.bar(maker, "coat", "two")
    mine, also_mine = studio.dispute(maker, first), studio.dispute(maker, second)
    theirs = studio.dispute(third, studio.bar(third, "coat", "three"))
    winner = studio.settle_dispute(mine.id, "upheld").winner
    assert winner is not None
    assert studio.settle_dispute(also_mine.id, "upheld").winner == winner
    assert studio.settle_dispute(theirs.id, "upheld").winner is None
    assert studio.names(stolen) == ["Filed", "FilingCancelled"]


@pytest.mark.rule("H1", "B7", "H6")
def test_whoever_has_left_or_was_terminated_gets_no_filing_though_it_was_right(studio: Studio) -> None:
    thief, maker, other = studio.merchant("thief"), studio.merchant("maker"), studio.merchant("other")
    stolen, hat = studio.file(thief, "coat"), studio.file(thief, "hat")
    own = studio.file(maker, "shoe")
    of_maker, of_other = studio.dispute(maker, studio.bar(maker, "coat")), studio.dispute(other, studio.bar(other, "hat"))
    refused_id = studio.bar(maker, "hat", "second")
    studio.terminate(maker, own)
    with pytest.raises(Refusal, match="terminated"):
        studio.dispute(maker, refused_id)
    leave.forget(studio.platform, other.member_id, other.member_id)
    for dispute in (of_maker, of_other):
        assert studio.settle_dispute(dispute.id, "upheld").winner is None
    assert [studio.standing(filing) for filing in (stolen, hat)] == ["lost", "lost"]


@pytest.mark.rule("H1", "B7")
def test_a_lost_filing_does_not_come_back_with_its_owners_reinstatement(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    coat, hat = studio.file(thief, "coat"), studio.file(thief, "hat")
    dispute = studio.dispute(maker, studio.bar(maker, "coat"))
    studio.terminate(thief, hat)
    studio.settle()
    winner = studio.settle_dispute(dispute.id, "upheld").winner
    studio.reinstate(thief)
    assert [studio.standing(filing) for filing in (coat, hat, winner or "")] == ["lost", "protected", "protected"]
    assert studio.names(coat) == ["Filed", "FilingCancelled", "FilingCancelled"]


@pytest.mark.rule("H1")
def test_a_disputed_filing_is_not_taken_back_so_that_another_may_file_it(studio: Studio) -> None:
    thief, maker, friend = studio.merchant("thief"), studio.merchant("maker"), studio.merchant("friend")
    stolen = studio.file(thief, "coat")
    dispute = studio.dispute(maker, studio.bar(maker, "coat"))
    with pytest.raises(Refusal) as refused:
        studio.delete(thief, stolen)
    assert refused.value.code == "filing_in_use"
    assert studio.send(friend, picture("coat", "theirs")).filings == ()
    studio.settle_dispute(dispute.id, "rejected")
    studio.delete(thief, stolen)
    assert studio.standing(stolen) == "withdrawn"


@pytest.mark.rule("H1")
def test_a_withdrawn_rival_needs_no_cancelling(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    stolen = studio.file(thief, "coat")
    dispute = studio.dispute(maker, studio.bar(maker, "coat"))
    leave.forget(studio.platform, thief.member_id, "root")
    winner = studio.settle_dispute(dispute.id, "upheld").winner
    assert winner is not None
    assert (studio.standing(stolen), studio.standing(winner)) == ("withdrawn", "protected")


@pytest.mark.rule("H1")
def test_where_the_machine_fails_on_the_picture_nothing_is_decided(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    stolen = studio.file(thief, "coat")
    refused_id = studio.bar(maker, "coat")
    dispute = studio.dispute(maker, refused_id)
    studio.inspector.broken = True
    with pytest.raises(Busy):
        studio.settle_dispute(dispute.id, "upheld")
    assert studio.standing(stolen) == "protected"
    studio.inspector.broken = False
    assert studio.settle_dispute(dispute.id, "upheld").winner is not None


@pytest.mark.rule("H1", "B3")
def test_the_history_of_the_refusal_stays_what_it_was(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    stolen = studio.file(thief, "coat")
    refused_id = studio.bar(maker, "coat")
    studio.settle_dispute(studio.dispute(maker, refused_id).id, "upheld")
    row = studio.refused_row(refused_id)
    (recorded,) = studio.stream(row.stream)
    assert isinstance(recorded.event, PictureRefused)
    assert (recorded.event.refused_id, recorded.at, row.rival) == (refused_id, START, stolen)


@pytest.mark.rule("H1")
def test_a_thief_who_filed_the_picture_twice_loses_both(studio: Studio) -> None:
    thief, maker = studio.merchant("thief"), studio.merchant("maker")
    stolen, cropped = studio.file(thief, "coat", "stolen"), studio.file(thief, "coat", "crop", part=True)
    other = studio.file(thief, "hat")
    dispute = studio.dispute(maker, studio.bar(maker, "coat", "raw"))
    decided = studio.settle_dispute(dispute.id, "upheld")
    assert decided.winner is not None
    assert [studio.standing(one) for one in (stolen, cropped, other, decided.winner)] == ["lost", "lost", "protected", "protected"]
