"""What the OpenAPI document says beside its operations: where it is served, its licence, what its tags are, what webhooks bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from apispec import APISpec

from adapters.http.schemas.account import Message

SERVERS: Final = [{"url": "/", "description": "The server that this document was read from."}]
LICENCE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
TAGS: Final[Mapping[str, str]] = {
    "account": "What a member was told, where webhooks go, and all that is held about it.",
    "audit": "The full history of cases, the log as CloudEvents, its checkpoints and proofs. What an auditor reads is itself on record.",
    "tiles": "The log as tiles (C2SP tlog-tiles), for those who mirror it, and proofs as text.",
    "certificates": "A filing's certificate, which anybody can verify offline.",
    "complainant": "Sightings, complaints and their results, as the owner of the pictures sees them.",
    "desk": "The reviewers' queues by what is due first, cases, decisions, findings.",
    "desk files": "Pictures and files that a case is decided on.",
    "desk filings": "Filings as the desk sees them, vouchers and disputes of prior right.",
    "desk misuse": "Members who were suspended for misuse.",
    "export": "Everything that the system holds about a member.",
    "feed": "Many members and listings in one request.",
    "figures": "What a monitoring system reads.",
    "marketplace": "Members, listings and their pictures from the marketplace; penalties for it to carry out.",
    "merchant": "The entrance, the declaration, folders and filings.",
    "notes": "What the desk notes on a case; no party ever reads it.",
    "operations": "Health, readiness, this document.",
    "replays": "What would have ended otherwise under another rulebook. They publish nothing.",
    "respondent": "Notices and appeals, as the seller of a listing sees them; nothing here tells who complained.",
    "rules": "Rulebooks, calendars, the entrance policy; drafts checked, deadlines computed.",
    "shadow": "A draft that runs beside the live rulebook: what it would have done, case by case as they go on. It decides nothing.",
    "test clock": "The simulated clock, where the server was started with one.",
    "uploads": "How far a filing of many pictures is.",
    "vouchers": "What proves that pictures are one's own.",
}
"""What each tag is about."""


def described_tags(names: Iterable[str]) -> list[dict[str, str]]:
    """The tags in the order in which operations have them."""
    return [{"name": name, **({"description": TAGS[name]} if name in TAGS else {})} for name in dict.fromkeys(names)]


def add_webhooks(spec: APISpec) -> None:
    """Take the message that a webhook carries into the document's components, whether or not an operation answers with it."""
    if Message.__name__ not in spec.components.schemas:
        spec.components.schema(Message.__name__, schema=Message)


def webhooks() -> dict[str, Any]:
    """What is sent to a member's webhook: one kind of request, by the Standard Webhooks specification."""
    headers = [
        ("webhook-id", "The message's id: the same at each try, so that it can be taken once."),
        ("webhook-timestamp", "Seconds since 1970 at which this try was signed."),
        ("webhook-signature", "`v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body` with the secret."),
    ]
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "description": "The message's kind, such as `notice_served`."},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            "data": {"$ref": f"#/components/schemas/{Message.__name__}"},
        },
    }
    return {
        "message": {
            "post": {
                "operationId": "receive_message",
                "summary": "A member is told something",
                "description": "At least once, with back-off while it is not answered with 2xx.",
                "parameters": [
                    {"name": name, "in": "header", "required": True, "description": meaning, "schema": {"type": "string"}}
                    for name, meaning in headers
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
                "responses": {"2XX": {"description": "Taken."}, "410": {"description": "Wanted no longer."}},
            }
        }
    }
