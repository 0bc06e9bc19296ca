"""What a member can take out: everything the system holds about it (rule H6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from adapters.case_file.bodies import complaint
from adapters.http.account import AccountContext, webhook_words
from adapters.http.context import ApiContext
from adapters.http.endpoint import Router
from adapters.http.filing_words import dispute, filing, refused_file, sighting, voucher, voucher_request
from adapters.http.request import Answered, ApiRequest, Itemised
from adapters.http.respondent import appeal_words, notice_words
from adapters.http.schemas.account import Export
from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application.links import pasted_links
from application.misuse import conduct_stream
from application.ports import Identity, Sealer
from domain.case.events import ACTS
from domain.events import Sealed
from domain.voucher import Voucher
from projections import (
    attempts,
    authorizations,
    complaints,
    disputes,
    evidence,
    filings,
    folders,
    merchants,
    messages,
    notices,
    refused_pictures,
    sightings,
    voucher_requests,
    vouchers,
)
from projections.message_texts import Language
from projections.reading import Page, Reading

S = TypeVar("S")

EXPORT: Router[AccountContext] = Router("export", roles=("merchant",))
PART = 200
"""Items of a list that are read at once."""
LEFT_OUT = sorted(act.command for act in ACTS.values() if act.desk_only)
"""What the desk keeps to itself of one's cases, by its commands (rule H7)."""


@EXPORT.get("/me/export", Export)
def export_account(context: AccountContext, request: ApiRequest) -> Answered:
    """Take out everything the system holds about oneself."""
    return Itemised(_members(context, context.api.member(request.caller), context.language_of(request)))


def _members(context: AccountContext, member: Identity, language: Language) -> Iterator[tuple[str, Any]]:
    """The members of the body, all of one state of the views; lists are read while they are written, so that none is held whole."""
    api = context.api
    with api.reading() as reading:
        yield "member", {"subject": member.subject, "nickname": member.nickname, "categories": list(member.categories)}
        yield "exported_at", instant(api.now())
        yield from _pictures(api, reading, member).items()
        yield from _cases(api, reading, member).items()
        yield "conduct", _conduct(api, member.member_id)
        yield "webhook", None if (webhook := context.webhooks.get(member.member_id)) is None else webhook_words(webhook)
        yield "messages", _messages(reading, member.member_id, language)
        yield "messages_unread", context.unread(reading, member.member_id)
        if LEFT_OUT:
            yield "left_out", LEFT_OUT


def _all(read: Callable[[str | None], Page[S]]) -> Iterator[S]:
    """Every item of a list, part by part."""
    cursor: str | None = None
    while True:
        page = read(cursor)
        yield from page.items
        if page.next is None or len(page.items) < PART:
            return
        cursor = page.next


def _pictures(api: ApiContext, reading: Reading, member: Identity) -> dict[str, Any]:
    me, sealer, now = member.member_id, api.platform.sealer, api.now()
    merchant = merchants.get(reading, me)
    names = {one.id: readable(sealer, one.name) or "" for one in _all(lambda c: folders.of_owner(reading, me, PART, c))}
    return {
        "declaration": {
            "signed_version": None if merchant is None else merchant.signed_version,
            "signed_at": None if merchant is None else instant(merchant.signed_at),
        },
        "folders": ({"name": name} for name in names.values()),
        "filings": (
            {**filing(one, names.get(one.folder_id, ""), sealer), "picture": f"/v1/filings/{one.id}/picture?size=original"}
            for one in _all(lambda c: filings.newest(reading, PART, c, owner=me))
        ),
        "refused_pictures": (
            refused_file(one.id, readable(sealer, one.name) or "", one.flaws, one.at)
            for one in _all(lambda c: refused_pictures.of_owner(reading, me, PART, c))
        ),
        "vouchers": (
            {**voucher(one, sealer), "subject": one.subject, "subject_id": one.subject_id, "content": _place(one)}
            for one in _all(lambda c: vouchers.of_owner(reading, me, PART, c))
        ),
        "voucher_requests": (voucher_request(one, now) for one in _all(lambda c: voucher_requests.newest(reading, PART, c, owner=me))),
        "disputes": (dispute(one, sealer) for one in _all(lambda c: disputes.newest(reading, PART, c, disputant=me))),
        "sightings": (sighting(one) for one in _all(lambda c: sightings.of_owner(reading, me, PART, c))),
    }


def _place(one: Voucher) -> str:
    """Where the bytes of a voucher can be fetched."""
    of = "filings" if one.subject == "filing" else "filings/disputes"
    return f"/v1/{of}/{one.subject_id}/vouchers/{one.number}"


def _cases(api: ApiContext, reading: Reading, member: Identity) -> dict[str, Any]:
    me, sealer, now = member.member_id, api.platform.sealer, api.now()
    return {
        "authorizations": (
            {
                "id": one.id,
                "side": "given" if one.owner == me else "received",
                "filings": "all" if one.filings is None else list(one.filings),
                "until": instant(one.until),
                "status": one.status(now),
                "granted_at": instant(one.granted_at),
            }
            for one in _all(lambda c: authorizations.newest(reading, PART, c, member=me))
        ),
        "complaints": (
            complaint(one, now, sealer)
            for one in _all(lambda c: complaints.newest(reading, complaints.ComplaintFilter(complainant=me), PART, c))
        ),
        "notices": (
            {**notice_words(one, sealer), "appeals": [appeal_words(one.id, appeal, now, sealer) for appeal in one.appeals]}
            for one in _all(lambda c: notices.of_respondent(reading, me, PART, c))
        ),
        "evidence": (
            {
                "id": one.id,
                "name": readable(sealer, one.name) or "",
                "size": one.size,
                "uploaded_at": instant(one.uploaded_at),
                "content": f"/v1/evidence/{one.id}",
            }
            for one in _all(lambda c: evidence.of_owner(reading, me, PART, c))
        ),
        "attempts": (
            {"what": one.command, "code": one.code, "at": instant(one.at), **_link_asked(one, sealer)}
            for one in _all(lambda c: attempts.by(reading, me, PART, c))
        ),
    }


def _link_asked(attempt: attempts.Attempt, sealer: Sealer) -> dict[str, str | None]:
    """The link that was refused, as it was typed where it is a listing's; one that is nobody's was sealed, and a seal is no link."""
    match attempt.facts.get("link"):
        case str(link):
            return {"link": readable(sealer, Sealed(link)) if not pasted_links(link) else link}
        case _:
            return {}


def _conduct(api: ApiContext, me: str) -> list[dict[str, Any]]:
    """Warnings and suspensions (rule H5)."""
    return [{"at": instant(one.at), **msgspec.to_builtins(one.event)} for one in api.platform.store.load(conduct_stream(me))]


def _messages(reading: Reading, me: str, language: Language) -> Iterator[dict[str, Any]]:
    return (
        {"id": one.id, "kind": one.kind, "about": one.about, "text": one.text(language), "at": instant(one.at)}
        for one in _all(lambda c: messages.of_member(reading, me, PART, c))
    )
