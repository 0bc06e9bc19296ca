"""Filings and what belongs to them: folders, refusals, vouchers, requests, disputes; and what a finding does to all of them at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.dispute import DisputeStatus
from domain.events import Sealed, Seen
from domain.events import filing as happened
from domain.events.filing import Suspicion
from domain.events.member import (
    AuthorizationGranted,
    AuthorizationRevoked,
    DeclarationSigned,
    MemberForgotten,
    MerchantReinstated,
    MerchantTerminated,
)
from domain.filing import FilingStatus
from domain.picture import Flaw
from domain.voucher import RequestStatus
from domain.working_days import CalendarRef, Deadline
from projections import (
    authorizations,
    disputes,
    filings,
    folders,
    merchants,
    refused_pictures,
    voucher_requests,
    vouchers,
)
from projections.runner import Views
from tests.projections.world import World

FOUND = MerchantTerminated("f-1", ("stock_photo",), "digest of the preview")
REINSTATED = MerchantReinstated(("vouchers_came",))
SEEN = Seen("d", "copy", 0.9, (0, 0, 1, 1), (0, 0, 1, 1), False, 0, 1, 1, True, "m/1")


def _standing(views: Views, *filing_ids: str) -> list[str]:
    with views.current() as r:
        found = filings.many(r, filing_ids)
    return [found[filing_id].status.value for filing_id in filing_ids]


@pytest.mark.rule("B1", "B5")
def test_an_owner_finds_its_filings_by_folder_and_status_newest_first(views: Views, world: World) -> None:
    world.tell("folder", happened.FolderCreated("owner", Sealed("spring")))
    for number in range(4):
        world.file(f"f-{number}", folder="folder" if number % 2 else "other")
    world.file("not mine", owner="other")
    world.tell("f-3", happened.FilingWithdrawn())
    with views.current() as r:
        assert [f.id for f in filings.newest(r, 9, owner="owner").items] == ["f-3", "f-2", "f-1", "f-0"]
        assert [f.id for f in filings.newest(r, 9, owner="owner", folder_id="folder").items] == ["f-3", "f-1"]
        assert [f.id for f in filings.newest(r, 9, owner="owner", statuses=[FilingStatus.PROTECTED]).items] == ["f-2", "f-1", "f-0"]
        first = filings.newest(r, 1, owner="owner", folder_id="folder")
        assert [f.id for f in filings.newest(r, 1, after=first.next, owner="owner", folder_id="folder").items] == ["f-1"]
        assert [folder.name for folder in folders.of_owner(r, "owner", 9).items] == ["spring"]
        assert set(folders.many(r, ["folder", "none"])) == {"folder"}
        assert folders.get(r, "none") is None
        withdrawn = filings.get(r, "f-3")
    assert withdrawn is not None and withdrawn.ended_at == world.now


@pytest.mark.rule("B7")
def test_a_finding_cancels_every_protected_filing_of_the_merchant_at_its_own_position(views: Views, world: World) -> None:
    for number in range(50):
        world.file(f"f-{number}")
    world.file("another's", owner="other")
    world.tell("f-0", happened.FilingWithdrawn())
    world.tell("f-1", happened.FilingCancelled("dispute"))
    world.wait(hours=1)
    world.tell("owner", FOUND)
    assert _standing(views, "f-0", "f-2", "f-49", "another's") == ["withdrawn", "cancelled", "cancelled", "protected"]
    with views.current() as r:
        cancelled = filings.get(r, "f-2")
        assert len(filings.newest(r, 99, owner="owner", statuses=[FilingStatus.CANCELLED]).items) == 49
    assert cancelled is not None and (cancelled.cancelled_because, cancelled.ended_at) == ("finding", world.now)


@pytest.mark.rule("B7")
@pytest.mark.parametrize("step_by_step", [False, True])
def test_a_reinstatement_protects_again_what_the_finding_cancelled_and_nothing_else(views: Views, world: World, step_by_step: bool) -> None:
    def look() -> None:
        if step_by_step:
            _standing(views)

    world.file("f-1")
    world.file("lost")
    world.file("taken", digest="one picture")
    world.tell("lost", happened.FilingCancelled("dispute"))
    look()
    world.tell("owner", FOUND)
    world.tell("f-1", happened.FilingCancelled("finding"))
    look()
    world.file("taken since", owner="other", digest="one picture")
    world.tell("owner", REINSTATED)
    look()
    world.tell("f-1", happened.FilingReinstated())
    assert _standing(views, "f-1", "lost", "taken", "taken since") == ["protected", "cancelled", "cancelled", "protected"]
    world.tell("f-1", happened.FilingWithdrawn())
    world.tell("owner", FOUND)
    assert _standing(views, "f-1") == ["withdrawn"]


@pytest.mark.rule("H6")
def test_who_leaves_withdraws_its_filings_and_ends_its_grants(views: Views, world: World) -> None:
    world.file("f-1")
    world.tell("grant", AuthorizationGranted("owner", "friend"))
    world.tell("owner", MemberForgotten())
    assert _standing(views, "f-1") == ["withdrawn"]
    world.tell("f-1", happened.FilingWithdrawn())
    assert _standing(views, "f-1") == ["withdrawn"]
    with views.current() as r:
        grant, merchant = authorizations.get(r, "grant"), merchants.get(r, "owner")
    assert grant is not None and grant.status(world.now) == "revoked"
    assert merchant is not None and merchant.forgotten_at == world.now


@pytest.mark.rule("F1", "B7")
def test_both_sides_find_their_authorisations_by_how_they_stand_now(views: Views, world: World) -> None:
    until = world.now + timedelta(days=1)
    world.tell("for ever", AuthorizationGranted("owner", "friend"))
    world.tell("for a day", AuthorizationGranted("owner", "friend", ("f-1",), until))
    world.tell("taken back", AuthorizationGranted("owner", "cousin"))
    world.tell("received", AuthorizationGranted("other", "owner"))
    world.tell("taken back", AuthorizationRevoked("owner", "cousin"))

    def found(**sought: object) -> list[str]:
        with views.current() as r:
            return [grant.id for grant in authorizations.newest(r, 9, **sought).items]  # type: ignore[arg-type]

    assert found(owner="owner") == ["taken back", "for a day", "for ever"]
    assert found(grantee="friend") == ["for a day", "for ever"]
    assert found(member="owner") == ["received", "taken back", "for a day", "for ever"]
    assert found(owner="owner", status=("active", world.now)) == ["for a day", "for ever"]
    assert found(owner="owner", status=("active", until)) == ["for ever"]
    assert found(owner="owner", status=("expired", until)) == ["for a day"]
    assert found(owner="owner", status=("revoked", until)) == ["taken back"]
    world.wait(days=2)
    world.tell("owner", FOUND)
    assert found(owner="owner", status=("ended", world.now)) == ["for ever"]
    assert found(owner="owner", status=("expired", world.now)) == ["for a day"]
    world.tell("for ever", AuthorizationRevoked("owner", "friend", "finding"))
    with views.current() as r:
        ended = authorizations.get(r, "for ever")
    assert ended is not None and (ended.status(world.now), ended.ended_at) == ("ended", world.now)


@pytest.mark.rule("A3", "B7")
def test_a_merchant_has_signed_and_was_terminated_and_reinstated(views: Views, world: World) -> None:
    world.tell("owner", DeclarationSigned("1"))
    world.tell("owner", FOUND)
    with views.current() as r:
        terminated = merchants.get(r, "owner")
    world.tell("owner", REINSTATED)
    with views.current() as r:
        reinstated, stranger = merchants.get(r, "owner"), merchants.get(r, "stranger")
    assert terminated is not None and (terminated.signed_version, terminated.terminated_at) == ("1", world.now)
    assert reinstated is not None and reinstated.terminated_at is None
    assert stranger is None


@pytest.mark.rule("B3", "B4")
def test_a_refused_picture_names_every_rule_broken_and_its_match_for_the_staff(views: Views, world: World) -> None:
    flaws = (Flaw("too_small", 700, 600), Flaw("not_original"))
    refused = happened.PictureRefused("r-1", "owner", "folder", Sealed("a.jpg"), "d", flaws, Suspicion("theirs", SEEN))
    again = happened.PictureRefused("r-2", "owner", "folder", Sealed("b.gif"), "e", (Flaw("suffix_not_allowed"),))
    world.tell("attempts of owner", refused, again)
    with views.current() as r:
        found = refused_pictures.of_owner(r, "owner", 9).items
        one = refused_pictures.get(r, "r-1")
        assert refused_pictures.of_owner(r, "other", 9).items == []
    assert [picture.id for picture in found] == ["r-2", "r-1"]
    assert one is not None and one.flaws == flaws and one.match is not None and one.match.filing_id == "theirs"


@pytest.mark.rule("B6", "H4")
def test_vouchers_count_from_one_and_requests_are_overdue_until_decided(views: Views, world: World) -> None:
    due = Deadline(world.now + timedelta(days=3), CalendarRef("CN", "d"), False)
    for number in (1, 2):
        given = happened.VoucherGiven("filing", "f-1", "owner", number, "original", "d", 10, Sealed("raw"))
        world.tell("vouchers of f-1", given)
    world.tell("q-1", happened.VoucherRequested("f-1", "owner", ("the original",), due))
    world.tell("q-2", happened.VoucherRequested("f-2", "owner", ("outtakes",), due))
    world.tell("q-1", happened.VoucherReminderSent("f-1", "owner", due.closes_at))
    world.tell("q-2", happened.VoucherRequestDecided("wanting", ("blurred",)))
    with views.current() as r:
        second = vouchers.get(r, "f-1", 2)
        assert vouchers.get(r, "f-1", 3) is None
        assert [v.number for v in vouchers.of_subject(r, "f-1", 9).items] == [2, 1]
        assert [v.number for v in vouchers.of_owner(r, "owner", 9).items] == [2, 1]
        waiting = voucher_requests.newest(r, 9, owner="owner", statuses=[RequestStatus.OPEN]).items
        decided = voucher_requests.newest(r, 9, filing_id="f-2").items
        assert voucher_requests.get(r, "q-1") == waiting[0]
    assert second is not None and second.kind == "original"
    assert ([request.id for request in waiting], waiting[0].reminded) == (["q-1"], True)
    assert voucher_requests.overdue(waiting[0], due.closes_at)
    assert not voucher_requests.overdue(waiting[0], due.closes_at - timedelta(seconds=1))
    assert decided[0].status is RequestStatus.WANTING and not voucher_requests.overdue(decided[0], due.closes_at)


@pytest.mark.rule("H1")
def test_disputes_are_found_by_disputant_and_status(views: Views, world: World) -> None:
    for name in ("d-1", "d-2"):
        world.tell(name, happened.DisputeOpened(f"refused of {name}", "disputant", "f-1", Sealed("mine")))
    world.tell("d-1", happened.DisputeDecided("upheld", ("older",), "disputant", "f-1", "winner"))
    with views.current() as r:
        upheld = disputes.newest(r, 9, disputant="disputant", statuses=[DisputeStatus.UPHELD]).items
        assert [d.id for d in disputes.newest(r, 9).items] == ["d-2", "d-1"]
        assert disputes.newest(r, 9, disputant="other").items == []
        assert disputes.get(r, "d-1") == upheld[0]
    assert (upheld[0].winner, upheld[0].reasons, upheld[0].decided_at) == ("winner", ("older",), world.now)
