"""What complainants, owners of filings, disputants and grantees are told (rules B6, B7, C2, F1, F2, H1, H4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from domain.case import events as of_case
from domain.events import Event
from domain.events import filing as of_filing
from domain.events import member as of_member
from domain.events.listing import SightingMade
from domain.recorded import Recorded
from projections.message import About, Message, message, ruled, shown
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


def _of_case(party: Party | None, recorded: Recorded) -> Iterable[Message]:
    told = _told_of_case(recorded.event)
    if party is not None and told is not None:
        kind, facts = told
        yield message(recorded, party.member, kind, ("complaint", recorded.originator_id), **facts, rule=ruled(recorded))


def _told_of_case(event: object) -> tuple[str, dict[str, Any]] | None:
    """The kind of the message, and what it names."""
    match event:
        case of_case.Accepted():
            return "complaint_accepted", {}
        case of_case.Declined(reasons=reasons):
            return "complaint_declined", {"reasons": reasons}
        case of_case.RoundOpened(round=number):
            return "appeal_opened", {"round": number}
        case of_case.RoundDecided(round=number, outcome=outcome):
            return "appeal_decided", {"round": number, "outcome": outcome}
        case of_case.Finalized():
            return "complaint_final", {}
        case of_case.Lifted(reasons=reasons):
            return "complaint_lifted", {"reasons": reasons}
        case of_case.Voided():
            return "complaint_voided", {}
        case of_case.TakenToBody(party="complainant"):
            return "body_recorded", {}
        case of_case.BodyDecided(party="complainant", outcome=outcome, reasons=reasons):
            return "body_decided", {"outcome": outcome, "reasons": reasons}
        case of_case.RoundReversed(round=number, outcome=outcome):
            return "appeal_reversed", {"round": number, "outcome": outcome}
        case of_case.ReviewWindowOpened(party="complainant", closes=closes):
            return "review_possible", {"until": shown(closes.closes_at)}
        case of_case.ReviewRequested(party="complainant"):
            return "review_requested", {}
        case of_case.ReviewDecided(party="complainant", outcome=outcome, reasons=reasons):
            return "review_decided", {"outcome": outcome, "reasons": reasons}
        case _:
            return None


def _of_filing(party: Party | None, recorded: Recorded) -> Iterable[Message]:
    stream = recorded.originator_id
    match recorded.event:
        case of_filing.FilingCancelled(because="dispute") if party is not None:
            yield message(recorded, party.member, "filing_cancelled", ("filing", stream))
        case of_filing.VoucherRequested(owner=owner, due=due):
            yield message(recorded, owner, "vouchers_requested", ("voucher_request", stream), until=shown(due.closes_at))
        case of_filing.VoucherReminderSent(owner=owner, due_at=due_at):
            yield message(recorded, owner, "vouchers_reminder", ("voucher_request", stream), until=shown(due_at))
        case of_filing.VoucherRequestDecided(outcome=outcome) if party is not None:
            yield message(recorded, party.member, "vouchers_decided", ("voucher_request", stream), vouchers=outcome)
        case of_filing.DisputeDecided(disputant=disputant, outcome=outcome):
            yield message(recorded, disputant, "dispute_decided", ("dispute", stream), outcome=outcome)
        case _:
            pass


def _of_member(_: Party | None, recorded: Recorded) -> Iterable[Message]:
    stream = recorded.originator_id
    match recorded.event:
        case SightingMade(owner=owner, authorised=False):
            yield message(recorded, owner, "sighting", ("sighting", stream))
        case of_member.MerchantTerminated():
            yield message(recorded, stream, "service_terminated", ("member", stream))
        case of_member.MerchantReinstated():
            yield message(recorded, stream, "service_reinstated", ("member", stream))
        case of_member.MisuseWarned(member=member, kind=kind, counted=counted, suspend_at=suspend_at):
            about: tuple[About, str] = ("member", member)
            yield message(recorded, member, "misuse_warned", about, misuse=kind, counted=counted, suspend_at=suspend_at)
        case of_member.MemberSuspended(member=member, kind=kind, side=side, until=until):
            yield message(recorded, member, "suspended", ("member", member), misuse=kind, side=side, until=shown(until))
        case of_member.SuspensionLifted(member=member):
            yield message(recorded, member, "suspension_lifted", ("member", member))
        case of_member.RulesNoticeGiven(member=member) as notice:
            yield message(recorded, member, "rules_change", ("member", member), **_of_rules(notice))
        case of_member.AuthorizationGranted(grantee=grantee):
            yield message(recorded, grantee, "authorization_granted", ("authorization", stream))
        case of_member.AuthorizationRevoked(grantee=grantee):
            yield message(recorded, grantee, "authorization_ended", ("authorization", stream))
        case _:
            pass


def _of_rules(notice: of_member.RulesNoticeGiven) -> dict[str, Any]:
    """What comes into force, when, in place of what, and what differs."""
    changes = [[one.key, one.was, one.becomes] for one in notice.changes]
    named = {"rulebook": notice.rulebook, "replaces": notice.replaces, "from": shown(notice.effective_from)}
    return {**named, "changes": changes, "more": notice.more}


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
