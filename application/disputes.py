"""Disputes: whoever was refused because another filed first may say that the picture is its own (rule H1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from application.acting import Act, Busy
from application.cases import live
from application.file_pictures import Author, certify
from application.index import (
    FilingById,
    FilingRow,
    OpenCasesOfFiling,
    PutFiling,
    PutRefused,
    PutThing,
    RefusedById,
    RefusedRow,
    ThingById,
    VoidCases,
)
from application.members import load_merchant, refuse_party
from application.ports import Identity, Upload
from application.refusals import NotFound, found
from application.review import Review, kin_of
from application.texts import check_length
from application.watch_listings import filing_fell
from domain import dispute, filing
from domain.dispute import Dispute, DisputedRefusal
from domain.events.base import Ruling
from domain.events.filing import PictureRefused
from domain.picture import Verdict
from domain.refusal import Refusal
from domain.rulebook import RulebookRef


class _Picture(NamedTuple):
    """A refused picture as it was recorded, and the rules it was reviewed under."""

    event: PictureRefused
    rules: RulebookRef


def open_dispute(act: Act, member: Identity, refused_id: str, statement: str) -> Dispute:
    """Dispute the filing that barred one's own picture. Raises NotFound; Refusal: terminated, not_disputable, text_too_long."""
    row = act.ask(RefusedById(refused_id))
    if row is None or row.owner != member.member_id:
        raise NotFound
    if load_merchant(act, member.member_id).terminated_at is not None:
        raise Refusal("terminated")
    rival = None if row.rival is None else act.ask(FilingById(row.rival))
    refused = DisputedRefusal(
        refused_id, row.owner, row.rival, rival is not None and rival.standing == "protected", row.dispute_id is not None
    )
    sealed = act.platform.sealer.seal(member.member_id, check_length(act, statement))
    decided = dispute.open_dispute(refused, act.now, sealed)
    dispute_id = act.new_id()
    act.append(dispute_id, decided)
    act.note(PutRefused(row.refused_id, row.owner, row.stream, row.digest, row.rival, dispute_id))
    act.note(PutThing("dispute", dispute_id, row.owner, row.rival or ""))
    return dispute.begin(dispute_id, decided[0])


def decide(act: Act, dispute_id: str, outcome: Ruling, reasons: Sequence[str], review: Review) -> Dispute:
    """Decide whose picture it is; `review` is made once for the command and given to each of its tries.

    Upheld: the disputed filing is cancelled and the open cases that rest on it fall, at this instant; the disputant's filing is
    made of the refused picture, unless the disputant has left or was terminated, has filed it since, or a third has.
    Raises NotFound; Refusal: already_decided, forbidden.
    """
    state = load_dispute(act, dispute_id)
    loser, row = found(act.ask(FilingById(state.filing_id))), found(act.ask(RefusedById(state.refused_id)))
    refuse_party(act, state.disputant, loser.owner)
    dispute.refuse_decided(state)
    winner = None
    if outcome == "upheld":
        winner = _file_for_disputant(act, state, row, loser, review)
    for decided in act.append(dispute_id, dispute.decide(state, act.now, act.by, outcome, tuple(reasons), winner)):
        state = dispute.evolve(state, decided)
    return state


def _file_for_disputant(act: Act, state: Dispute, row: RefusedRow, loser: FilingRow, review: Review) -> str | None:
    """Cancel the loser's filing, then make the disputant's; its id, or that of the one it has already, or None where there is none."""
    picture = _refused_picture(act, row)
    merchant = load_merchant(act, state.disputant)
    name = act.platform.sealer.open(picture.event.name)
    if name is None or merchant.terminated_at is not None or merchant.forgotten_at is not None:
        _cancel(act, loser)
        return None
    upload = Upload(name, act.platform.vault.get("original", row.digest))
    (reviewed,) = review.of(act, [upload], act.law.rulebook(picture.rules).picture)
    if reviewed.inspection.flaws:
        raise Busy  # it passed this very review when it was refused: the machine failed, not the picture
    kin = kin_of(act, row.digest, reviewed.originals)
    judgement = filing.judge(state.disputant, [one for one in kin if one.owner != loser.owner])
    _cancel(act, loser)
    for one in kin:  # a thief must not win by having filed the picture twice
        if one.owner == loser.owner and one.filing_id != loser.filing_id and one.likeness.verdict is Verdict.COPY:
            _cancel(act, found(act.ask(FilingById(one.filing_id))))
    if judgement.flaws:
        return next((flaw.filing_id for flaw in judgement.flaws if flaw.filing_id is not None), None)
    author = Author(state.disputant, act.by, picture.event.folder_id, merchant.signed_version or "", state.id)
    return certify(act, author, reviewed, judgement.suspected, picture.rules).id


def _cancel(act: Act, loser: FilingRow) -> None:
    """End the protection of the disputed filing for good, and let what rests on it fall; a withdrawn one is gone already."""
    if loser.standing in ("protected", "cancelled"):
        for case in act.ask(OpenCasesOfFiling(loser.filing_id)):
            live(act, case)  # settled first: nothing may date after the instant at which it falls
        act.load(loser.filing_id)
        act.append(loser.filing_id, filing.lose(act.now, act.by))
        act.note(PutFiling(loser.filing_id, loser.owner, loser.digest, "lost"))
        act.note(VoidCases(act.now, "dispute", filing_id=loser.filing_id))
        filing_fell(act, loser.filing_id)


def _refused_picture(act: Act, row: RefusedRow) -> _Picture:
    pictures = (
        _Picture(recorded.event, found(recorded.rules))
        for recorded in act.load(row.stream)
        if isinstance(recorded.event, PictureRefused) and recorded.event.refused_id == row.refused_id
    )
    return found(next(pictures, None))


def load_dispute(act: Act, dispute_id: str) -> Dispute:
    """The dispute of that id. Raises NotFound."""
    found(act.ask(ThingById("dispute", dispute_id)))
    return found(dispute.fold(dispute_id, act.load(dispute_id)))
