"""Cases on the real store: several streams as one act, settling before every decision, attempts, idempotency (rules T1, T2, T4, C, D)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from adapters.store.opening import Stores
from adapters.system.clock import SimulatedClock
from application import appeals, complain, decide, findings, leave
from application.acting import Act, Answer, Command, IdempotencyKey, perform, run, stream_of
from application.cases import live_case
from application.index import CaseById, PutCase
from application.publish_rules import publish_calendar
from application.refusals import NotFound
from application.settle_due import Settling
from domain.case.events import Accepted
from domain.case.folding import fold
from domain.events.member import AttemptRefused
from domain.refusal import Refusal, RefusedAttempt
from domain.working_days import CalendarYear
from tests.application.world import START, Worded, World
from tests.domain.tale import instant


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


def refused(call: object, *args: object) -> str:
    with pytest.raises(Refusal) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.rule("C1", "T1", "D5", "H6")
def test_each_link_becomes_a_case_of_its_own_and_a_bad_link_stops_no_other(world: World) -> None:
    owner, seller, friend = world.member("alice"), world.member("mallory"), world.member("fred")
    filing = world.filing(owner, "coat")
    good, own = world.listing(seller, "L1"), world.listing(owner, "L2")
    lodged = world.lodge(owner, filing, "no link", "https://shop.example/nowhere", good, good + "#again", own)
    assert [case.link for case in lodged.cases] == [good]
    assert [one.code for one in lodged.refused] == ["malformed_link", "unknown_listing", "duplicate_link", "own_listing"]
    recorded = world.stream(lodged.cases[0].id)[0]
    assert (recorded.at, recorded.recorded_at, recorded.by) == (START, START, owner.member_id)
    assert recorded.rules is not None and recorded.calendar is not None
    attempts = [one.event for one in world.stream(stream_of("attempts", owner.member_id))]
    asked = [event.facts["link"] for event in attempts if isinstance(event, AttemptRefused)]
    assert asked[2:] == [good + "#again", own]
    assert [world.platform.sealer.open(link) for link in asked[:2]] == ["no link", "https://shop.example/nowhere"]
    assert friend.member_id not in recorded.by


@pytest.mark.rule("C1")
def test_a_pair_is_complained_of_once_at_a_time_and_not_after_it_was_decided(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    filing, link = world.filing(owner, "coat"), world.listing(seller, "L1")

    def code() -> str | None:
        lodged = world.lodge(owner, filing, link)
        return lodged.refused[0].code if lodged.refused else None

    first = world.lodge(owner, filing, link).cases[0]
    assert code() == "case_open"
    world.withdraw(owner, first.id)
    second = world.lodge(owner, filing, link).cases[0]
    world.act("refusal", "desk-1", lambda act: decide.decline(act, second.id, ["no"]))
    assert code() == "already_decided"


@pytest.mark.rule("C1")
def test_another_members_filing_is_not_found_and_an_unprotected_one_refused(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    filing, link = world.filing(owner, "coat"), world.listing(seller, "L1")
    with pytest.raises(NotFound):
        world.lodge(seller, filing, link)
    with pytest.raises(NotFound):
        world.lodge(seller, "nothing", link)


@pytest.mark.rule("H5")
def test_limits_are_refused_by_name(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    filing, link = world.filing(owner, "coat"), world.listing(seller, "L1")
    assert refused(world.lodge, owner, filing, *[link] * 51) == "too_many_links"
    long = "x" * 5001
    lodging = Command("lodging", owner.member_id)
    assert refused(run, world.platform, lodging, lambda act: complain.lodge(act, owner, filing, [link], long)) == "text_too_long"
    notice = world.accept(world.lodge(owner, filing, link).cases[0].id).notice_id
    ids = [world.act("evidence", seller.member_id, lambda act: appeals.upload_evidence(act, seller, "a.pdf", b"x")) for _ in range(11)]
    assert refused(world.appeal, seller, notice, tuple(ids)) == "too_many_files"
    assert world.appeal(seller, notice, tuple(ids[:10])).evidence == tuple(ids[:10])


@pytest.mark.rule("D1", "C4")
def test_an_appeal_is_one_act_on_the_case_its_own_stream_and_nothing_else(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    accepted = world.accept(case.id)
    assert world.names(stream_of("listing", "L1"))[-2:] == ["PenaltyImposed", "ListingTakenDown"]
    appeal = world.appeal(seller, accepted.notice_id)
    assert world.names(appeal.id) == ["AppealOpened"]
    assert world.names(case.id)[-1] == "RoundOpened"
    assert world.stream(appeal.id)[0].command == world.stream(case.id)[-1].command
    upheld = world.decide(appeal.id, "upheld")
    assert (upheld.appeal.status, upheld.case.status, upheld.case.lifted_because) == ("upheld", "lifted", "appeal")
    assert world.names(stream_of("listing", "L1"))[-2:] == ["PenaltyRevoked", "ListingRestored"]


@pytest.mark.rule("C4")
def test_a_listing_under_several_penalties_is_restored_when_the_last_is_revoked(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    link = world.listing(seller, "L1")
    one, two = (world.lodge(owner, world.filing(owner, label), link).cases[0].id for label in ("coat", "hat"))
    world.accept(one)
    world.accept(two)
    world.withdraw(owner, one)
    assert world.names(stream_of("listing", "L1"))[1:] == ["PenaltyImposed", "ListingTakenDown", "PenaltyImposed", "PenaltyRevoked"]
    limit = world.platform.library.law(world.stores.store).in_force(world.clock.now()).limits.text_characters
    assert refused(world.withdraw, owner, two, "x" * (limit + 1)) == "text_too_long"
    world.withdraw(owner, two, "x" * limit)  # exactly the limit
    assert world.names(stream_of("listing", "L1"))[-2:] == ["PenaltyRevoked", "ListingRestored"]


@pytest.mark.rule("T3", "T4", "D3", "D5")
def test_a_late_appeal_finds_the_window_closed_and_is_recorded_beside_the_closing(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.accept(world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0].id)
    world.go("2026-03-05 16:00")
    assert refused(world.appeal, seller, case.notice_id) == "window_closed"
    assert world.names(case.id)[-3:] == ["ReminderSent", "WindowClosed", "Finalized"]
    attempt = world.stream(stream_of("attempts", case.id))[0]
    assert attempt.by == seller.member_id
    assert (attempt.event.command, attempt.event.code) == ("appeal", "window_closed")  # type: ignore[union-attr]
    assert refused(world.withdraw, owner, case.id) == "not_withdrawable"


@pytest.mark.rule("T4", "D3")
def test_whoever_settles_first_writes_a_consequence_once(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    filing = world.filing(owner, "coat")
    ids = [world.accept(world.lodge(owner, filing, world.listing(seller, f"L{n}")).cases[0].id).id for n in range(3)]
    settling = Settling(world.platform, {})
    assert settling.everything_due() == 0
    assert settling.next_due() == instant("2026-03-04 16:00")
    world.go("2026-04-01 00:00")
    assert settling.everything_due() == 3
    assert settling.everything_due() == 0
    for case_id in ids:
        assert world.names(case_id).count("WindowClosed") == 1
        assert fold(case_id, list(world.stream(case_id))).status == "final"  # type: ignore[union-attr]


@pytest.mark.rule("D5")
def test_beyond_twenty_a_day_attempts_are_counted_and_not_stored(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    world.withdraw(owner, case.id)
    for _ in range(25):
        assert refused(world.withdraw, owner, case.id) == "not_withdrawable"
    attempts = world.stream(stream_of("attempts", case.id))
    assert len(attempts) == 20
    assert {one.rules for one in attempts} == {case.complaint_rules}
    world.go("2026-03-03 09:00")
    assert refused(world.withdraw, owner, case.id) == "not_withdrawable"
    assert len(world.stream(stream_of("attempts", case.id))) == 21


@pytest.mark.rule("C6")
def test_only_the_complainant_withdraws_and_an_open_appeal_is_moot(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.accept(world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0].id)
    appeal = world.appeal(seller, case.notice_id)
    with pytest.raises(NotFound):
        world.withdraw(seller, case.id)
    world.withdraw(owner, case.id)
    assert world.names(appeal.id) == ["AppealOpened", "AppealMooted"]


@pytest.mark.rule("C5", "D1")
def test_a_notice_is_its_respondents_alone_and_evidence_its_uploaders(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.accept(world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0].id)
    for stranger, notice in ((owner, case.notice_id), (seller, case.id)):
        with pytest.raises(NotFound):
            world.appeal(stranger, notice)
    world.accept(world.lodge(seller, world.filing(seller, "hat"), world.listing(owner, "L2")).cases[0].id)
    theirs = world.act("evidence", owner.member_id, lambda act: appeals.upload_evidence(act, owner, "a.pdf", b"x"))
    with pytest.raises(NotFound):
        world.appeal(seller, case.notice_id, (theirs,))
    with pytest.raises(NotFound):
        world.appeal(seller, case.notice_id, ("nothing",))


@pytest.mark.rule("H3")
def test_a_reviewer_who_is_a_party_is_refused(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    assert refused(world.accept, case.id, "alice") == "forbidden"
    claimed = world.act("claim", "desk-2", lambda act: decide.claim(act, case.id))
    assert claimed.claim is not None
    assert refused(world.accept, case.id) == "claimed"
    world.act("claim", "desk-2", lambda act: decide.release_claim(act, case.id))
    assert world.accept(case.id).status == "penalized"


@pytest.mark.rule("H2", "D4")
def test_the_desk_lifts_and_marks_special(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.accept(world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0].id)
    appeal = world.appeal(seller, case.notice_id)
    special = world.act("special", "desk-1", lambda act: decide.mark_special(act, appeal.id, "a court decides"))
    assert special.appeal.special
    assert refused(world.act, "special", "desk-1", lambda act: decide.mark_special(act, appeal.id, "again")) == "already_special"
    lifted = world.act("lift", "desk-1", lambda act: decide.lift(act, case.id, ["our_mistake"]))
    assert lifted.lifted_because == "desk"
    assert world.names(appeal.id) == ["AppealOpened", "AppealMarkedSpecial", "AppealMooted"]
    assert refused(world.act, "reopening", "desk-1", lambda act: decide.reopen(act, case.id, ["x"])) == "not_reopenable"
    for missing in (lambda act: decide.accept(act, "nothing", ["x"]), lambda act: decide.decide_appeal(act, "nothing", "upheld", ["x"])):
        with pytest.raises(NotFound):
            world.act("acceptance", "desk-1", missing)


@pytest.mark.rule("T1")
def test_the_same_key_and_content_give_the_same_answer_and_another_content_is_refused(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]

    def withdraw(fingerprint: str) -> Answer:
        command = Command("withdrawal", owner.member_id, IdempotencyKey("alice /x", "key-1", fingerprint))
        return perform(world.platform, command, lambda act: complain.withdraw(act, owner, case.id, None), Worded())

    first = withdraw("f")
    assert first.status == 200
    assert withdraw("f") == first
    assert refused(withdraw, "g") == "idempotency_mismatch"
    again = Command("withdrawal", owner.member_id, IdempotencyKey("alice /x", "key-2", "f"))
    late = perform(world.platform, again, lambda act: complain.withdraw(act, owner, case.id, None), Worded())
    assert late == Answer(409, b"not_withdrawable")
    row = world.stores.store.ask(CaseById(case.id))
    assert row is not None and row.standing == "withdrawn"


@pytest.mark.rule("B7", "T2")
def test_a_process_whose_clock_is_behind_sees_the_case_fallen_all_the_same(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    filing = world.filing(owner, "coat")
    case = world.lodge(owner, filing, world.listing(seller, "L1")).cases[0]
    world.go("2026-03-02 10:00")
    listed = world.act("preview", "desk-1", lambda act: findings.preview(act, owner.member_id, filing))
    world.act("finding", "desk-1", lambda act: findings.find_non_original(act, owner.member_id, filing, ["stock"], listed.digest))
    behind = world.platform._replace(clock=SimulatedClock(START))
    with pytest.raises(Refusal) as caught:
        run(behind, Command("acceptance", "desk-2"), lambda act: decide.accept(act, case.id, ["same"]))
    assert caught.value.code == "case_closed"
    assert world.names(case.id)[-1] == "Voided"


@pytest.mark.rule("T1", "T2")
def test_what_a_process_with_a_clock_behind_decides_is_dated_after_all_that_it_has_read(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    world.go("2026-03-02 10:00")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    behind = world.platform._replace(clock=SimulatedClock(START))
    run(behind, Command("acceptance", "desk-2"), lambda act: decide.accept(act, case.id, ["same"]))
    lodged, accepted, *_ = world.stream(case.id)
    assert isinstance(accepted.event, Accepted)
    assert accepted.at == accepted.recorded_at == lodged.recorded_at == instant("2026-03-02 10:00")


@pytest.mark.rule("T6", "E2")
def test_a_publication_gives_way_to_whatever_was_saved_while_it_was_made(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    filing, link = world.filing(owner, "coat"), world.listing(seller, "L1")
    tries: list[datetime] = []

    def publish(act: Act) -> datetime:
        tries.append(act.now)
        if len(tries) == 1:  # while this try is under way, time goes on and a case is lodged under the calendar that is in force
            world.go("2026-03-02 09:30")
            world.lodge(owner, filing, link)
        year = CalendarYear("CN", 2026, (date(2026, 3, 3),), ())
        return publish_calendar(act, year, "test").published_at

    published = world.act("calendar", "root", publish)
    assert tries == [START, instant("2026-03-02 09:30")]
    assert published == instant("2026-03-02 09:30")


@pytest.mark.rule("D5")
def test_the_refusal_of_a_try_that_lost_is_forgotten_when_the_next_one_is_carried_out(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    tries: list[str] = []

    def claimed_first(act: Act) -> str:
        tries.append(live_case(act, case.id).status)
        if len(tries) == 1:  # another reviewer is quicker: the refusal of this try is not saved, and the next one is none
            world.act("claim", "desk-2", lambda other: decide.claim(other, case.id))
            raise RefusedAttempt("claimed")
        return "done"

    assert world.act("look", "desk-1", claimed_first) == "done"
    assert len(tries) == 2


@pytest.mark.rule("D4", "H3")
def test_who_may_not_decide_the_next_appeal_does_not_keep_others_from_it(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.accept(world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0].id)
    world.decide(world.appeal(seller, case.notice_id).id, "rejected")
    assert refused(world.act, "claim", "desk-1", lambda act: decide.claim(act, case.id)) == "same_reviewer"
    assert world.act("claim", "desk-2", lambda act: decide.claim(act, case.id)).claim is not None


@pytest.mark.rule("T1")
def test_a_duplicate_in_flight_that_finds_the_object_gone_gives_the_kept_answer(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    command = Command("withdrawal", owner.member_id, IdempotencyKey("alice /x", "key-1", "f"))

    def gone(act: Act) -> None:
        first = perform(world.platform, command, lambda one: complain.withdraw(one, owner, case.id, None), Worded())
        assert first.status == 200
        raise NotFound

    assert perform(world.platform, command, gone, Worded()).status == 200
    with pytest.raises(NotFound):
        perform(world.platform, Command("withdrawal", owner.member_id), lambda act: complain.withdraw(act, owner, "x", None), Worded())


@pytest.mark.rule("H6")
def test_kept_answers_that_tell_of_a_member_go_with_it(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    key = IdempotencyKey("desk /x", "key-1", "f")
    perform(world.platform, Command("refusal", "desk-1", key), lambda act: decide.decline(act, case.id, ["no"]), Worded())
    assert world.stores.store.answer(key) is not None
    leave.forget(world.platform, owner.member_id, "root")
    assert world.stores.store.answer(key) is None


@pytest.mark.rule("H6", "H7")
@pytest.mark.parametrize("leaves", ["alice", "mallory"])
def test_what_is_sealed_under_a_key_of_the_case_goes_with_either_party(world: World, leaves: str) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0]
    other = world.lodge(owner, world.filing(owner, "hat"), world.listing(world.member("trent"), "L2")).cases[0]
    seal, read = world.stores.sealer.seal, world.stores.sealer.open
    noted, elsewhere = seal(case.id, "known to the desk"), seal(other.id, "known as well")
    for one in (case, other):
        world.withdraw(owner, one.id)
    leave.forget(world.platform, world.member(leaves).member_id, "root")
    assert read(noted) is None
    assert read(elsewhere) == (None if leaves == "alice" else "known as well")


@pytest.mark.rule("T4")
def test_an_index_that_says_due_where_nothing_is_mends_itself(world: World) -> None:
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.accept(world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0].id)
    row = world.stores.store.ask(CaseById(case.id))
    assert row is not None
    told = (row.case_id, row.filing_id, row.listing_id, row.complainant, row.respondent, row.standing)
    world.act("look", "root", lambda act: act.note(PutCase(*told, START, row.notice_id)))
    settling = Settling(world.platform, {})
    assert (settling.next_due(), settling.everything_due(), settling.seek_sightings()) == (START, 1, 0)
    assert world.stores.store.ask(CaseById(case.id)) == row
