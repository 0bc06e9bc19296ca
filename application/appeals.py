"""The respondent answers: evidence and appeals against a notice (rules D1, D2, H5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from application.acting import Act, Platform
from application.cases import carry_on, live
from application.index import CaseByNotice, PutThing, ThingById
from application.misuse import refuse_suspended
from application.ports import Identity
from application.refusals import NotFound, found
from application.storage import keep_sealed, notice_with_room, opened, take_in
from application.texts import check_length
from domain import appeal
from domain.appeal import Appeal, Grounds
from domain.case.acts import appealing
from domain.case.state import Case
from domain.events import Happened
from domain.events.appeal import EvidenceUploaded
from domain.refusal import Refusal


class OpenedAppeal(NamedTuple):
    """A new appeal and its case."""

    appeal: Appeal
    case: Case


def open_appeal(act: Act, member: Identity, notice_id: str, grounds: str, evidence: Sequence[str] = ()) -> OpenedAppeal:
    """Appeal against a notice within its open window (rules D1, D2).

    Raises NotFound for another's notice or evidence; Refusal: suspended, appeal_open, window_closed, appeals_exhausted, case_closed,
    too_many_files, text_too_long.
    """
    row = act.ask(CaseByNotice(notice_id))
    if row is None or row.respondent != member.member_id:
        raise NotFound
    case = live(act, row)
    for evidence_id in evidence:
        thing = act.ask(ThingById("evidence", evidence_id))
        if thing is None or thing.owner != member.member_id:
            raise NotFound
    refuse_suspended(act, member, "appeals")
    appeal_id = act.new_id()
    decided = appealing.open_appeal(case, act.now, appeal_id, act.law)
    limit = act.law.in_force(act.now).limits.evidence_files
    if len(evidence) > limit:
        raise Refusal("too_many_files", limit=limit, measured=len(evidence))
    sealed = act.platform.sealer.seal(member.member_id, check_length(act, grounds))
    after = carry_on(act, case, decided, Grounds(sealed, tuple(dict.fromkeys(evidence))))
    return OpenedAppeal(found(appeal.fold(appeal_id, act.load(appeal_id))), after)


def open_evidence(platform: Platform, member: Identity, evidence_id: str) -> bytes:
    """The bytes of a file that the member handed in. Raises NotFound."""
    thing = platform.store.ask(ThingById("evidence", evidence_id))
    if thing is None or thing.owner != member.member_id:
        raise NotFound
    uploaded = found(next(iter(platform.store.load(evidence_id)), None)).event
    digest = uploaded.digest if isinstance(uploaded, EvidenceUploaded) else ""
    return opened(platform, digest)


def upload_evidence(act: Act, member: Identity, name: str, content: bytes) -> str:
    """Keep a file for an appeal, sealed under the member's key; returns its id. Raises Refusal: no_open_notice, storage_exhausted."""
    counted_on = notice_with_room(act, member.member_id)
    take_in(act, member.member_id, [content])
    evidence_id = act.new_id()
    digest = keep_sealed(act.platform, member.member_id, content)
    event = EvidenceUploaded(member.member_id, digest, len(content), act.platform.sealer.seal(member.member_id, name))
    act.append(evidence_id, [Happened(act.now, event, member.member_id)])
    act.note(PutThing("evidence", evidence_id, member.member_id, counted_on))
    return evidence_id
