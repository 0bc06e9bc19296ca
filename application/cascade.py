"""The cascade: what one event meant for thousands of filings and grants is written down, some at a time (rules B7, H6).

It decides nothing. The index has told the truth since the deciding event; each step writes down what is still missing and
marks it as written in the same transaction, so that it may stop anywhere, be resumed by anyone, and write nothing twice.
"""

from __future__ import annotations

from datetime import datetime

from application.acting import Act, Command, Platform, run
from application.index import CasesWithMember, EndGrant, FilingRow, FilingsToWriteDown, ForgetAnswers, PutDue, PutFiling, ThingsOf
from application.members import load_merchant
from application.watch_listings import filing_fell
from domain import authorization
from domain.authorization import Authorization, Because
from domain.events import CLOCK, Happened
from domain.events.filing import FilingCancelled, FilingReinstated, FilingWithdrawn
from domain.merchant import Merchant
from domain.recorded import AnyEvent

AT_ONCE = 200
"""How many filings or grants one step writes down."""

CASCADE = Command("cascade", CLOCK)
FINDING: Because = "finding"
OWNER: Because = "owner"


def step(act: Act, member_id: str) -> bool:
    """Write some more down; whether that was the last. The handler of due kind `cascade`."""
    merchant = load_merchant(act, member_id)
    rows = act.ask(FilingsToWriteDown(member_id, AT_ONCE))
    for row in rows:
        _write_down(act, merchant, row)
    done = len(rows) < AT_ONCE and _end_grants(act, merchant, AT_ONCE - len(rows))
    if done and merchant.forgotten_at is not None:
        done = _erase(act, member_id)
    if done:
        act.note(PutDue("cascade", member_id, None))
    return done


def _erase(act: Act, member_id: str) -> bool:
    """Erase identity, keys and kept answers; whether that is all. What the files keep of deleted answers goes with one more step."""
    known = act.platform.identities.by_id(member_id) is not None
    act.note(ForgetAnswers(member_id))
    act.platform.identities.forget(member_id, act.ask(CasesWithMember(member_id)))
    return not known


def unfinished(act: Act, merchant: Merchant) -> bool:
    """Whether something of the merchant's is not written down yet."""
    return bool(act.ask(FilingsToWriteDown(merchant.id, 1)) or _standing_grants(act, merchant))


def finish(platform: Platform, member_id: str) -> None:
    """Write down all that is left."""
    while not run(platform, CASCADE, lambda act: step(act, member_id)):
        pass


def _write_down(act: Act, merchant: Merchant, row: FilingRow) -> None:
    """The event of how the filing stands, at the instant of what decided it."""
    event: AnyEvent
    match row.standing:
        case "protected":
            at, event = merchant.reinstated_at, FilingReinstated()
        case "withdrawn":
            at, event = merchant.forgotten_at, FilingWithdrawn()
        case _:
            at, event = merchant.terminated_at, FilingCancelled("finding")
    act.load(row.filing_id)
    act.append(row.filing_id, [Happened(at or act.now, event, CLOCK)])
    act.note(PutFiling(row.filing_id, row.owner, row.digest, row.standing))
    if row.standing == "protected":
        act.note(PutDue("listing_matching", row.filing_id, act.now))
    else:
        filing_fell(act, row.filing_id)


def _end_grants(act: Act, merchant: Merchant, limit: int) -> bool:
    """End what the merchant granted, at most `limit` authorisations; whether none is left."""
    standing = _standing_grants(act, merchant)
    for state, at, because in standing[:limit]:
        act.append(state.id, authorization.revoke(state, at, CLOCK, because))
        act.note(EndGrant(state.id), PutDue("grant_ended", state.id, None))
    return len(standing) <= limit


def _standing_grants(act: Act, merchant: Merchant) -> list[tuple[Authorization, datetime, Because]]:
    """The merchant's grants that its leaving or its termination has ended and that are not written down as ended."""
    if merchant.terminated_at is not None:
        at, because = merchant.terminated_at, FINDING
    elif merchant.forgotten_at is not None:
        at, because = merchant.forgotten_at, OWNER
    else:
        return []
    states = [authorization.fold(thing.thing_id, act.load(thing.thing_id)) for thing in act.ask(ThingsOf("authorization", merchant.id))]
    return [(state, at, because) for state in states if state is not None and state.status(at) == "active"]
