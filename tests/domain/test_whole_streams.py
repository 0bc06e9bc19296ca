"""What each stream besides a case's keeps of its events, and what each of its acts writes: whole, with instant, author and rules (T1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain import appeal, authorization, dispute, filing, listing, merchant, sighting, voucher
from domain.appeal import Appeal, AppealStatus, Grounds
from domain.authorization import Authorization
from domain.case import events as of_case
from domain.dispute import Dispute, DisputedRefusal, DisputeStatus
from domain.events import CLOCK, Happened, Sealed
from domain.events import appeal as of_appeal
from domain.events import filing as of_filing
from domain.events import listing as of_listing
from domain.events import member as of_member
from domain.events.base import Seen
from domain.filing import Filing, FilingStatus
from domain.listing import Listing
from domain.merchant import Merchant
from domain.refusal import Refusal
from domain.rulebook import BUILT_IN
from domain.sighting import Sighting, SightingStatus
from domain.voucher import RequestStatus, SealedFile, Voucher, VoucherRequest
from tests.domain.tale import Tale, instant, law

AT, LATER = instant("2026-03-02 09:00"), instant("2026-03-05 09:00")
SEEN = Seen("d" * 64, "copy", 1.0, (0, 0, 1, 1), (0, 0, 1, 1), False, 0, 1, 1, True, "m/1")


def refused(code: str, **facts: object) -> pytest.RaisesExc[Refusal]:
    """The refusal of that code, with all that it tells whoever asked."""
    return pytest.RaisesExc(Refusal, check=lambda one: (one.code, one.facts) == (code, facts))


@pytest.mark.rule("T1", "D1", "D2", "D4")
def test_an_appeal_keeps_what_was_said_and_what_became_of_it() -> None:
    strict = law(appeal={"decide_within": [{"from_days": 3, "days": 5, "not_before": True}]})
    tale = Tale(strict).accept().appeal()
    opened = tale.told[-1]
    of = opened.event
    assert isinstance(of, of_case.RoundOpened) and of.not_before is not None
    begun = appeal.opened(("case", "notice", "seller"), Grounds(Sealed("mine"), ("file",)), opened)
    said = of_appeal.AppealOpened("case", "notice", "seller", 1, Sealed("mine"), ("file",), of.decide_by, of.not_before)
    assert begun == Happened(AT, said, "seller", opened.rules, opened.calendar)
    state = Appeal(
        id="appeal-1",
        complaint_id="case",
        notice_id="notice",
        respondent="seller",
        round=1,
        grounds=Sealed("mine"),
        evidence=("file",),
        opened_at=AT,
        decide_by=of.decide_by,
    )
    assert appeal.begin("appeal-1", begun) == state
    tale.special().wait(of.not_before).decide("rejected", "desk-2")
    special, decided = [h for h in tale.told if isinstance(h.event, of_case.RoundExempted | of_case.RoundDecided)]
    later = appeal.companions("case", tale.told, "a court decides")
    assert later == [
        Happened(AT, of_appeal.AppealMarkedSpecial("case", "a court decides"), "desk-1", special.rules),
        Happened(of.not_before, of_appeal.AppealDecided("case", "rejected", "desk", ("seen",), "desk-2"), "desk-2", decided.rules),
    ]
    assert appeal.fold("appeal-1", [begun, *later]) == replace(
        state, special=True, status=AppealStatus.REJECTED, decided_at=of.not_before, reasons=("seen",)
    )
    assert appeal.companions("case", [special]) == [later[0]._replace(event=of_appeal.AppealMarkedSpecial("case", ""))]


@pytest.mark.rule("T1", "C6", "H2", "H8")
def test_an_appeal_is_moot_where_its_case_ends_without_it() -> None:
    tale = Tale(law(appeal={"on_lapse": "release"})).accept().appeal()
    begun = appeal.opened(("case", "notice", "seller"), Grounds(Sealed("mine"), ()), tale.told[-1])
    moot = of_appeal.AppealMooted("case")
    ends: list[of_case.Lifted | of_case.Withdrawn | of_case.Voided] = [
        of_case.Withdrawn(),
        of_case.Voided("finding"),
        of_case.Lifted("desk"),
    ]
    ends += [of_case.Lifted("body"), of_case.Lifted("appeal", (), "review-1"), of_case.Lifted("lapse", (), "review-1")]
    for end in ends:
        (told,) = appeal.companions("case", [Happened(LATER, end, "somebody", BUILT_IN.ref)])
        assert told == Happened(LATER, moot, "somebody", BUILT_IN.ref)
        ended = appeal.fold("appeal-1", [begun, told])
        assert ended is not None and (ended.status, ended.decided_at) == (AppealStatus.MOOT, LATER)
    for decided in (of_case.Lifted("appeal"), of_case.Lifted("lapse"), of_case.WindowClosed(1), of_case.Finalized("no_appeal")):
        assert appeal.companions("case", [Happened(LATER, decided, CLOCK)]) == []
    found = of_case.RoundReversed(1, "appeal-1", "upheld", "desk-2", ("wrong",))
    (told,) = appeal.companions("case", [Happened(LATER, found, "desk-2", BUILT_IN.ref)])
    assert told == Happened(LATER, of_appeal.AppealReversed("case", "upheld", ("wrong",), "desk-2"), "desk-2", BUILT_IN.ref)
    reversed_ = appeal.fold("appeal-1", [begun, told])
    assert reversed_ is not None
    assert (reversed_.status, reversed_.decided_at, reversed_.reasons) == (AppealStatus.UPHELD, LATER, ("wrong",))


@pytest.mark.rule("T1", "B5", "H1")
def test_a_filing_keeps_all_that_was_filed() -> None:
    filed = of_filing.Filed("owner", "folder", Sealed("n"), "d" * 64, 10, "JPEG", 900, 800, b"f", "m/1", "1", "dispute-1")
    state = filing.fold("f-1", [Happened(AT, filed, "owner", BUILT_IN.ref)])
    assert state == Filing(
        id="f-1",
        owner="owner",
        folder_id="folder",
        name=Sealed("n"),
        digest="d" * 64,
        size=10,
        format="JPEG",
        width=900,
        height=800,
        filed_at=AT,
        declaration="1",
        rules=BUILT_IN.ref,
        dispute_id="dispute-1",
    )
    suspicion = of_filing.Suspicion("f-0", SEEN)
    suspected = filing.evolve(state, Happened(LATER, of_filing.FilingSuspected((suspicion,)), "desk"))
    assert suspected == replace(state, suspicions=(suspicion,))
    assert filing.withdraw(state, FilingStatus.PROTECTED, LATER, in_use=False) == [Happened(LATER, of_filing.FilingWithdrawn(), "owner")]
    with refused("filing_in_use", filing_id="f-1"):
        filing.withdraw(state, FilingStatus.PROTECTED, LATER, in_use=True)
    with refused("filing_not_protected", filing_id="f-1"):
        filing.withdraw(state, FilingStatus.CANCELLED, LATER, in_use=False)
    assert filing.lose(LATER, "desk") == [Happened(LATER, of_filing.FilingCancelled("dispute"), "desk")]


@pytest.mark.rule("T1", "F2", "C4")
def test_a_listing_keeps_the_last_word_and_each_penalty() -> None:
    fed = of_listing.ListingFed("L1", "https://shop.example/1#", "https://shop.example/1", "seller", "A coat")
    state = listing.fold("L1", [Happened(AT, fed, "market")])
    assert state == Listing(
        id="L1", link="https://shop.example/1#", canonical="https://shop.example/1", seller="seller", title="A coat", as_of=AT
    )
    assert listing.go(state, LATER, "market") == [Happened(LATER, of_listing.ListingGone("L1"), "market")]
    gone = listing.evolve(state, Happened(LATER, of_listing.ListingGone("L1"), "market"))
    assert (gone, listing.go(gone, LATER, "market")) == (replace(state, as_of=LATER, gone=True), [])
    assert listing.feed(gone, LATER, "market", fed) == [Happened(LATER, fed, "market")]  # it is back
    earlier = replace(fed, as_of=AT - timedelta(seconds=1))
    assert listing.feed(gone, LATER, "market", earlier) == []
    assert listing.evolve(gone, Happened(LATER, earlier, "market")) == replace(state, as_of=earlier.as_of)
    front = of_listing.ListingPicture("aa", 900, 800, b"f", ("ab", "aa"), 2, 3)
    back = of_listing.ListingPicture("bb", 0, 0, b"", unseen_because="animated")
    assert listing.feed_pictures(state, AT, "market", (front,)) == [Happened(AT, of_listing.ListingPicturesFed("L1", (front,)), "market")]
    shows = listing.evolve(state, Happened(AT, of_listing.ListingPicturesFed("L1", (front, back)), "market"))
    assert (shows, shows.shown) == (replace(state, pictures=(front, back)), ("aa", "ab", "bb"))
    assert listing.feed_pictures(shows, AT, "market", (replace(front, fingerprint=b"made otherwise"), back)) == []
    for other in (replace(front, looked=3), replace(front, of=4), replace(front, width=0), replace(front, digest="a")):
        assert listing.feed_pictures(shows, AT, "market", (other, back)) != []
    assert listing.feed_pictures(shows, AT, "market", (front, replace(back, unseen_because="too_large"))) != []
    penalised = Happened(LATER, of_case.Penalized("L1"), "desk-1", BUILT_IN.ref)
    imposed, down = listing.companions(state, "case", [penalised])
    assert imposed == penalised._replace(event=of_listing.PenaltyImposed("L1", "case"))
    assert down == penalised._replace(event=of_listing.ListingTakenDown("L1"))
    assert listing.evolve(state, imposed).penalties == ("case",)


@pytest.mark.rule("T1", "F2")
def test_a_sighting_keeps_what_was_seen_and_goes_one_way() -> None:
    made = of_listing.SightingMade("f-1", "owner", "L1", "https://shop.example/1", "seller", SEEN)
    new = sighting.fold("s-1", [Happened(AT, made, CLOCK)])
    assert new == Sighting(
        id="s-1",
        filing_id="f-1",
        owner="owner",
        listing_id="L1",
        link="https://shop.example/1",
        seller="seller",
        seen=SEEN,
        seen_at=AT,
        status=SightingStatus.NEW,
    )
    known = sighting.begin("s-1", Happened(AT, replace(made, authorised=True), CLOCK))
    assert known == replace(new, status=SightingStatus.AUTHORISED)
    (complained,) = sighting.complain(new, LATER, "case")
    assert complained == Happened(LATER, of_listing.SightingComplained("case"), "owner")
    after = sighting.evolve(new, complained)
    assert after == replace(new, status=SightingStatus.COMPLAINED, complaint_id="case")
    assert sighting.authorise(new, LATER, "owner") == [Happened(LATER, of_listing.SightingAuthorised(), "owner")]
    assert sighting.evolve(new, Happened(LATER, of_listing.SightingAuthorised(), "owner")) == known
    gone = sighting.evolve(new, Happened(LATER, of_listing.SightingGone(), CLOCK))
    assert gone == replace(new, status=SightingStatus.GONE)
    assert [sighting.authorise(one, LATER, "owner") for one in (known, after, gone)] == [[], [], []]
    went = [Happened(LATER, of_listing.SightingGone(), CLOCK)]
    assert [sighting.go(one, LATER, CLOCK) for one in (new, known, after, gone)] == [went, went, [], []]


@pytest.mark.rule("T1", "T3", "F1", "B7")
def test_an_authorisation_keeps_its_terms_and_ends_once() -> None:
    until = LATER + timedelta(days=1)
    granted = authorization.grant(AT, "owner", "friend", ("f-1",), until)
    assert granted == [Happened(AT, of_member.AuthorizationGranted("owner", "friend", ("f-1",), until), "owner")]
    state = authorization.fold("a-1", granted)
    assert state == Authorization(id="a-1", owner="owner", grantee="friend", filings=("f-1",), until=until, granted_at=AT)
    assert [state.status(at) for at in (AT, until - timedelta(microseconds=1), until)] == ["active", "active", "expired"]
    for because, status in (("owner", "revoked"), ("finding", "ended")):
        ended = authorization.revoke(state, LATER, "who", because)  # type: ignore[arg-type]
        assert ended == [Happened(LATER, of_member.AuthorizationRevoked("owner", "friend", because), "who")]  # type: ignore[arg-type]
        over = authorization.evolve(state, ended[0])
        assert over == replace(state, ended_at=LATER, ended_because=because)
        assert (over.status(until), authorization.revoke(over, until, "who", "owner")) == (status, [])
    assert [authorization.covers(of, None, "f-1", AT) for of in (None, "f-1", "f-2")] == [True, True, False]
    assert [authorization.covers(None, AT, "f-1", AT + timedelta(microseconds=late)) for late in (-1, 0)] == [True, False]
    assert authorization.nonsense(AT, "owner", "owner", (), AT) == {
        "nickname": ("nobody needs leave to use its own pictures",),
        "filings": ("at least one picture is named, or all",),
        "until": ("is over already",),
    }
    assert authorization.nonsense(AT, "owner", "friend", ("f-1",), AT + timedelta(microseconds=1)) == {}
    assert authorization.nonsense(AT, "owner", "friend", None, None) == {}


@pytest.mark.rule("T1", "H1")
def test_a_dispute_keeps_who_said_what_and_how_it_ended() -> None:
    barred = DisputedRefusal("refused-1", "disputant", "f-1", rival_protected=True, disputed=False)
    opened = dispute.open_dispute(barred, AT, Sealed("mine"))
    assert opened == [Happened(AT, of_filing.DisputeOpened("refused-1", "disputant", "f-1", Sealed("mine")), "disputant")]
    for other in (barred._replace(rival=None), barred._replace(rival_protected=False), barred._replace(disputed=True)):
        with refused("not_disputable", refused_picture_id="refused-1"):
            dispute.open_dispute(other, AT, Sealed("mine"))
    state = dispute.fold("d-1", opened)
    assert state == Dispute(
        id="d-1", refused_id="refused-1", disputant="disputant", filing_id="f-1", statement=Sealed("mine"), opened_at=AT
    )
    decided = dispute.decide(state, LATER, "desk", "upheld", ("older",), "f-2")
    assert decided == [Happened(LATER, of_filing.DisputeDecided("upheld", ("older",), "disputant", "f-1", "f-2"), "desk")]
    over = dispute.evolve(state, decided[0])
    assert over == replace(state, status=DisputeStatus.UPHELD, decided_at=LATER, reasons=("older",), winner="f-2")
    with refused("already_decided", outcome="upheld"):
        dispute.decide(over, LATER, "desk", "rejected", (), None)


@pytest.mark.rule("T1", "A3", "B7", "H6")
def test_a_merchant_keeps_what_it_signed_and_whether_it_may_act() -> None:
    new = merchant.fold("m-1", [])
    assert new == Merchant(id="m-1")
    signed = merchant.sign(new, AT, "2")
    assert signed == [Happened(AT, of_member.DeclarationSigned("2"), "m-1")]
    member = merchant.fold("m-1", signed)
    assert member == Merchant(id="m-1", signed_version="2", signed_at=AT)
    assert merchant.sign(member, LATER, "2") == []
    ended = merchant.terminate(member, LATER, "desk", "f-1", ("not_original",), "preview")
    assert ended == [Happened(LATER, of_member.MerchantTerminated("f-1", ("not_original",), "preview"), "desk")]
    terminated = merchant.evolve(member, ended[0])
    assert terminated == replace(member, terminated_at=LATER)
    back = merchant.reinstate(terminated, LATER, "desk", ("a mistake",))
    assert back == [Happened(LATER, of_member.MerchantReinstated(("a mistake",)), "desk")]
    assert merchant.evolve(terminated, back[0]) == replace(member, reinstated_at=LATER)
    left = merchant.forget(member, LATER, "m-1", in_open_case=False)
    assert left == [Happened(LATER, of_member.MemberForgotten(), "m-1")]
    forgotten = merchant.evolve(member, left[0])
    assert (forgotten, merchant.forget(forgotten, LATER, "m-1", in_open_case=True)) == (replace(member, forgotten_at=LATER), [])
    merchant.refuse_inactive(member, True, "2")
    with refused("entrance_closed"):
        merchant.refuse_inactive(member, False, "2")
    with refused("declaration_missing", version="3"):
        merchant.refuse_inactive(terminated, True, "3")
    for gone in (terminated, forgotten):
        with refused("terminated"):
            merchant.refuse_inactive(gone, True, "2")
    with refused("already_decided"):
        merchant.terminate(terminated, LATER, "desk", "f-1", (), "preview")
    with refused("not_terminated"):
        merchant.reinstate(member, LATER, "desk", ())
    with refused("terminated"):
        merchant.forget(terminated, LATER, "m-1", in_open_case=True)
    with refused("case_open"):
        merchant.forget(member, LATER, "m-1", in_open_case=True)


@pytest.mark.rule("T1", "T4", "T5", "B6", "H4")
def test_a_voucher_request_keeps_its_time_reminds_once_and_waits_for_staff() -> None:
    # Asked on Monday 2 March 09:00 UTC: three working days end on Thursday, 24:00 in Shanghai; the reminder is a working day before.
    under, due, remind = law(), instant("2026-03-05 16:00"), instant("2026-03-04 16:00")
    (asked,) = voucher.ask("f-1", "owner", ("original",), AT, "desk", under)
    event = asked.event
    assert isinstance(event, of_filing.VoucherRequested)
    assert event == of_filing.VoucherRequested("f-1", "owner", ("original",), event.due, remind)
    assert (event.due.closes_at, asked[2:]) == (due, ("desk", BUILT_IN.ref, event.due.calendar))
    state = voucher.fold("r-1", [asked])
    assert state == VoucherRequest(
        id="r-1", filing_id="f-1", owner="owner", what=("original",), asked_at=AT, due=event.due, rules=BUILT_IN.ref, remind_at=remind
    )
    assert voucher.settle(state, remind - timedelta(microseconds=1)) == []
    reminder = voucher.settle(state, remind)
    assert reminder == [Happened(remind, of_filing.VoucherReminderSent("f-1", "owner", due), CLOCK, BUILT_IN.ref, event.due.calendar)]
    reminded = voucher.evolve(state, reminder[0])
    assert (reminded, voucher.settle(reminded, due)) == (replace(state, reminded=True), [])
    found = voucher.decide(state, LATER, "desk", "wanting", ("blurred",))
    assert found == [Happened(LATER, of_filing.VoucherRequestDecided("wanting", ("blurred",)), "desk", BUILT_IN.ref)]
    over = voucher.evolve(state, found[0])
    assert over == replace(state, status=RequestStatus.WANTING, decided_at=LATER, reasons=("blurred",))
    assert (over.reminder_due, voucher.settle(over, due)) == (None, [])
    with refused("already_decided", outcome="wanting"):
        voucher.decide(over, LATER, "desk", "satisfied", ())
    (silent,) = voucher.ask("f-1", "owner", (), AT, "desk", law(reminder={"enabled": False}))
    assert silent.event.remind_at is None  # type: ignore[union-attr]
    # Friday 16:00 UTC is 00:00 on Saturday in Shanghai: one calendar day ends with Sunday, and the working day before it at that instant.
    friday = instant("2026-03-06 16:00")
    for asked_at, reminds in ((friday, None), (friday - timedelta(microseconds=1), friday)):
        short = law(vouchers={"produce_within": {"days": 1, "count": "calendar"}})
        (soon,) = voucher.ask("f-1", "owner", (), asked_at, "desk", short)
        assert soon.event.remind_at == reminds  # type: ignore[union-attr]


@pytest.mark.rule("T1", "B6", "H1")
def test_vouchers_are_numbered_after_those_that_were_given() -> None:
    files = [SealedFile("a" * 64, 10, Sealed("one")), SealedFile("b" * 64, 20, Sealed("two"))]
    given = voucher.give(("dispute", "d-1"), "owner", (), "original", files, AT)
    assert given == [
        Happened(AT, of_filing.VoucherGiven("dispute", "d-1", "owner", 1, "original", "a" * 64, 10, Sealed("one")), "owner"),
        Happened(AT, of_filing.VoucherGiven("dispute", "d-1", "owner", 2, "original", "b" * 64, 20, Sealed("two")), "owner"),
    ]
    kept = voucher.vouchers(given)
    assert kept[1] == Voucher(
        subject="dispute",
        subject_id="d-1",
        owner="owner",
        number=2,
        kind="original",
        digest="b" * 64,
        size=20,
        name=Sealed("two"),
        given_at=AT,
    )
    (third,) = voucher.give(("dispute", "d-1"), "owner", kept, "contract", files[:1], LATER)
    assert third.event == of_filing.VoucherGiven("dispute", "d-1", "owner", 3, "contract", "a" * 64, 10, Sealed("one"))
