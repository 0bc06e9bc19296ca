"""The full history of a case, now and as of any instant, and what auditors do (rules G1, G4b, T8)."""

from __future__ import annotations

from datetime import datetime

import pytest

from adapters.case_file.report import Visibility, report
from adapters.store.opening import Stores
from application import appeals, decide, findings, vouchers
from application.acting import stream_of
from application.audit import NOT_YET_SERVED, CaseHistory, Line, case_history, disclose, record_read
from application.file_pictures import delete_filing
from application.index import ThingsAbout, VoidCases
from application.ports import Upload
from application.publish_rules import Known, publish_rulebook
from application.refusals import Invalid, NotFound
from domain.case.events import NoticeServed
from domain.case.state import Case
from domain.events.member import HistoryRead, IdentityDisclosed
from domain.refusal import Refusal
from tests.application.market import Market, link_of
from tests.application.world import START
from tests.domain.tale import instant
from tests.fakes import picture

STOLEN = picture("coat", "recompressed")
WINDOW_CLOSES = instant("2026-03-05 16:00")


@pytest.fixture
def market(stores: Stores) -> Market:
    return Market(stores)


def history(market: Market, case_id: str, as_of: datetime | None = None) -> CaseHistory:
    return case_history(market.platform, market.stores.store, case_id, as_of)


def told(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.kind, type(line.fact.event).__name__) for line in lines]


def pending(found: CaseHistory) -> list[tuple[str, str]]:
    return told(tuple(line for line in found.lines if line.pending))


def sighted(market: Market) -> Case:
    """A case from a sighting on a listing, lodged at the start."""
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    return market.complain_from(alice, market.sightings(filing, "L1")[0].id).cases[0]


@pytest.mark.rule("G1", "B7")
def test_a_case_that_fell_tells_the_finding_for_which_it_did_and_one_that_ended_before_does_not(market: Market) -> None:
    alice = market.member("alice")
    fell = sighted(market)
    market.go("2026-03-02 10:00")
    market.feed("L2", market.member("zoe"))
    other = market.lodge(alice, fell.filing_id, link_of("L2")).cases[0]
    market.act("decline", "desk-1", lambda act: decide.decline(act, other.id, ["another coat"]))
    market.go("2026-03-02 11:00")
    listed = market.act("preview", "desk-1", lambda act: findings.preview(act, alice.member_id, fell.filing_id))
    market.act(
        "finding", "desk-1", lambda act: findings.find_non_original(act, alice.member_id, fell.filing_id, ["scraped"], listed.digest)
    )
    found = history(market, fell.id)
    assert found.case.status == "voided"
    (finding,) = found.of("finding")
    assert (finding.subject, finding.fact.by, finding.fact.at) == (alice.member_id, "desk-1", instant("2026-03-02 11:00"))
    (line,) = (
        one
        for one in report(found, market.stores.sealer, market.stores.identities, Visibility(True, True)).lines
        if "not original" in one.what
    )
    assert (line.who, line.what) == (
        "desk-1",
        "found that pictures of the complainant's are not original, and ended its protection: scraped",
    )
    withheld = report(found, market.stores.sealer, market.stores.identities, Visibility(False, False))
    assert not any("scraped" in one.what for one in withheld.lines)
    assert not history(market, other.id).of("finding")
    assert not history(market, fell.id, instant("2026-03-02 10:59")).of("finding")


@pytest.mark.rule("G1")
def test_the_history_is_one_read_of_everything_that_belongs_to_the_case_in_the_order_of_the_log(market: Market) -> None:
    case = sighted(market)
    alice, mallory = market.member("alice"), market.member("mallory")
    market.act("request", "desk-1", lambda act: vouchers.request(act, case.filing_id, ["original"]))
    give_vouchers_of(market, case.filing_id)
    notice = market.accept(case.id).notice_id
    evidence = market.act("evidence", mallory.member_id, lambda act: appeals.upload_evidence(act, mallory, "mine.pdf", b"x"))
    first = market.appeal(mallory, notice, (evidence,))
    with pytest.raises(Refusal):
        market.act("deletion", alice.member_id, lambda act: delete_filing(act, alice, case.filing_id))
    with pytest.raises(Refusal):
        market.accept(case.id)
    market.decide(first.id, "rejected")
    second = market.appeal(mallory, notice)
    market.decide(second.id, "upheld", "desk-2")
    market.act("disclosure", "auditor", lambda act: disclose(act, case.id, "The court", "2026-17", "A lawsuit."))
    found = history(market, case.id)
    assert told(found.lines) == [
        ("filing", "Filed"),
        ("sighting", "SightingMade"),
        ("warning", "SellerWarned"),
        ("complaint", "ComplaintLodged"),
        ("sighting", "SightingComplained"),
        ("voucher_request", "VoucherRequested"),
        ("vouchers", "VoucherGiven"),
        *[("complaint", name) for name in ("Accepted", "NoticeServed", "WindowOpened", "Penalized")],
        ("listing", "PenaltyImposed"),
        ("listing", "ListingTakenDown"),
        ("evidence", "EvidenceUploaded"),
        ("complaint", "RoundOpened"),
        ("appeal", "AppealOpened"),
        ("attempts", "AttemptRefused"),
        ("complaint", "RoundDecided"),
        ("complaint", "WindowOpened"),
        ("appeal", "AppealDecided"),
        ("complaint", "RoundOpened"),
        ("appeal", "AppealOpened"),
        ("complaint", "RoundDecided"),
        ("complaint", "Lifted"),
        ("appeal", "AppealDecided"),
        ("listing", "PenaltyRevoked"),
        ("listing", "ListingRestored"),
        ("disclosure", "IdentityDisclosed"),
    ]
    positions = [line.position for line in found.lines]
    assert positions == sorted(position for position in positions if position is not None)
    assert (found.case.status, found.as_of) == ("lifted", START)
    assert [(a.id, a.round, a.status) for a in found.appeals] == [(first.id, 1, "rejected"), (second.id, 2, "upheld")]
    assert {line.subject for line in found.of("listing")} == {"L1"}
    assert {line.subject for line in found.of("evidence")} == {evidence}


def give_vouchers_of(market: Market, filing_id: str) -> None:
    alice, files = market.member("alice"), [Upload("raw.dng", b"raw")]
    market.act("vouchers", alice.member_id, lambda act: vouchers.give(act, alice, "filing", filing_id, "original", files))


@pytest.mark.rule("G1", "C4")
def test_what_the_listing_went_through_for_another_case_is_not_in_the_history(market: Market) -> None:
    case = sighted(market)
    bob = market.member("bob")
    (hat,) = market.file(bob, "hat")
    other = market.lodge(bob, hat, link_of("L1")).cases[0]
    market.accept(other.id)
    market.accept(case.id)
    market.withdraw(market.member("alice"), case.id)
    market.withdraw(bob, other.id)
    assert told(history(market, case.id).of("listing")) == [("listing", "PenaltyImposed"), ("listing", "PenaltyRevoked")]
    assert [name for _, name in told(history(market, other.id).of("listing"))] == [
        "PenaltyImposed",
        "ListingTakenDown",
        "PenaltyRevoked",
        "ListingRestored",
    ]


@pytest.mark.rule("T8", "G1")
def test_as_of_an_instant_is_what_was_recorded_by_then(market: Market) -> None:
    case = sighted(market)
    market.go("2026-03-03 09:00")
    market.accept(case.id)
    market.go("2026-03-04 09:00")
    market.withdraw(market.member("alice"), case.id)
    for as_of, status in ((START, "lodged"), (instant("2026-03-03 08:59"), "lodged"), (instant("2026-03-03 09:00"), "penalized")):
        found = history(market, case.id, as_of)
        assert (found.case.status, found.as_of, pending(found)) == (status, as_of, [])
        assert all(line.position is not None for line in found.lines)
        assert found.instants and max(found.instants) <= as_of
    now = history(market, case.id)
    assert (now.case.status, now.instants[-1]) == ("withdrawn", instant("2026-03-04 09:00"))
    assert history(market, case.id, START).of("listing") == ()


@pytest.mark.rule("T8", "T4")
def test_what_was_due_by_then_and_not_written_is_pending_whether_or_not_it_was_written_later(market: Market) -> None:
    case = sighted(market)
    market.accept(case.id)
    market.go("2026-03-10 09:00")
    expected = [("complaint", "ReminderSent"), ("complaint", "WindowClosed"), ("complaint", "Finalized")]
    found = history(market, case.id)
    assert (found.case.status, found.case.ended_at, pending(found)) == ("final", WINDOW_CLOSES, expected)
    market.settle()
    written = history(market, case.id)
    assert (written.case, pending(written)) == (found.case, [])
    before = history(market, case.id, instant("2026-03-06 00:00"))
    assert (before.case.status, pending(before)) == ("final", expected)
    just_before = history(market, case.id, instant("2026-03-05 15:59"))
    assert (just_before.case.status, pending(just_before)) == ("penalized", expected[:1])


@pytest.mark.rule("T8", "B7")
def test_pending_is_also_what_follows_on_the_appeal_and_the_listing(market: Market) -> None:
    case = sighted(market)
    notice = market.accept(case.id).notice_id
    appeal = market.appeal(market.member("mallory"), notice)
    market.act("finding", "desk-1", lambda act: act.note(VoidCases(act.now, "finding", case.complainant)))
    found = history(market, case.id)
    assert found.case.status == "voided"
    assert pending(found) == [
        ("complaint", "Voided"),
        ("appeal", "AppealMooted"),
        ("listing", "PenaltyRevoked"),
        ("listing", "ListingRestored"),
    ]
    assert [(a.id, a.status) for a in found.appeals] == [(appeal.id, "moot")]


@pytest.mark.rule("T8", "C3", "T7")
def test_a_notice_that_is_due_by_a_lapse_and_not_yet_served_has_no_id_of_its_own(market: Market) -> None:
    document = {"name": "t", "version": "lapse", "effective_from": "2026-03-02T09:00:01Z", "complaint": {"on_lapse": "accept"}}
    known = Known({"Asia/Shanghai"}, {"CN"})
    market.act("publish rulebook", "root", lambda act: publish_rulebook(act, document, known))
    market.go("2026-03-02 10:00")
    case = sighted(market)
    market.go("2026-03-10 09:00")
    found = history(market, case.id)
    assert (found.case.status, found.case.accepted_at, found.case.notice_id) == ("penalized", market.clock.now(), NOT_YET_SERVED)
    (served,) = [line.fact.event for line in found.lines if isinstance(line.fact.event, NoticeServed)]
    assert (served.notice_id, served.link) == (NOT_YET_SERVED, case.link)
    assert ("listing", "ListingTakenDown") in pending(found)


@pytest.mark.rule("T8")
def test_a_lapsed_appeal_that_nobody_wrote_down_is_decided_and_lifted_in_the_history(market: Market) -> None:
    document = {"name": "t", "version": "release", "effective_from": "2026-03-02T09:00:01Z", "appeal": {"on_lapse": "release"}}
    known = Known({"Asia/Shanghai"}, {"CN"})
    market.act("publish rulebook", "root", lambda act: publish_rulebook(act, document, known))
    market.go("2026-03-02 10:00")
    case = sighted(market)
    appeal = market.appeal(market.member("mallory"), market.accept(case.id).notice_id)
    market.go("2026-03-20 09:00")
    found = history(market, case.id)
    assert (found.case.status, found.case.lifted_because) == ("lifted", "lapse")
    assert [(a.id, a.status) for a in found.appeals] == [(appeal.id, "upheld")]
    assert pending(found) == [
        ("complaint", "RoundDecided"),
        ("appeal", "AppealDecided"),
        ("complaint", "Lifted"),
        ("listing", "PenaltyRevoked"),
        ("listing", "ListingRestored"),
    ]


@pytest.mark.rule("G1", "T8")
def test_there_is_no_history_of_no_case_before_its_lodging_or_of_the_future(market: Market) -> None:
    market.go("2026-03-02 10:00")
    case = sighted(market)
    for case_id, as_of in (("nothing", None), ("nothing", instant("2026-04-01 00:00")), (case.id, START)):
        with pytest.raises(NotFound):
            history(market, case_id, as_of)
    with pytest.raises(Invalid) as caught:
        history(market, case.id, instant("2026-03-02 10:01"))
    assert list(caught.value.errors) == ["as_of"]


@pytest.mark.rule("G4b")
def test_a_read_is_an_event_in_a_stream_of_its_own(market: Market) -> None:
    case = sighted(market)
    for as_of in (None, START):
        market.act("read", "auditor", lambda act, as_of=as_of: record_read(act, "case", case.id, as_of))  # type: ignore[misc]
    reads = [r for _, r in market.stores.store.read_log(0, 10_000) if isinstance(r.event, HistoryRead)]
    assert [(r.by, r.event) for r in reads] == [
        ("auditor", HistoryRead("case", case.id)),
        ("auditor", HistoryRead("case", case.id, START)),
    ]
    assert len({r.originator_id for r in reads}) == 2


@pytest.mark.rule("G4b", "H6")
def test_a_disclosure_tells_who_the_parties_are_and_records_on_whose_order_and_why(market: Market) -> None:
    case = sighted(market)
    market.stores.identities.forget(case.respondent)
    disclosed = market.act("disclosure", "root", lambda act: disclose(act, case.id, "The court", "2026-17", "A lawsuit."))
    assert disclosed.complainant is not None
    assert (disclosed.complainant.subject, disclosed.respondent, disclosed.at) == ("alice", None, START)
    (recorded,) = market.stream(disclosed.id)
    assert (recorded.by, recorded.event) == ("root", IdentityDisclosed(case.id, "The court", "2026-17", "A lawsuit."))
    assert [thing.thing_id for thing in market.stores.store.ask(ThingsAbout("disclosure", case.id))] == [disclosed.id]
    assert market.names(stream_of("attempts", case.id)) == []


@pytest.mark.rule("G4b", "H5")
def test_nothing_is_disclosed_of_no_case_or_with_a_text_too_long(market: Market) -> None:
    case = sighted(market)
    with pytest.raises(NotFound):
        market.act("disclosure", "root", lambda act: disclose(act, "nothing", "The court", "2026-17", "A lawsuit."))
    with pytest.raises(Refusal) as caught:
        market.act("disclosure", "root", lambda act: disclose(act, case.id, "The court", "2026-17", "x" * 5001))
    assert caught.value.code == "text_too_long"


@pytest.mark.rule("G1", "H2")
def test_a_lifted_case_keeps_both_what_was_decided_and_what_mended_it(market: Market) -> None:
    case = sighted(market)
    market.accept(case.id)
    market.act("lift", "desk-2", lambda act: decide.lift(act, case.id, ["a mistake"]))
    found = history(market, case.id)
    assert (found.case.status, found.case.lifted_because) == ("lifted", "desk")
    assert [name for kind, name in told(found.lines) if kind == "complaint"][-2:] == ["Penalized", "Lifted"]
