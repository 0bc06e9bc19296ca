"""What each event of a case's history says, in a sentence without its subject: who did it stands beside it (rule G1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, assert_never

from adapters.wording.instants import instant
from domain.case import events as of_case
from domain.events import Sealed
from domain.events import appeal as of_appeal
from domain.events import filing as of_filing
from domain.events import listing as of_listing
from domain.events import member as of_member
from domain.events.replay import REPLAY_EVENTS
from domain.recorded import AnyEvent
from domain.working_days import Deadline

Opened = Callable[[Sealed], str]
"""Opens a sealed text and puts it into quotation marks; what cannot be opened, or is withheld, says so."""

Reviews: TypeAlias = of_case.ReviewWindowOpened | of_case.ReviewRequested | of_case.ReviewDecided | of_case.RoundReversed
LAPSES = {
    "decline": "declining of the complaint by lapse",
    "accept": "acceptance of the complaint by lapse",
    "release": "release by lapse",
    "reject": "rejection of the appeal by lapse",
}
OUTCOMES = {"upheld": "upheld", "rejected": "rejected", "not_accepted": "did not accept"}


def words(event: AnyEvent, opened: Opened) -> str:
    """The event as a sentence's end, such as `accepted the complaint: the same picture`; of one that is in no case's history, its name."""
    if isinstance(event, of_case.CASE_EVENTS):
        return _of_case(event, opened)
    if isinstance(event, of_appeal.APPEAL_EVENTS):
        return _of_appeal(event, opened)
    if isinstance(event, of_filing.FILING_EVENTS):
        return _of_pictures(event, opened)
    if isinstance(event, of_listing.LISTING_EVENTS):
        return _of_listings(event)
    if isinstance(event, REPLAY_EVENTS):
        return type(event).__name__
    return _of_members(event)


def _of_case(event: of_case.CASE_EVENTS, opened: Opened) -> str:
    match event:
        case of_case.ComplaintLodged():
            return f"complained of {event.link}: {opened(event.statement)}; to be taken up by {until(event.accept_by)}"
        case of_case.Claimed():
            return f"claimed the case until {instant(event.until)}"
        case of_case.ClaimReleased():
            return "let the case go"
        case of_case.Declined():
            return f"declined the complaint{because(event.reasons, event.because)}"
        case of_case.Accepted():
            return f"accepted the complaint{because(event.reasons, event.because)}"
        case of_case.NoticeServed():
            served = f"notice {event.notice_id} was served under {event.rule}"
            return f"{served}: {event.appeals_left} appeals, the first until {until(event.closes)}"
        case of_case.Penalized():
            return f"the listing {event.listing_id} was penalised"
        case of_case.Finalized():
            return "the case became final: " + {"no_appeal": "no appeal", "appeals_exhausted": "the appeals are exhausted"}[event.because]
        case of_case.Lifted():
            return f"the case was lifted ({event.because}){because(event.reasons)}"
        case of_case.Withdrawn():
            return "withdrew the complaint" + (f": {opened(event.reason)}" if event.reason else "")
        case of_case.Reopened():
            return f"reopened the case{because(event.reasons)}"
        case of_case.Voided():
            return f"the case was voided ({event.because})"
        case of_case.NoteAdded():
            return f"noted for the desk: {opened(event.text)}"
        case of_case.TakenToBody():
            return f"took the case to an outside body, {opened(event.body)}, under {opened(event.reference)}"
        case of_case.BodyDecided():
            return f"filed the outcome of the outside body that the {event.party} went to: {event.outcome}{because(event.reasons)}"
        case _:
            return _of_rounds(event, opened)


def _of_rounds(
    event: of_case.WindowOpened
    | of_case.ReminderSent
    | of_case.WindowClosed
    | of_case.RoundOpened
    | of_case.RoundExempted
    | of_case.RoundDecided
    | Reviews,
    opened: Opened,
) -> str:
    match event:
        case of_case.WindowOpened():
            return f"the window of round {event.round} opened, until {until(event.closes)}"
        case of_case.ReminderSent():
            return f"the respondent was reminded: the window of round {event.round} closes at {instant(event.closes_at)}"
        case of_case.WindowClosed():
            return f"the window of round {event.round} closed unused"
        case of_case.RoundOpened():
            return f"appealed, round {event.round}; to be decided by {until(event.decide_by)}"
        case of_case.RoundExempted():
            return f"round {event.round} became a special case, without a time to be decided in"
        case of_case.RoundDecided():
            return f"{OUTCOMES[event.outcome]} the appeal of round {event.round}{because(event.reasons, event.because)}"
        case _:
            return _of_reviews(event, opened)


def _of_reviews(event: Reviews, opened: Opened) -> str:
    match event:
        case of_case.ReviewWindowOpened():
            return f"nobody decided: a person can be asked to look at the {LAPSES[event.lapse]} until {until(event.closes)}"
        case of_case.ReviewRequested():
            by = "" if event.decide_by is None else f"; to be decided by {until(event.decide_by)}"
            return f"asked for a person to look at the {LAPSES[event.lapse]}: {opened(event.reason)}{by}"
        case of_case.ReviewDecided():
            return f"{event.outcome} the review of the {LAPSES[event.lapse]}{because(event.reasons)}"
        case of_case.RoundReversed():
            return f"the appeal of round {event.round} counts as {event.outcome} from now on{because(event.reasons)}"
        case _:
            assert_never(event)


def _of_appeal(event: of_appeal.APPEAL_EVENTS, opened: Opened) -> str:
    match event:
        case of_appeal.AppealOpened():
            return f"gave the grounds of appeal {event.round}: {opened(event.grounds)}{_files(len(event.evidence))}"
        case of_appeal.AppealMarkedSpecial():
            return f"marked the appeal a special case: {event.reason}"
        case of_appeal.AppealDecided():
            return f"{OUTCOMES[event.outcome]} the appeal{because(event.reasons, event.because)}"
        case of_appeal.AppealReversed():
            return f"the appeal counts as {event.outcome} from now on{because(event.reasons)}"
        case of_appeal.AppealMooted():
            return "the appeal is moot: the case ended before it was decided"
        case of_appeal.EvidenceUploaded():
            return f"handed in {opened(event.name)} ({event.size} bytes, sealed as {event.digest[:16]}...)"
        case _:
            assert_never(event)


def _of_pictures(event: of_filing.FILING_EVENTS, opened: Opened) -> str:
    match event:
        case of_filing.Filed():
            return f"filed {opened(event.name)}: {event.width} x {event.height} px, SHA-256 {event.digest}"
        case of_filing.FilingWithdrawn():
            return "took the filing back"
        case of_filing.FilingCancelled():
            return f"the filing was cancelled ({event.because})"
        case of_filing.FilingSuspected(suspicions=suspicions):
            return f"resembles {len(suspicions)} other filed picture(s), short of a copy: for the desk to look at"
        case of_filing.FilingReinstated():
            return "the filing is protected again"
        case of_filing.VoucherGiven():
            return f"gave voucher {event.number} ({event.kind}): {opened(event.name)}"
        case of_filing.VoucherRequested():
            return f"asked for vouchers by {until(event.due)}: {', '.join(event.what)}"
        case of_filing.VoucherReminderSent():
            return f"the owner was reminded: vouchers are due at {instant(event.due_at)}"
        case of_filing.VoucherRequestDecided():
            return f"found the vouchers {event.outcome}{because(event.reasons)}"
        case of_filing.DisputeOpened():
            return f"disputed the filing: {opened(event.statement)}"
        case of_filing.DisputeDecided():
            return f"{event.outcome} the dispute{because(event.reasons)}"
        case of_filing.FolderCreated() | of_filing.FolderRenamed() | of_filing.PictureRefused():
            return type(event).__name__
        case _:
            assert_never(event)


def _of_listings(event: of_listing.LISTING_EVENTS) -> str:
    match event:
        case of_listing.PenaltyImposed():
            return f"a penalty of this case stands on the listing {event.listing_id}"
        case of_listing.PenaltyRevoked():
            return f"the penalty of this case on the listing {event.listing_id} was revoked"
        case of_listing.ListingTakenDown():
            return f"the listing {event.listing_id} was taken down"
        case of_listing.ListingRestored():
            return f"the listing {event.listing_id} was restored"
        case of_listing.SightingMade(seen=seen):
            turned = ", mirrored" if seen.mirrored else ""
            return f"the picture was sighted at {event.link}: {seen.verdict}, {seen.confidence:.0%} sure{turned}, by {seen.matcher}"
        case of_listing.SightingAuthorised():
            return "the sighted seller was authorised"
        case of_listing.SightingComplained():
            return "complained from the sighting"
        case of_listing.SightingGone():
            return "the sighted picture is gone"
        case of_listing.SellerWarned():
            return f"the seller was warned of the listing {event.listing_id}"
        case of_listing.ListingFed() | of_listing.ListingGone() | of_listing.ListingPicturesFed():
            return type(event).__name__
        case _:
            assert_never(event)


def _of_members(event: of_member.MEMBER_EVENTS) -> str:
    match event:
        case of_member.AttemptRefused():
            return f"attempted: {event.command}; refused: {event.code}"
        case of_member.MerchantTerminated():
            return "found that pictures of the complainant's are not original, and ended its protection"
        case of_member.IdentityDisclosed():
            return f"told {event.to} who the parties are, on the order of {event.order}: {event.reason}"
        case (
            of_member.DeclarationSigned()
            | of_member.MerchantReinstated()
            | of_member.MemberForgotten()
            | of_member.AuthorizationGranted()
            | of_member.AuthorizationRevoked()
            | of_member.EntrancePolicyChanged()
            | of_member.RulebookPublished()
            | of_member.RulesNoticeGiven()
            | of_member.CalendarPublished()
            | of_member.HistoryRead()
            | of_member.MisuseWarned()
            | of_member.MemberSuspended()
            | of_member.SuspensionLifted()
        ):
            return type(event).__name__
        case _:
            assert_never(event)


def until(deadline: Deadline) -> str:
    """A deadline, exclusive, and whether a calendar it needs was not official yet."""
    return instant(deadline.closes_at) + (" (provisional)" if deadline.provisional else "")


def because(reasons: Sequence[str], cause: str = "desk") -> str:
    """The reasons, or that time did it."""
    lapsed = " by lapse of time" if cause == "lapse" else ""
    return lapsed + (f": {'; '.join(reasons)}" if reasons else "")


def _files(count: int) -> str:
    return f", with {count} files" if count > 1 else ", with a file" if count else ""
