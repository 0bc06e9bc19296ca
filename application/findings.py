"""A non-original picture is found: the merchant's protection ends as one act, previewed first; and its reinstatement (rule B7)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from application import cascade
from application.acting import Act, Conflict
from application.cases import live
from application.index import (
    CaseRow,
    CasesOfMember,
    EndGrant,
    FilingById,
    FilingsOfMember,
    GrantsOf,
    PutDue,
    SetFilingsOfMember,
    VoidCases,
)
from application.members import load_merchant, refuse_party
from application.refusals import NotFound, Stale
from domain import merchant
from domain.case.state import Status
from domain.merchant import Merchant
from domain.staff import subject_of

Ids = tuple[str, ...]


class Preview(NamedTuple):
    """Exactly what a finding will touch: ids of filings, open cases, final cases (listed for the desk), and listings to be restored.

    Cases against the reviewer itself are touched as any other, and counted in the digest, but not named: who complained of it is not
    for it (rules C5, H3), and to refuse the finding would say so as well.
    """

    filings: Ids
    complaints: Ids
    final_complaints: Ids
    penalties: Ids
    digest: str


class NonOriginalFinding(NamedTuple):
    """A finding: the terminated merchant, and what it touched."""

    merchant: Merchant
    touched: Preview


def preview(act: Act, member_id: str, filing_id: str) -> Preview:
    """What a finding would touch now, after settling the merchant's open cases. Raises NotFound unless the filing is the merchant's."""
    _own_filing(act, member_id, filing_id)
    return _preview(act, member_id)


def find_non_original(act: Act, member_id: str, filing_id: str, reasons: Sequence[str], digest: str) -> NonOriginalFinding:
    """Terminate the merchant's service and cancel all its protection: one event, the rest follows from it.

    Raises NotFound unless the filing is the merchant's; Refusal: already_decided, forbidden; Stale: preview_stale, where the list has
    changed since the preview of that digest.
    """
    _own_filing(act, member_id, filing_id)
    refuse_party(act, member_id)
    state = load_merchant(act, member_id)
    merchant.refuse_terminated(state)
    touched = _preview(act, member_id)
    if touched.digest != digest:
        raise Stale("preview_stale")
    for decided in act.append(member_id, merchant.terminate(state, act.now, act.by, filing_id, tuple(reasons), digest)):
        state = merchant.evolve(state, decided)
    act.note(SetFilingsOfMember(member_id, "protected", "cancelled"))
    act.note(VoidCases(act.now, "finding", complainant=member_id))
    act.note(*(EndGrant(grant) for grant in sorted({row.authorization_id for row in act.ask(GrantsOf(member_id))})))
    act.note(PutDue("cascade", member_id, act.now))
    return NonOriginalFinding(state, touched)


def reinstate(act: Act, member_id: str, reasons: Sequence[str]) -> Merchant:
    """Protect the merchant's filings again from here on; its cases stay voided, its grants ended, what a dispute cancelled cancelled.

    The finding is written down first, to its end: the try that finds it unfinished does so, and gives way to the next.
    Raises NotFound; Refusal: not_terminated, forbidden.
    """
    if act.platform.identities.by_id(member_id) is None:
        raise NotFound
    refuse_party(act, member_id)
    state = load_merchant(act, member_id)
    decided = merchant.reinstate(state, act.now, act.by, tuple(reasons))
    if cascade.unfinished(act, state):
        cascade.finish(act.platform, member_id)
        raise Conflict("the finding was written down")
    for recorded in act.append(member_id, decided):
        state = merchant.evolve(state, recorded)
    act.note(SetFilingsOfMember(member_id, "cancelled", "protected"))
    act.note(PutDue("cascade", member_id, act.now))
    return state


def _own_filing(act: Act, member_id: str, filing_id: str) -> None:
    row = act.ask(FilingById(filing_id))
    if row is None or row.owner != member_id:
        raise NotFound


def _preview(act: Act, member_id: str) -> Preview:
    filings = tuple(row.filing_id for row in act.ask(FilingsOfMember(member_id)) if row.standing == "protected")
    rows = act.ask(CasesOfMember(member_id))
    cases = {row.case_id: live(act, row) for row in rows if row.standing == "open"}
    going_on = {case.id for case in cases.values() if not case.ended}
    final = {case.id for case in cases.values() if case.status is Status.FINAL} | {row.case_id for row in rows if row.standing == "final"}

    def listed(of: Sequence[CaseRow]) -> tuple[Ids, Ids, Ids, Ids]:
        return (
            filings,
            tuple(row.case_id for row in of if row.case_id in going_on),
            tuple(row.case_id for row in of if row.case_id in final),
            tuple(sorted({row.listing_id for row in of if row.case_id in going_on and cases[row.case_id].penalty_stands})),
        )

    digest = hashlib.sha256(msgspec.json.encode((member_id, *listed(rows)))).hexdigest()
    reviewer = act.platform.identities.by_subject(subject_of(act.by))
    named = [row for row in rows if reviewer is None or row.respondent != reviewer.member_id]
    return Preview(*listed(named), digest)
