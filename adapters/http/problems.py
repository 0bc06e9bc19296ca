"""Problem documents (RFC 9457) and the one table from codes to statuses and titles."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest
from typing import Any, Final

import msgspec

from adapters.identity.keys import KeysUnavailable
from adapters.identity.tokens import Unauthenticated
from adapters.system.outages import Outage, outage_of
from adapters.vault.contract import VaultAway, VaultDamaged
from adapters.vault.sealing import SealBroken
from application.command import ClockDoubtful, TooManyWaiting
from application.patience import TooBusy
from application.refusals import Invalid, NotFound, Stale
from domain.refusal import Refusal

MEDIA_TYPE: Final = "application/problem+json"

_OUTAGES: Final[Mapping[Outage, str]] = {
    "disk_full": "Nothing was done, for there is no room to record it. What is on record can be read; the operator has to make room.",
    "unavailable": "The database cannot be reached just now. Nothing was done that was not answered; ask again.",
}
_VAULT_AWAY: Final = "The store of the pictures cannot be reached just now. Nothing was done that was not answered; ask again."
ERRORS: Final = 20
"""Fields that an answer tells to be wrong."""

CODES: Final[Mapping[str, tuple[int, str]]] = {
    "malformed": (400, "The request cannot be parsed"),
    "unauthenticated": (401, "A valid bearer token is needed"),
    "forbidden": (403, "Not for this role"),
    "entrance_closed": (403, "The entrance is not open to this member"),
    "declaration_missing": (403, "The declaration in force is not signed"),
    "terminated": (403, "The service was terminated for this member"),
    "suspended": (403, "Suspended for misuse until a date"),
    "not_found": (404, "There is no such thing"),
    "unknown_folder": (404, "There is no such folder"),
    "method_not_allowed": (405, "The method is not allowed here"),
    "not_acceptable": (406, "No acceptable media type"),
    "request_timeout": (408, "The request did not come in time"),
    "folder_exists": (409, "There is a folder of that name"),
    "already_decided": (409, "Already decided"),
    "case_closed": (409, "The case has ended"),
    "case_open": (409, "A case is still open"),
    "appeal_open": (409, "An appeal is open"),
    "body_recorded": (409, "It is on record already that the case went to that body"),
    "not_reviewable": (409, "Nothing of this case can be reviewed by a person on request of yours"),
    "review_open": (409, "A review that you asked for is open"),
    "no_open_notice": (409, "No notice is open that evidence could be for"),
    "window_closed": (409, "The window has closed"),
    "appeals_exhausted": (409, "All opportunities to appeal are used"),
    "appeal_not_open": (409, "The appeal is not open"),
    "already_special": (409, "Already marked as a special case"),
    "same_reviewer": (409, "Another reviewer has to decide"),
    "claimed": (409, "Claimed by another reviewer"),
    "too_early": (409, "Too early to decide"),
    "not_withdrawable": (409, "No longer withdrawable"),
    "nothing_to_lift": (409, "There is nothing to lift"),
    "not_reopenable": (409, "The case cannot be reopened"),
    "filing_in_use": (409, "An open case rests on the filing"),
    "filing_not_protected": (409, "The filing is not protected"),
    "not_disputable": (409, "The refusal cannot be disputed"),
    "not_terminated": (409, "The member is not terminated"),
    "not_suspended": (409, "The member is neither warned nor suspended"),
    "not_in_the_future": (409, "Not in the future, or taken"),
    "too_soon": (409, "Too soon: notice has to be given before"),
    "replay_missing": (409, "No admin has read a sealed replay under this rulebook"),
    "version_taken": (409, "The version is taken by another content"),
    "clock_backwards": (409, "A clock never goes back"),
    "replay_ended": (409, "The replay has ended"),
    "not_sealed": (409, "The replay is not sealed"),
    "nothing_to_deliver": (409, "There is no webhook to deliver to"),
    "precondition_failed": (412, "It has changed since it was read"),
    "preview_stale": (412, "The list has changed since the preview"),
    "request_too_large": (413, "The request is too large"),
    "unsupported_media_type": (415, "The media type is not supported"),
    "invalid": (422, "The request is not valid"),
    "all_refused": (422, "Everything was refused"),
    "idempotency_mismatch": (422, "The idempotency key was used for another content"),
    "storage_exhausted": (422, "No more can be handed in today, or for this case"),
    "too_many_lines": (422, "Too many lines"),
    "too_many_links": (422, "Too many links"),
    "too_many_bodies": (422, "Too many outside bodies for this case"),
    "too_many_files": (422, "Too many files"),
    "text_too_long": (422, "A text is too long"),
    "rulebook_invalid": (422, "The rulebook is not valid"),
    "unknown_nickname": (422, "Nobody has that nickname"),
    "unknown_version": (422, "There is no such version"),
    "destination_refused": (422, "Webhooks are not sent there"),
    "rate_limited": (429, "Too many requests"),
    "headers_too_large": (431, "The header fields are too large"),
    "internal": (500, "The server failed"),
    "history_altered": (500, "The history is not the one that was signed"),
    "file_damaged": (500, "What is kept of the file is not what was recorded"),
    "seal_broken": (500, "What is sealed cannot be opened"),
    "not_implemented": (501, "Not implemented"),
    "extra_missing": (501, "An optional part of the server is not installed"),
    "busy": (503, "Too busy just now"),
    "clock_doubtful": (503, "The clock is doubted, so nothing is decided"),
    "unavailable": (503, "Not just now"),
    "preparing": (503, "The views are being prepared"),
    "disk_full": (503, "The disk is full"),
    "vault_unavailable": (503, "The pictures cannot be reached just now"),
}
CLOCK_DOUBTFUL: Final = "The server's clock runs ahead of what else tells the time. Reads show the last trusted instant; try again later."
_RESERVED: Final = frozenset({"type", "title", "status", "code", "detail", "instance"})


DAMAGED: Final = "It was damaged, or changed by another hand: `originals doctor` names it, and a backup holds it as it was."


class Problem(Exception):
    """An answer that says what is wrong: a code of the table, a sentence, further members and headers."""

    def __init__(self, code: str, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **members: object) -> None:
        super().__init__(code)
        self.code, self.detail, self.headers, self.members = code, detail, dict(headers or {}), members

    def with_members(self, members: Mapping[str, object]) -> Problem:
        """The same problem with these members beside the standard ones."""
        self.members = dict(members)
        return self

    @property
    def status(self) -> int:
        """The HTTP status; 409 for a code that the table does not know."""
        return CODES.get(self.code, (409, ""))[0]

    def document(self, request_id: str) -> dict[str, Any]:
        """The members of the problem document."""
        status, title = CODES.get(self.code, (409, self.code.replace("_", " ").capitalize()))
        document: dict[str, Any] = {"type": f"/docs#{self.code}", "title": title, "status": status, "code": self.code}
        document["detail"] = self.detail or f"{title}."
        document["instance"] = f"urn:uuid:{request_id}"
        document.update((name, value) for name, value in self.members.items() if name not in _RESERVED)
        return document

    def body(self, request_id: str) -> bytes:
        """The document as JSON."""
        return msgspec.json.encode(self.document(request_id), enc_hook=str)


def preparing(percent: int) -> Problem:
    """503: a long history is being folded into the views; reads wait for it."""
    return Problem("preparing", f"Preparing, {percent} % of the history is read.", headers={"Retry-After": "5"}, progress=percent)


def invalid(errors: Mapping[str, Any]) -> Problem:
    """422 with `errors[]` by field, the first of them; `more` says how many are left out."""
    told = [{"field": field, "messages": list(errors[field])} for field in nsmallest(ERRORS, errors)]
    left: dict[str, Any] = {"more": len(errors) - len(told)} if len(errors) > len(told) else {}
    return Problem("invalid", errors=told, **left)


def problem_of(error: Exception, unavailable: tuple[type[Exception], ...] = ()) -> Problem | None:
    """The problem that an error of an inner layer means to the caller; None for an error that nobody foresaw."""
    match error:
        case Problem():
            return error
        case Refusal(code=code, facts=facts):
            return Problem(code).with_members(facts)
        case NotFound(code=code) | Stale(code=code):
            return Problem(code)
        case Invalid(errors=errors):
            return invalid(errors)
        case Unauthenticated():
            return Problem("unauthenticated", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        case VaultDamaged():
            return Problem("file_damaged", DAMAGED)
        case VaultAway():
            return Problem("vault_unavailable", _VAULT_AWAY, headers={"Retry-After": "5"})
        case SealBroken():
            return Problem("seal_broken", DAMAGED)
        case KeysUnavailable():
            return Problem("unavailable", headers={"Retry-After": "5"})
        case TooBusy():
            return Problem("busy", headers={"Retry-After": "30"})
        case TooManyWaiting():
            return Problem("busy", headers={"Retry-After": "1"})
        case ClockDoubtful():
            return Problem("clock_doubtful", CLOCK_DOUBTFUL, headers={"Retry-After": "30"})
        case _ if isinstance(error, unavailable):
            return Problem("unavailable", headers={"Retry-After": "1"})
        case _ if outage := outage_of(error):
            return Problem(outage, _OUTAGES[outage], headers={"Retry-After": "5"})
        case _:
            return None


class _Coded(msgspec.Struct):
    code: str = "internal"


def code_of(body: bytes) -> str:
    """The code of a problem document that is kept as bytes."""
    return msgspec.json.decode(body, type=_Coded).code
