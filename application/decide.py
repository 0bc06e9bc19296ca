"""The desk decides: taking up, appeals, special cases, claims, its own mistakes, notes (rules C3, C4, D2, D4, H2, H3, H7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from application.acting import Act, Platform
from application.cases import carry_on, live_case, plan_notice
from application.index import AppealById
from application.members import load_merchant
from application.refusals import NotFound, found
from application.texts import check_length
from domain import appeal
from domain.appeal import Appeal
from domain.case.acts import accepting, claiming, deciding, declining, exempting, lifting, noting, releasing, reopening
from domain.case.checks import refuse_decided, refuse_party
from domain.case.events import ComplaintLodged, NoteAdded
from domain.case.folding import fold
from domain.case.state import Case
from domain.events.base import Outcome
from domain.recorded import Recorded
from domain.staff import subject_of


class DecidedAppeal(NamedTuple):
    """An appeal and its case after a decision."""

    appeal: Appeal
    case: Case


def accept(act: Act, case_id: str, reasons: Sequence[str], show_original: bool = False) -> Case:
    """Take a complaint up (rules C3, C4). Raises NotFound; Refusal: already_decided, case_closed, claimed, forbidden."""
    case = at_the_desk(act, case_id)
    refuse_decided(case)
    plan = plan_notice(act, case, show_original)
    return carry_on(act, case, accepting.accept(case, act.now, act.by, tuple(reasons), plan, act.law))


def decline(act: Act, case_id: str, reasons: Sequence[str]) -> Case:
    """Do not take a complaint up (rule C3). Raises NotFound; Refusal: already_decided, case_closed, claimed, forbidden."""
    case = at_the_desk(act, case_id)
    return carry_on(act, case, declining.decline(case, act.now, act.by, tuple(reasons)))


def lift(act: Act, case_id: str, reasons: Sequence[str]) -> Case:
    """Mend the desk's own mistake (rule H2). Raises NotFound; Refusal: nothing_to_lift, claimed, forbidden."""
    case = at_the_desk(act, case_id)
    return carry_on(act, case, lifting.lift(case, act.now, act.by, tuple(reasons)))


def reopen(act: Act, case_id: str, reasons: Sequence[str]) -> Case:
    """Reopen a terminated merchant's final case (rule B7). Raises NotFound; Refusal: not_reopenable, forbidden."""
    case = at_the_desk(act, case_id)
    terminated = load_merchant(act, case.complainant).terminated_at is not None
    return carry_on(act, case, reopening.reopen(case, act.now, act.by, tuple(reasons), terminated))


def claim(act: Act, case_id: str) -> Case:
    """Take a case before deciding it (rule H3). Raises NotFound; Refusal: case_closed, claimed, same_reviewer, forbidden."""
    case = at_the_desk(act, case_id)
    return carry_on(act, case, claiming.claim(case, act.now, act.by, act.law))


def release_claim(act: Act, case_id: str) -> Case:
    """Let a case go (rule H3). Raises NotFound; Refusal: claimed."""
    case = at_the_desk(act, case_id)
    return carry_on(act, case, releasing.release_claim(case, act.now, act.by))


def release_anybodys_claim(act: Act, case_id: str) -> Case:
    """Release whoever's claim, as an admin (rule H3). Raises NotFound; Refusal: forbidden."""
    case = at_the_desk(act, case_id)
    return carry_on(act, case, releasing.release_anybodys(case, act.now, act.by))


def add_note(act: Act, case_id: str, text: str) -> Recorded:
    """Note something on a case, for the desk and the audit alone (rule H7). Raises NotFound; Refusal: text_too_long, forbidden."""
    case = at_the_desk(act, case_id)
    sealed = act.platform.sealer.seal(case.id, check_length(act, text))
    carry_on(act, case, noting.add_note(case, act.now, act.by, sealed))
    return _notes(act.load(case.id))[-1]


def notes(platform: Platform, case_id: str, by: str) -> list[Recorded]:
    """The notes on a case, oldest first, for a reviewer that is no party to it (rules H3, H7). Raises NotFound; Refusal: forbidden."""
    recorded = platform.store.load(case_id)
    if not recorded or not isinstance(recorded[0].event, ComplaintLodged):
        raise NotFound
    refuse_own(platform, found(fold(case_id, recorded)), by)
    return _notes(recorded)


def decide_appeal(act: Act, appeal_id: str, outcome: Outcome, reasons: Sequence[str]) -> DecidedAppeal:
    """Decide an appeal (rules D2, D4). Raises NotFound; Refusal: appeal_not_open, same_reviewer, claimed, too_early, forbidden."""
    case, number = _of_appeal(act, appeal_id)
    act.about(case.id, round=number, outcome=outcome)
    decided = deciding.decide_appeal(case, act.now, act.by, number, outcome, tuple(reasons), act.law)
    return _decided(act, appeal_id, carry_on(act, case, decided))


def mark_special(act: Act, appeal_id: str, reason: str) -> DecidedAppeal:
    """Exempt an appeal from its time (rule D4). Raises NotFound; Refusal: appeal_not_open, already_special, claimed, forbidden."""
    case, number = _of_appeal(act, appeal_id)
    decided = exempting.mark_special(case, act.now, act.by, number)
    return _decided(act, appeal_id, carry_on(act, case, decided, special=check_length(act, reason)))


def at_the_desk(act: Act, case_id: str) -> Case:
    """The settled case, for a reviewer that is no party to it (rule H3). Raises NotFound; Refusal: forbidden."""
    case = live_case(act, case_id)
    refuse_own(act.platform, case, act.by)
    return case


def refuse_own(platform: Platform, case: Case, by: str) -> None:
    """Raises Refusal: forbidden, where the reviewer is a party to the case (rule H3)."""
    platform.identities.by_ids({case.complainant, case.respondent}, subject_of(by))  # whoever is told of the case asks for all three
    refuse_party(case, as_member(platform, by))


def as_member(platform: Platform, by: str) -> str | None:
    """The opaque id of the member that somebody of the staff is as well, under the same name; None where there is none (rule H3)."""
    identity = platform.identities.by_subject(subject_of(by))
    return None if identity is None else identity.member_id


def _notes(recorded: Sequence[Recorded]) -> list[Recorded]:
    return [one for one in recorded if isinstance(one.event, NoteAdded)]


def _of_appeal(act: Act, appeal_id: str) -> tuple[Case, int]:
    row = act.ask(AppealById(appeal_id))
    if row is None:
        raise NotFound
    return at_the_desk(act, row.case_id), row.round


def _decided(act: Act, appeal_id: str, case: Case) -> DecidedAppeal:
    return DecidedAppeal(found(appeal.fold(appeal_id, act.load(appeal_id))), case)
