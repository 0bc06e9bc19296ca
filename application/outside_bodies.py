"""An outside body: either party records that it took the ended case to one, and the desk files what came of it (rule H9)."""

from __future__ import annotations

from collections.abc import Sequence

from application.acting import Act, Platform
from application.audit import CaseHistory, StreamReader, case_history
from application.cases import carry_on, live, live_case
from application.decide import at_the_desk, refuse_own
from application.index import CaseByNotice
from application.ports import Identity, Sealer
from application.refusals import Invalid, NotFound
from application.texts import check_length
from domain.case.acts import filing_outcome, taking_to_body
from domain.case.acts.taking_to_body import TakenToBody
from domain.case.state import BodyRecord, Case
from domain.events.base import Party, Ruling
from domain.refusal import Refusal


def take_complaint(act: Act, member: Identity, case_id: str, body: str, reference: str) -> BodyRecord:
    """The complainant took its case to a body. Raises NotFound; Refusal: case_open, body_recorded, too_many_bodies, text_too_long."""
    case = live_case(act, case_id)
    if case.complainant != member.member_id:
        raise NotFound
    return _take(act, case, "complainant", body, reference)


def take_notice(act: Act, member: Identity, notice_id: str, body: str, reference: str) -> BodyRecord:
    """The respondent took its notice to a body. Raises NotFound; Refusal: case_open, body_recorded, too_many_bodies, text_too_long."""
    row = act.ask(CaseByNotice(notice_id))
    if row is None or row.respondent != member.member_id:
        raise NotFound
    return _take(act, live(act, row), "respondent", body, reference)


def file_outcome(
    act: Act,
    case_id: str,
    body: str,
    reference: str,
    outcome: Ruling,
    reasons: Sequence[str],
    party: Party | None = None,
) -> Case:
    """The desk files a body's outcome of the record of that body and reference (rule H9); of whose, where both parties have one such.

    Raises NotFound, Invalid; Refusal: already_decided, forbidden.
    """
    case = at_the_desk(act, case_id)
    records = [one for one in _same(act.platform.sealer, case.bodies, body, reference) if party in (None, one.party)]
    if not records:
        raise NotFound
    if len(records) > 1:
        raise Invalid({"party": ["both parties went to that body under that reference: say whose case it decided"]})
    record = records[0].id
    act.about(case.id, record=record, outcome=outcome)
    return carry_on(act, case, filing_outcome.file_outcome(case, act.now, act.by, record, outcome, tuple(reasons)))


def history_for_body(platform: Platform, log: StreamReader, case_id: str, by: str) -> CaseHistory:
    """The history that a body's case file is made of, for a reviewer that is no party (rule H3). Raises NotFound; Refusal: forbidden."""
    history = case_history(platform, log, case_id)
    refuse_own(platform, history.case, by)
    return history


def _take(act: Act, case: Case, party: Party, body: str, reference: str) -> BodyRecord:
    own = case.bodies_of(party)
    member = case.complainant if party == "complainant" else case.respondent
    recorded = bool(_same(act.platform.sealer, own, body, reference))
    sealed = [act.platform.sealer.seal(member, check_length(act, _one_line(text))) for text in (body, reference)]
    taken = TakenToBody(act.new_id(), party, sealed[0], sealed[1])
    decided = taking_to_body.take_to_body(case, act.now, taken, recorded)
    limit = act.law.in_force(act.now).bodies.records_a_party
    if len(own) >= limit:
        raise Refusal("too_many_bodies", limit=limit, measured=len(own) + 1)
    return carry_on(act, case, decided).bodies[-1]


def _same(sealer: Sealer, records: Sequence[BodyRecord], body: str, reference: str) -> list[BodyRecord]:
    """Those of that body and reference, one of each party at most; of who was forgotten, none can be read any more."""
    asked = (_one_line(body).casefold(), _one_line(reference).casefold())
    return [one for one in records if tuple((sealer.open(text) or "").casefold() for text in (one.body, one.reference)) == asked]


def _one_line(text: str) -> str:
    return " ".join(text.split())
