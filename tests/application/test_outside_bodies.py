"""A party takes its ended case to an outside body, and the desk files what came of it (rule H9)."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from application import leave
from application.audit import case_history
from application.cases import live_case
from application.index import ListingById
from application.outside_bodies import file_outcome, history_for_body, take_complaint, take_notice
from application.ports import Identity
from application.refusals import Invalid, NotFound
from application.tally import Period
from application.transparency import report
from domain import listing
from domain.case.events import BodyDecided, Lifted, TakenToBody
from domain.case.state import BodyRecord, Case
from domain.events.member import AttemptRefused
from domain.refusal import Refusal
from tests.application.world import World
from tests.domain.tale import instant

pytestmark = pytest.mark.rule("H9")

BODY, REFERENCE = "User Rights", "UR-117"
ENDED = "2026-03-20 09:00"


class Market(World):
    """A case of alice's against mallory, accepted at once."""

    def __init__(self, stores: Stores) -> None:
        super().__init__(stores)
        self.alice, self.mallory = self.member("alice"), self.member("mallory")
        self.case = self.accept(self.lodge(self.alice, self.filing(self.alice, "coat"), self.listing(self.mallory, "L1")).cases[0].id)

    def complained(self, member: Identity, body: str = BODY, reference: str = REFERENCE) -> BodyRecord:
        return self.act("body", member.member_id, lambda act: take_complaint(act, member, self.case.id, body, reference))

    def noticed(self, member: Identity, body: str = BODY, reference: str = REFERENCE, notice: str | None = None) -> BodyRecord:
        notice_id = notice or self.case.notice_id or ""
        return self.act("body", member.member_id, lambda act: take_notice(act, member, notice_id, body, reference))

    def outcome(self, outcome: str = "upheld", party: str | None = None, body: str = BODY, by: str = "desk-1", case: str = "") -> Case:
        case_id = case or self.case.id
        return self.act(
            "body_outcome",
            by,
            lambda act: file_outcome(act, case_id, body, REFERENCE, outcome, ["seen"], party),  # type: ignore[arg-type]
        )

    def now(self) -> Case:
        return self.act("look", "desk-1", lambda act: live_case(act, self.case.id))

    @property
    def down(self) -> bool:
        row = self.stores.store.ask(ListingById("L1"))
        return row is not None and listing.fold("L1", self.stream(row.stream)).down


@pytest.fixture
def market(stores: Stores) -> Market:
    return Market(stores)


def test_a_respondent_is_found_right_and_its_goods_are_restored(market: Market) -> None:
    market.go(ENDED)
    record = market.noticed(market.mallory, "  User \t Rights ", REFERENCE)
    taken = market.stream(market.case.id)[-1].event
    assert isinstance(taken, TakenToBody)
    assert (record.id, record.outcome, BODY in taken.body) == (taken.record_id, None, False)
    assert [market.stores.sealer.open(text) for text in (taken.body, taken.reference)] == [BODY, REFERENCE]
    assert market.down
    lifted = market.outcome(body="user rights")
    assert (lifted.status, lifted.lifted_because) == ("lifted", "body")
    assert not market.down
    assert [type(one.event) for one in market.stream(market.case.id)[-2:]] == [BodyDecided, Lifted]
    with pytest.raises(Refusal, match="already_decided"):
        market.outcome("rejected")
    history = case_history(market.platform, market.stores.store, market.case.id)
    assert [line.kind for line in history.lines if isinstance(line.fact.event, BodyDecided)] == ["complaint"]
    (attempt,) = [line.fact.event for line in history.of("attempts")]
    assert isinstance(attempt, AttemptRefused)
    assert (attempt.command, attempt.code, attempt.facts) == (
        "body_outcome",
        "already_decided",
        {"record": record.id, "outcome": "rejected"},
    )
    march = Period(instant("2026-03-01 00:00"), instant("2026-04-01 00:00"))
    figures = report(market.stores.store, market.platform.library.law(market.stores.store), march).figures
    assert figures["bodies"] == {"recorded": 1, "upheld": 1, "rejected": 0, "median_hours_to_outcome": 0.0}
    assert (figures["endings"]["lifted_by_body"], figures["penalties"]["revoked"]) == (1, 1)


def test_a_complainant_is_found_right_and_that_is_on_record_only(market: Market) -> None:
    market.go(ENDED)
    market.complained(market.alice)
    after = market.outcome()
    assert (after.status, after.final_because, [one.outcome for one in after.bodies]) == ("final", "no_appeal", ["upheld"])
    assert market.down


@pytest.mark.rule("D5")
def test_before_the_end_it_is_refused_and_a_second_time_that_is_on_record(market: Market) -> None:
    for refused in (lambda: market.complained(market.alice), lambda: market.noticed(market.mallory)):
        with pytest.raises(Refusal, match="case_open"):
            refused()
    market.go(ENDED)
    market.complained(market.alice)
    market.noticed(market.mallory)  # the same body and reference: each party has a record of its own
    with pytest.raises(Refusal, match="body_recorded"):
        market.complained(market.alice, BODY.upper())
    with pytest.raises(Refusal, match="body_recorded"):
        market.noticed(market.mallory, BODY, f" {REFERENCE} ")
    market.noticed(market.mallory, BODY, "UR-118")
    codes = [one.fact.event.code for one in case_history(market.platform, market.stores.store, market.case.id).of("attempts")]  # type: ignore[union-attr]
    assert codes == ["body_recorded", "body_recorded"]


def test_where_both_went_to_one_body_the_desk_says_whose_case_it_decided(market: Market) -> None:
    market.go(ENDED)
    market.complained(market.alice)
    market.noticed(market.mallory)
    with pytest.raises(Invalid):
        market.outcome()
    market.outcome("rejected", "complainant")
    assert market.outcome("upheld", "respondent").status == "lifted"
    assert [(one.party, one.outcome) for one in market.now().bodies] == [("complainant", "rejected"), ("respondent", "upheld")]


@pytest.mark.rule("H3")
def test_what_is_not_ones_own_or_not_there_is_not_found_and_a_party_decides_nothing(market: Market) -> None:
    market.go(ENDED)
    for missing in (
        lambda: market.complained(market.mallory),
        lambda: market.noticed(market.alice),
        lambda: market.noticed(market.mallory, notice="none"),
        lambda: market.outcome(),
        lambda: market.outcome(case="none"),
    ):
        with pytest.raises(NotFound):
            missing()
    market.noticed(market.mallory)
    with pytest.raises(NotFound):
        market.outcome(party="complainant")
    for party in ("alice", "mallory"):
        with pytest.raises(Refusal, match="forbidden"):
            market.outcome(by=party)


@pytest.mark.rule("H5")
def test_how_many_records_a_party_may_make_is_a_rule(market: Market) -> None:
    market.go(ENDED)
    for number in range(5):
        market.noticed(market.mallory, BODY, str(number))
    with pytest.raises(Refusal, match="too_many_bodies") as refused:
        market.noticed(market.mallory)
    assert refused.value.facts == {"limit": 5, "measured": 6}
    market.complained(market.alice)  # the other party's are none of its own


@pytest.mark.rule("H6")
def test_of_who_is_forgotten_neither_body_nor_reference_can_be_read(market: Market) -> None:
    market.go(ENDED)
    market.noticed(market.mallory)
    leave.forget(market.platform, market.mallory.member_id, "operator")
    with pytest.raises(NotFound):
        market.outcome()
    (record,) = market.now().bodies
    assert market.stores.sealer.open(record.body) is None


@pytest.mark.rule("H3")
def test_a_bodys_case_file_is_made_by_who_is_no_party(market: Market) -> None:
    log, case = market.stores.store, market.case.id
    assert history_for_body(market.platform, log, case, "desk-1").case == market.now()
    with pytest.raises(Refusal, match="forbidden"):
        history_for_body(market.platform, log, case, "alice")
    with pytest.raises(NotFound):
        history_for_body(market.platform, log, "none", "desk-1")
