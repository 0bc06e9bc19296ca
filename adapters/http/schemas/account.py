"""Messages, webhooks and what a member can take out."""

from __future__ import annotations

from marshmallow import fields, validate

from adapters.http.schemas.fields import Received, Shown, Text, choice, each, flag, identifier, instant, many, text, whole, word


class Message(Shown):
    """Something a member was told."""

    id = identifier()
    kind = word("notice_served")
    about = word("c9yXb2Qm4ZtLr8Ka", "The id of what it is about.")
    about_kind = choice(
        "complaint", "notice", "listing", "filing", "sighting", "voucher_request", "dispute", "authorization", "member", required=False
    )
    text = word("A notice was served on your listing.")
    at = instant()


class Unread(Shown):
    """How many messages one has not read."""

    count = whole(example=2)


class ReadBody(Received):
    """Up to which message one has read, that one included: by its id, or by an instant."""

    until = text(1, 200, example="2026-03-02T01:00:00Z")


class WebhookBody(Received):
    """Where messages are sent."""

    url = text(1, 2048, example="https://merchant.example/hooks/originals")
    language = choice("en", "zh", meaning="Of the texts; by default the request's `Accept-Language`.", load_default=None, allow_none=True)


class Webhook(Shown):
    """The member's webhook, without its secret."""

    url = word("https://merchant.example/hooks/originals")
    created_at = instant(required=False, allow_none=True)
    failing_since = instant(required=False, allow_none=True)
    last_failure = word("status 500", "What came of the last try that failed.", required=False, allow_none=True)
    pending = whole(required=False, meaning="Deliveries that are still to be made.")
    dead_letters = whole(required=False, meaning="Deliveries that were given up; `POST /v1/webhooks/redelivery` sends them again.")
    disabled = flag(required=False)
    language = choice("en", "zh", meaning="Of the texts.", required=False)


class WebhookMade(Webhook):
    """The secret is shown this once."""

    secret = word("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


class RedeliveryBody(Received):
    """From which message on to send again."""

    from_ = Text(
        required=True,
        data_key="from",
        validate=validate.Length(1, 200),
        metadata={"examples": ["c9yXb2Qm4ZtLr8Ka"], "description": "A message's id, or an instant."},
    )


class Redelivery(Shown):
    """How many deliveries were put back into the queue."""

    queued = whole()


class Export(Shown):
    """Everything the system holds about the member (H6)."""

    member = fields.Dict(keys=Text(), required=True, metadata={"examples": [{"subject": "alice", "nickname": "alice-nick"}]})
    exported_at = instant(required=False)
    declaration = fields.Raw(required=False, metadata={"examples": [{"signed_version": "1"}]})
    folders = many(fields.Raw(metadata={"examples": [{"name": "spring"}]}), required=False)
    filings = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    complaints = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    notices = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    authorizations = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    messages = each(Message, required=False)
    messages_unread = whole(required=False, meaning="How many of them one has not read.")
    refused_pictures = many(fields.Raw(metadata={"examples": [{"file": "coat.jpg"}]}), required=False)
    vouchers = many(fields.Raw(metadata={"examples": [{"number": 1}]}), required=False)
    voucher_requests = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    disputes = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    sightings = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    evidence = many(fields.Raw(metadata={"examples": [{"id": "c9yXb2Qm4ZtLr8Ka"}]}), required=False)
    conduct = many(fields.Raw(metadata={"examples": [{"type": "MisuseWarned"}]}), required=False, meaning="Warnings and suspensions.")
    left_out = many(word("note"), required=False, meaning="What the desk keeps to itself of one's cases, by its commands: not in here.")
    webhook = fields.Raw(required=False, allow_none=True, metadata={"examples": [None]})
    attempts = many(fields.Raw(metadata={"examples": [{"what": "withdrawal"}]}), required=False)
