"""Vouchers: given unasked or when the platform asks, and judged by staff (rules B6, H1, H4)."""

from __future__ import annotations

from collections.abc import Sequence

from application.acting import Act, Platform, stream_of
from application.index import FilingById, PutDue, PutThing, ThingById
from application.members import refuse_party
from application.ports import Identity, Upload
from application.refusals import Invalid, NotFound, found
from application.storage import keep_sealed, opened, refuse_too_many, take_in
from application.texts import check_length
from domain import voucher
from domain.events.filing import VoucherKind
from domain.refusal import Refusal
from domain.voucher import Outcome, SealedFile, Subject, Voucher, VoucherRequest


def give(act: Act, member: Identity, subject: Subject, subject_id: str, kind: VoucherKind, files: Sequence[Upload]) -> tuple[Voucher, ...]:
    """Give vouchers for an own filing or dispute, asked for or not (rules B6, H1); the new ones.

    The bytes lie sealed in the vault before the events that name them. Raises NotFound; Refusal: too_many_files,
    storage_exhausted; Invalid: no file.
    """
    owner = _owner(act, subject, subject_id)
    if owner != member.member_id:
        raise NotFound
    limit = act.law.in_force(act.now).limits.pictures
    if len(files) > limit:
        raise Refusal("too_many_files", limit=limit, measured=len(files))
    if not files:
        raise Invalid({"file": ["at least one file"]})
    stream = stream_of("vouchers", subject_id)
    given = voucher.vouchers(act.load(stream))
    refuse_too_many(act, len(given) + len(files))
    take_in(act, owner, [file.content for file in files])
    sealed = [_seal(act.platform, owner, file) for file in files]
    decided = act.append(stream, voucher.give((subject, subject_id), owner, given, kind, sealed, act.now))
    return voucher.vouchers(decided)


def _owner(act: Act, subject: Subject, subject_id: str) -> str | None:
    """Whose filing or dispute it is; None where there is none."""
    if subject == "filing":
        row = act.ask(FilingById(subject_id))
        return None if row is None else row.owner
    thing = act.ask(ThingById("dispute", subject_id))
    return None if thing is None else thing.owner


def _seal(platform: Platform, owner: str, file: Upload) -> SealedFile:
    digest = keep_sealed(platform, owner, file.content)
    return SealedFile(digest, len(file.content), platform.sealer.seal(owner, file.name))


def given_for(platform: Platform, subject_id: str) -> tuple[Voucher, ...]:
    """All vouchers that were given for a filing or a dispute, in the order of their numbers."""
    return voucher.vouchers(platform.store.load(stream_of("vouchers", subject_id)))


def open_voucher(platform: Platform, subject_id: str, number: int) -> tuple[Voucher, bytes]:
    """A voucher and its bytes, for the desk or its owner. Raises NotFound: none of that number, or its owner was forgotten."""
    given = given_for(platform, subject_id)
    if not 1 <= number <= len(given):
        raise NotFound
    asked = given[number - 1]
    return asked, opened(platform, asked.digest)


def request(act: Act, filing_id: str, what: Sequence[str]) -> VoucherRequest:
    """The desk asks for vouchers, to be produced within the pinned time (rules B6, T5). Raises NotFound; Refusal: text_too_long."""
    row = found(act.ask(FilingById(filing_id)))
    refuse_party(act, row.owner)
    asked = tuple(check_length(act, line) for line in what)
    request_id = act.new_id()
    decided = voucher.ask(filing_id, row.owner, asked, act.now, act.by, act.law)
    act.append(request_id, decided)
    act.note(PutThing("voucher_request", request_id, row.owner, filing_id))
    state = voucher.begin(request_id, decided[0])
    _note(act, state)
    return state


def remind(act: Act, request_id: str) -> None:
    """Write down the reminder that is due; due kind `voucher_request` (rules H4, T4)."""
    _note(act, _settled(act, request_id))


def decide(act: Act, request_id: str, outcome: Outcome, reasons: Sequence[str]) -> VoucherRequest:
    """Staff find the vouchers satisfying or wanting, in time or not (rule B6). Raises NotFound; Refusal: already_decided, forbidden."""
    state = _settled(act, request_id)
    refuse_party(act, state.owner)
    for decided in act.append(request_id, voucher.decide(state, act.now, act.by, outcome, tuple(reasons))):
        state = voucher.evolve(state, decided)
    _note(act, state)
    return state


def _settled(act: Act, request_id: str) -> VoucherRequest:
    """The request with its reminder where that is due: kept whatever the command comes to. Raises NotFound."""
    found(act.ask(ThingById("voucher_request", request_id)))
    state = found(voucher.fold(request_id, act.load(request_id)))
    for decided in act.append(request_id, voucher.settle(state, act.now)):
        state = voucher.evolve(state, decided)
        _note(act, state)
    act.settled()
    return state


def _note(act: Act, state: VoucherRequest) -> None:
    act.note(PutDue("voucher_request", state.id, state.reminder_due))
