"""A merchant: the declaration it signed, and whether its service was terminated (rules A3, B7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.events import Fact, Happened
from domain.events import member as happened
from domain.refusal import Refusal, RefusedAttempt


class Merchant(Struct, frozen=True, kw_only=True):
    """A merchant as its stream tells it; `id` is the opaque member id."""

    id: str
    signed_version: str | None = None
    signed_at: datetime | None = None
    terminated_at: datetime | None = None
    reinstated_at: datetime | None = None
    forgotten_at: datetime | None = None


def evolve(merchant: Merchant, fact: Fact) -> Merchant:
    """The state after one more event. Raises TypeError for an event that has no place in a merchant's stream."""
    event = fact.event
    if not isinstance(event, happened.MERCHANT_EVENTS):
        raise TypeError(f"{type(event).__name__} has no place in a merchant's stream")
    match event:
        case happened.DeclarationSigned():
            return replace(merchant, signed_version=event.version, signed_at=fact.at)
        case happened.MerchantTerminated():
            return replace(merchant, terminated_at=fact.at)
        case happened.MerchantReinstated():
            return replace(merchant, terminated_at=None, reinstated_at=fact.at)
        case happened.MemberForgotten():
            return replace(merchant, forgotten_at=fact.at)
        case _:
            assert_never(event)


def fold(member_id: str, facts: Sequence[Fact]) -> Merchant:
    """The state that a whole stream tells; one that has signed nothing for an empty stream."""
    merchant = Merchant(id=member_id)
    for fact in facts:
        merchant = evolve(merchant, fact)
    return merchant


def sign(merchant: Merchant, at: datetime, version: str) -> list[Happened]:
    """Sign the declaration; nothing where this version is signed already (rule A3)."""
    if merchant.signed_version == version:
        return []
    return [Happened(at, happened.DeclarationSigned(version), merchant.id)]


def refuse_inactive(merchant: Merchant, entrance_open: bool, declaration: str) -> None:
    """Raises Refusal: entrance_closed, declaration_missing, terminated - for filing, complaining, authorising (rules A1, A3, B7)."""
    if not entrance_open:
        raise Refusal("entrance_closed")
    if merchant.signed_version != declaration:
        raise Refusal("declaration_missing", version=declaration)
    if merchant.terminated_at is not None or merchant.forgotten_at is not None:
        raise Refusal("terminated")


def refuse_terminated(merchant: Merchant) -> None:
    """Raises Refusal: already_decided, where the service is terminated already (rule B7)."""
    if merchant.terminated_at is not None:
        raise RefusedAttempt("already_decided")


def terminate(merchant: Merchant, at: datetime, by: str, filing_id: str, reasons: tuple[str, ...], preview: str) -> list[Happened]:
    """Non-original pictures were found: one event, from whose position on nothing of the merchant's is protected (rule B7).

    Raises Refusal: already_decided, where the service is terminated already.
    """
    refuse_terminated(merchant)
    return [Happened(at, happened.MerchantTerminated(filing_id, reasons, preview), by)]


def reinstate(merchant: Merchant, at: datetime, by: str, reasons: tuple[str, ...]) -> list[Happened]:
    """Protect the merchant's filings again from here on (rule B7). Raises Refusal: not_terminated."""
    if merchant.terminated_at is None:
        raise RefusedAttempt("not_terminated")
    return [Happened(at, happened.MerchantReinstated(reasons), by)]


def forget(merchant: Merchant, at: datetime, by: str, in_open_case: bool) -> list[Happened]:
    """The member leaves, at its wish or the law's; nothing where it has left already (rule H6).

    Raises Refusal: case_open, while it complains or answers in an open case, for the other side's rights hang on it; terminated,
    for who was found out must not come back as nobody (rule B7).
    """
    if merchant.forgotten_at is not None:
        return []
    if merchant.terminated_at is not None:
        raise Refusal("terminated")
    if in_open_case:
        raise Refusal("case_open")
    return [Happened(at, happened.MemberForgotten(), by)]
