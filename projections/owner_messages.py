"""What complainants, owners of filings, disputants and grantees are told (rules B6, B7, C2, F1, F2, H1, H4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec import Struct

from domain.case import events as of_case
from domain.events import Event
from domain.events import filing as of_filing
from domain.events import member as of_member
from domain.events.listing import SightingMade
from domain.recorded import Recorded
from domain.rulebook_differences import in_words
from projections.message import BODY_RECORDED, REVIEW_REQUESTED, Message, body_decided, message, review_decided, review_possible, shown, why
from projections.shape import Change, StateTable, by_stream, keep


class Party(Struct, frozen=True, array_like=True):
    """Whose a case, a filing or a voucher request is."""

    member: str


def _begun(_: Party | None, recorded: Recorded) -> Party | None:
    match recorded.event:
        case of_case.ComplaintLodged(complainant=member) | of_filing.Filed(owner=member) | of_filing.VoucherRequested(owner=member):
            return Party(member)
        case _:
            return None


_OF_CASES: tuple[type[Event], ...] = (
    of_case.Accepted,
    of_case.Declined,
    of_case.RoundOpened,
    of_case.RoundDecided,
    of_case.Finalized,
    of_case.Lifted,
    of_case.Voided,
    of_case.TakenToBody,
    of_case.BodyDecided,
    of_case.ReviewWindowOpened,
    of_case.ReviewRequested,
    of_case.ReviewDecided,
    of_case.RoundReversed,
)

PARTIES = StateTable[Party](
    view="messages",
    name="messages_parties",
    state=Party,
    on={
        **dict.fromkeys(
            (of_case.ComplaintLodged, of_filing.Filed, of_filing.VoucherRequested), Change[Party](by_stream, _begun, begins=True)
        ),
        **dict.fromkeys((*_OF_CASES, of_filing.FilingCancelled, of_filing.VoucherRequestDecided), Change[Party](by_stream, keep)),
    },
)

_OUTCOMES = {"upheld": "upheld", "rejected": "rejected", "not_accepted": "not accepted"}


def _of_case(party: Party | None, recorded: Recorded) -> Iterable[Message]:
    wording = _case_wording(recorded.event)
    if party is not None and wording is not None:
        kind, text = wording
        yield message(recorded, party.member, kind, ("complaint", recorded.originator_id), text)


def _case_wording(event: object) -> tuple[str, str] | None:
    match event:
        case of_case.Accepted():
            return "complaint_accepted", "Your complaint was accepted."
        case of_case.Declined(reasons=reasons):
            return "complaint_declined", "Your complaint was not taken up." + why(reasons)
        case of_case.RoundOpened(round=number):
            return "appeal_opened", f"The respondent appealed in round {number}."
        case of_case.RoundDecided(round=number, outcome=outcome):
            return "appeal_decided", f"The respondent's appeal of round {number} was {_OUTCOMES[outcome]}."
        case of_case.Finalized():
            return "complaint_final", "The case is final."
        case of_case.Lifted(reasons=reasons):
            return "complaint_lifted", "What came of your complaint was lifted." + why(reasons)
        case of_case.Voided():
            return "complaint_voided", "The case is void, for the picture it rests on is no longer protected."
        case of_case.TakenToBody(party="complainant"):
            return "body_recorded", BODY_RECORDED
        case of_case.BodyDecided(party="complainant", outcome=outcome, reasons=reasons):
            return "body_decided", body_decided(outcome) + why(reasons)
        case of_case.RoundReversed(round=number, outcome=outcome):
            return "appeal_reversed", f"The respondent's appeal of round {number} counts as {outcome} from now on."
        case _:
            return _review_wording(event)


def _review_wording(event: object) -> tuple[str, str] | None:
    match event:
        case of_case.ReviewWindowOpened(party="complainant", closes=closes):
            return "review_possible", review_possible(closes.closes_at)
        case of_case.ReviewRequested(party="complainant"):
            return "review_requested", REVIEW_REQUESTED
        case of_case.ReviewDecided(party="complainant", outcome=outcome, reasons=reasons):
            return "review_decided", review_decided(outcome) + why(reasons)
        case _:
            return None


_MISUSES = {
    "declined_complaints": "complaints of yours that were declined",
    "withdrawn_after_appeal": "complaints of yours that you withdrew after an appeal",
    "overturned_penalties": "penalties for complaints of yours that were overturned",
    "rejected_appeals": "appeals of yours that were rejected",
}


def _of_filing(party: Party | None, recorded: Recorded) -> Iterable[Message]:
    stream = recorded.originator_id
    match recorded.event:
        case of_filing.FilingCancelled(because="dispute") if party is not None:
            text = "The protection of a picture of yours was cancelled: a dispute found it to be another's."
            yield message(recorded, party.member, "filing_cancelled", ("filing", stream), text)
        case of_filing.VoucherRequested(owner=owner, due=due):
            text = f"Please produce vouchers for a picture of yours by {shown(due.closes_at)}."
            yield message(recorded, owner, "vouchers_requested", ("voucher_request", stream), text)
        case of_filing.VoucherReminderSent(owner=owner, due_at=due_at):
            text = f"The vouchers asked for are due by {shown(due_at)}."
            yield message(recorded, owner, "vouchers_reminder", ("voucher_request", stream), text)
        case of_filing.VoucherRequestDecided(outcome=outcome) if party is not None:
            text = f"Your vouchers were found {'satisfying' if outcome == 'satisfied' else 'wanting'}."
            yield message(recorded, party.member, "vouchers_decided", ("voucher_request", stream), text)
        case of_filing.DisputeDecided(disputant=disputant, outcome=outcome):
            yield message(recorded, disputant, "dispute_decided", ("dispute", stream), f"Your dispute was {outcome}.")
        case _:
            pass


def _of_member(_: Party | None, recorded: Recorded) -> Iterable[Message]:
    stream = recorded.originator_id
    match recorded.event:
        case SightingMade(owner=owner, authorised=False):
            text = "A picture of yours was seen on a listing. You can complain of it in one step."
            yield message(recorded, owner, "sighting", ("sighting", stream), text)
        case of_member.MerchantTerminated():
            text = "Pictures of yours were found not to be original: their protection is cancelled and the service is terminated."
            yield message(recorded, stream, "service_terminated", ("member", stream), text)
        case of_member.MerchantReinstated():
            text = "The service was reinstated: your pictures are protected again, save those that another member has filed since."
            yield message(recorded, stream, "service_reinstated", ("member", stream), text)
        case of_member.MisuseWarned(member=member, kind=kind, counted=counted, suspend_at=suspend_at):
            text = f"{_MISUSES[kind].capitalize()} are counted: {counted} by now. At {suspend_at} you will be suspended for a time."
            yield message(recorded, member, "misuse_warned", ("member", member), text)
        case of_member.MemberSuspended(member=member, kind=kind, side=side, until=until):
            text = f"New {side} of yours are refused until {shown(until)}, for too many {_MISUSES[kind]}. You can appeal at the desk."
            yield message(recorded, member, "suspended", ("member", member), text)
        case of_member.SuspensionLifted(member=member):
            text = "Warnings and suspensions of yours were taken back."
            yield message(recorded, member, "suspension_lifted", ("member", member), text)
        case of_member.RulesNoticeGiven(member=member) as notice:
            yield message(recorded, member, "rules_change", ("member", member), _of_rules(notice))
        case of_member.AuthorizationGranted(grantee=grantee):
            text = "You were authorised to use pictures of another member."
            yield message(recorded, grantee, "authorization_granted", ("authorization", stream), text)
        case of_member.AuthorizationRevoked(grantee=grantee):
            text = "An authorisation to use pictures of another member has ended."
            yield message(recorded, grantee, "authorization_ended", ("authorization", stream), text)
        case _:
            pass


def _of_rules(notice: of_member.RulesNoticeGiven) -> str:
    """What comes into force, when, in place of what, and what differs."""
    changes = [f"{one.key} was {_value(one.was)}, becomes {_value(one.becomes)}" for one in notice.changes]
    changes += [f"and {notice.more} more"] * bool(notice.more)
    first = f"Other rules come into force on {shown(notice.effective_from)}: {notice.rulebook} in place of {notice.replaces}."
    differs = f" What differs: {'; '.join(changes)}." if changes else " Only its name differs."
    return f"{first}{differs} A case keeps the rules that were pinned to it."


def _value(text: str) -> str:
    return in_words(msgspec.json.decode(text))


TOLD: Mapping[type[Event], Callable[[Party | None, Recorded], Iterable[Message]]] = {
    **dict.fromkeys(_OF_CASES, _of_case),
    **dict.fromkeys(
        (
            of_filing.FilingCancelled,
            of_filing.VoucherRequested,
            of_filing.VoucherReminderSent,
            of_filing.VoucherRequestDecided,
            of_filing.DisputeDecided,
        ),
        _of_filing,
    ),
    **dict.fromkeys(
        (
            SightingMade,
            of_member.MerchantTerminated,
            of_member.MerchantReinstated,
            of_member.AuthorizationGranted,
            of_member.AuthorizationRevoked,
            of_member.MisuseWarned,
            of_member.MemberSuspended,
            of_member.SuspensionLifted,
            of_member.RulesNoticeGiven,
        ),
        _of_member,
    ),
}
