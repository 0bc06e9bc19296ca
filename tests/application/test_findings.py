"""A finding ends a merchant's protection as one act; the rest is written down, resumable, exactly once (rules B7, C1, F1, T4)."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.store.opening import Stores
from application import authorise, cascade, decide, findings
from application.acting import Act, run
from application.index import FilingsOfMember, FilingsToWriteDown, GrantsOf, NextDue, PutFiling
from application.ports import Identity
from application.refusals import NotFound, Stale
from domain import authorization
from domain.case.folding import fold
from domain.case.state import Case, Status
from domain.events import CLOCK, Happened, Sealed
from domain.events.filing import Filed, FilingCancelled, FilingReinstated
from domain.events.member import AuthorizationRevoked, MerchantTerminated
from domain.picture import Flaw
from domain.recorded import Recorded
from domain.refusal import Refusal
from tests.application.studio import Studio
from tests.fakes import picture

MANY, AT_ONCE = 300, 20
"""Filings of a merchant, and how many of them are written down at once: as few as show the way of thousands."""


@pytest.fixture
def studio(stores: Stores) -> Studio:
    return Studio(stores)


def grant(studio: Studio, owner: Identity, grantee: Identity) -> str:
    return studio.act("grant", owner.member_id, lambda act: authorise.grant(act, owner, grantee.nickname or "", None)).id


def case_of(studio: Studio, case_id: str) -> Case:
    case = fold(case_id, studio.stream(case_id))
    assert case is not None
    return case


@pytest.mark.rule("B7")
def test_the_preview_lists_exactly_what_the_finding_will_touch_and_touches_nothing(studio: Studio) -> None:
    ann, seller = studio.merchant("ann"), studio.merchant("seller")
    coat, hat, gone = studio.file(ann, "coat"), studio.file(ann, "hat"), studio.file(ann, "shoe")
    studio.delete(ann, gone)
    links = [studio.listing(seller, str(number)) for number in range(1, 6)]
    lodged, accepted, closing, final, declined = (studio.lodge(ann, coat, link).cases[0].id for link in links)
    studio.accept(final)
    studio.go("2026-03-06 09:00")
    studio.accept(closing)
    studio.act("refusal", "desk-1", lambda act: decide.decline(act, declined, ["no"]))
    studio.settle()
    studio.go("2026-03-12 09:00")  # the window of `closing` is over; nobody has written that down
    studio.accept(accepted)
    told = studio.preview(ann, coat)
    assert told.filings == (coat, hat)
    assert told.complaints == (lodged, accepted)
    assert sorted(told.final_complaints) == sorted((final, closing))
    assert told.penalties == ("2",)
    assert studio.preview(ann, hat) == told
    assert studio.names(ann.member_id) == ["DeclarationSigned"]
    with pytest.raises(NotFound):
        studio.preview(seller, coat)
    with pytest.raises(NotFound):
        studio.preview(ann, "no-such-filing")


@pytest.mark.rule("B7", "T4", "C4")
def test_one_event_ends_everything_at_its_instant(studio: Studio) -> None:
    ann, bob, seller = studio.merchant("ann"), studio.merchant("bob"), studio.merchant("seller")
    coat, hat = studio.file(ann, "coat"), studio.file(ann, "hat")
    penalized, appealed, lodged = (studio.lodge(ann, coat, studio.listing(seller, key)).cases[0].id for key in ("1", "2", "3"))
    studio.accept(penalized)
    appeal = studio.appeal(seller, studio.accept(appealed).notice_id)
    given = grant(studio, ann, bob)
    touched = studio.preview(ann, coat)
    studio.go("2026-03-03 09:00")
    found = studio.find(ann, coat, touched.digest)
    at = studio.clock.now()
    assert (found.touched, found.merchant.terminated_at) == (touched, at)
    assert studio.last(ann.member_id) == MerchantTerminated(coat, ("stock",), touched.digest)
    # nothing is written down yet, and already nothing of it is protected
    assert [studio.names(filing) for filing in (coat, hat)] == [["Filed"], ["Filed"]]
    assert [studio.standing(filing) for filing in (coat, hat)] == ["cancelled", "cancelled"]
    assert studio.stores.store.ask(GrantsOf(ann.member_id)) == ()
    with pytest.raises(Refusal, match="filing_not_protected"):
        studio.delete(ann, hat)
    with pytest.raises(Refusal, match="terminated"):
        studio.send(ann, picture("shoe"))
    with pytest.raises(Refusal, match="case_closed"):
        studio.appeal(seller, case_of(studio, penalized).notice_id)
    # an hour later it is written down, as of the finding
    studio.go("2026-03-03 10:00")
    studio.settle()
    for filing in (coat, hat):
        recorded = studio.stream(filing)[-1]
        assert (recorded.event, recorded.at, recorded.by) == (FilingCancelled("finding"), at, CLOCK)
    for case_id in (penalized, appealed, lodged):
        assert (case_of(studio, case_id).status, case_of(studio, case_id).ended_at) == (Status.VOIDED, at)
    assert studio.names(appeal.id)[-1] == "AppealMooted"
    ended = studio.stream(given)[-1]
    assert (ended.event, ended.at) == (AuthorizationRevoked(ann.member_id, bob.member_id, "finding"), at)
    assert studio.stores.store.ask(NextDue()) is None
    studio.file(bob, "coat", "another")  # cancelled filings bar nobody


@pytest.mark.rule("B7")
def test_the_act_is_refused_if_the_list_has_changed_and_is_done_once(studio: Studio) -> None:
    ann = studio.merchant("ann")
    coat = studio.file(ann, "coat")
    seen = studio.preview(ann, coat)
    studio.file(ann, "hat")
    with pytest.raises(Stale) as stale:
        studio.find(ann, coat, seen.digest)
    assert stale.value.code == "preview_stale"
    assert studio.standing(coat) == "protected"
    studio.terminate(ann, coat)
    with pytest.raises(Refusal, match="already_decided"):
        studio.terminate(ann, coat)
    with pytest.raises(NotFound):
        studio.find(studio.merchant("bob"), coat, seen.digest)


@pytest.mark.rule("H3", "B7")
def test_nobody_finds_against_itself_or_reinstates_itself(studio: Studio) -> None:
    ann = studio.merchant("ann")
    coat = studio.file(ann, "coat")
    digest = studio.preview(ann, coat).digest
    with pytest.raises(Refusal, match="forbidden"):
        studio.find(ann, coat, digest, by=ann.subject)
    studio.find(ann, coat, digest)
    with pytest.raises(Refusal, match="forbidden"):
        studio.reinstate(ann, by=ann.subject)


@pytest.mark.rule("B7")
def test_a_reinstated_merchants_filings_are_protected_again_from_then_on_and_its_cases_stay_voided(studio: Studio) -> None:
    ann, bob, seller = studio.merchant("ann"), studio.merchant("bob"), studio.merchant("seller")
    coat, hat = studio.file(ann, "coat"), studio.file(ann, "hat")
    link = studio.listing(seller, "1")
    case_id = studio.lodge(ann, coat, link).cases[0].id
    given = grant(studio, ann, bob)
    with pytest.raises(Refusal, match="not_terminated"):
        studio.reinstate(ann)
    studio.terminate(ann, coat)
    studio.go("2026-03-03 09:00")
    state = studio.reinstate(ann)  # nobody has written the finding down yet: that is done first
    assert (state.terminated_at, state.reinstated_at) == (None, studio.clock.now())
    assert studio.names(given) == ["AuthorizationGranted", "AuthorizationRevoked"]
    studio.settle()
    for filing in (coat, hat):
        assert studio.names(filing) == ["Filed", "FilingCancelled", "FilingReinstated"]
        recorded = studio.stream(filing)[-1]
        assert (recorded.event, recorded.at, studio.standing(filing)) == (FilingReinstated(), studio.clock.now(), "protected")
    assert case_of(studio, case_id).status is Status.VOIDED
    (refused,) = studio.send(bob, picture("coat", "stolen")).refused
    assert refused.flaws == (Flaw("not_original"),)
    assert studio.lodge(ann, coat, link).cases[0].status is Status.LODGED
    with pytest.raises(Refusal, match="not_terminated"):
        studio.reinstate(ann)
    studio.act("look", "desk-1", lambda act: cascade.step(act, ann.member_id))
    assert studio.names(coat) == ["Filed", "FilingCancelled", "FilingReinstated"]


@pytest.mark.rule("B7")
def test_nobody_unknown_is_reinstated(studio: Studio) -> None:
    with pytest.raises(NotFound):
        studio.act("reinstatement", "desk-1", lambda act: findings.reinstate(act, "no-such-member", ["a mistake"]))


@pytest.mark.rule("B7")
def test_a_grant_that_was_over_before_is_not_ended_again(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    coat = studio.file(ann, "coat")
    revoked, standing = grant(studio, ann, bob), grant(studio, ann, bob)
    studio.act("revocation", ann.member_id, lambda act: authorise.revoke(act, ann, revoked))
    studio.terminate(ann, coat)
    studio.settle()
    ends = [authorization.fold(one, studio.stream(one)) for one in (revoked, standing)]
    assert [end.ended_because for end in ends if end is not None] == ["owner", "finding"]
    assert len(studio.stream(revoked)) == 2


@pytest.mark.rule("B7")
def test_many_grants_are_ended_some_at_a_time(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cascade, "AT_ONCE", 2)
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    coat = studio.file(ann, "coat")
    grants = [grant(studio, ann, bob) for _ in range(5)]
    studio.terminate(ann, coat)
    assert run(studio.platform, cascade.CASCADE, lambda act: cascade.step(act, ann.member_id)) is False
    assert [len(studio.stream(one)) for one in grants] == [2, 1, 1, 1, 1]
    cascade.finish(studio.platform, ann.member_id)
    assert [len(studio.stream(one)) for one in grants] == [2] * 5


def fill(studio: Studio, owner: Identity, count: int) -> None:
    """So many filings of a member, as if filed one by one."""

    def some(first: int) -> None:
        def file(act: Act) -> None:
            for number in range(first, min(first + 500, count)):
                digest = hashlib.sha256(f"{owner.member_id}/{number}".encode()).hexdigest()
                event = Filed(owner.member_id, "folder", Sealed("n"), digest, 1, "JPEG", 900, 800, b"", "fake/1", "1")
                filing_id = act.new_id()
                act.append(filing_id, [Happened(act.now, event, owner.member_id)])
                act.note(PutFiling(filing_id, owner.member_id, digest, "protected"))

        studio.act("filing", owner.member_id, file)

    for first in range(0, count, 500):
        some(first)


@pytest.mark.rule("B7")
def test_the_cascade_over_thousands_of_filings_stops_anywhere_and_is_resumed_by_anyone_exactly_once(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cascade, "AT_ONCE", AT_ONCE)
    ann = studio.merchant("ann")
    fill(studio, ann, MANY)
    filings = [row.filing_id for row in studio.stores.store.ask(FilingsOfMember(ann.member_id))]
    assert len(studio.terminate(ann, filings[0]).touched.filings) == MANY
    terminated = studio.clock.now()
    assert studio.names(ann.member_id) == ["DeclarationSigned", "MerchantTerminated"]
    for _ in range(4):  # some steps, then whoever took them dies, once in the middle of a step
        run(studio.platform, cascade.CASCADE, lambda act: cascade.step(act, ann.member_id))

    def die(act: Act) -> None:
        cascade.step(act, ann.member_id)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(studio.platform, cascade.CASCADE, die)
    left = studio.stores.store.ask(FilingsToWriteDown(ann.member_id, MANY))
    assert len(left) == MANY - 4 * cascade.AT_ONCE
    assert {studio.standing(filing) for filing in filings} == {"cancelled"}
    studio.go("2026-03-03 09:00")
    studio.settle()
    assert studio.stores.store.ask(FilingsToWriteDown(ann.member_id, 1)) == ()
    cancelled = [(r.originator_id, r.at) for _, r in log(studio) if r.event == FilingCancelled("finding")]
    assert Counter(filing for filing, _ in cancelled) == Counter(filings)
    assert {at for _, at in cancelled} == {terminated}
    studio.reinstate(ann)
    studio.settle()
    again = [r.originator_id for _, r in log(studio) if isinstance(r.event, FilingReinstated)]
    assert Counter(again) == Counter(filings)
    assert {studio.standing(filing) for filing in filings} == {"protected"}


@pytest.mark.rule("B7")
def test_several_who_write_down_at_once_write_nothing_twice(studio: Studio) -> None:
    ann = studio.merchant("ann")
    fill(studio, ann, 150)
    filings = [row.filing_id for row in studio.stores.store.ask(FilingsOfMember(ann.member_id))]
    studio.terminate(ann, filings[0])
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: cascade.finish(studio.platform, ann.member_id), range(3)))
    assert Counter(r.originator_id for _, r in log(studio) if isinstance(r.event, FilingCancelled)) == Counter(filings)


def log(studio: Studio) -> list[tuple[int, Recorded]]:
    return list(studio.stores.store.read_log(0, 100_000))
