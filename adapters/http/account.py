"""A member's account: what it was told, and the webhook that tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from marshmallow import ValidationError

from adapters.http.accept import spoken
from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest, Reply
from adapters.http.schemas import account as shapes
from adapters.http.schemas.common import page_of
from adapters.http.schemas.fields import INSTANT, Instant
from adapters.http.schemas.queries import MessagesQuery
from adapters.store.read_marks import ReadMarks
from adapters.webhooks.payload import message_words
from adapters.webhooks.subscriptions import Webhook, Webhooks
from adapters.wording.instants import instant
from application.refusals import Invalid, NotFound
from projections import messages
from projections.message_texts import LANGUAGES, Language
from projections.reading import Reading


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What the account's views stand on."""

    api: ApiContext
    webhooks: Webhooks
    marks: ReadMarks
    language: str = "en"

    def language_of(self, request: ApiRequest) -> Language:
        """The language that messages are told in: the one that is asked for, else the deployment's."""
        return cast("Language", spoken(request.languages, LANGUAGES, self.language))

    def unread(self, reading: Reading, member: str) -> int:
        """How many messages a member has not read."""
        return messages.unread(reading, member, self.marks.of(member))


ACCOUNT: Router[AccountContext] = Router("account", roles=("merchant",))


def webhook_words(webhook: Webhook) -> dict[str, Any]:
    """A webhook as its member sees it."""
    return {
        "url": webhook.url,
        "created_at": instant(webhook.created_at),
        "failing_since": instant(webhook.failing_since),
        "last_failure": webhook.last_failure,
        "pending": webhook.pending,
        "dead_letters": webhook.dead_letters,
        "disabled": webhook.disabled,
        "language": webhook.language,
    }


def webhook_now(context: AccountContext, request: ApiRequest) -> Mapping[str, Any]:
    """The body of the webhook's own GET."""
    webhook = context.webhooks.get(context.api.member(request.caller).member_id)
    if webhook is None:
        raise NotFound
    return webhook_words(webhook)


@ACCOUNT.get("/messages", page_of(shapes.Message, feed=True), query=MessagesQuery, lists=True)
def follow_messages(context: AccountContext, request: ApiRequest) -> Answered:
    """Follow what one was told, oldest first, in the language that `Accept-Language` asks for.

    There are English and simplified Chinese. With `newest` the newest come first, and each `next` leads to older ones until none are left.
    """
    member = context.api.member(request.caller)
    with context.api.reading() as reading:
        part = messages.newest_of_member if request.query["newest"] else messages.of_member
        page = part(reading, member.member_id, request.page.limit, after(request))
    language = context.language_of(request)
    body = paged(request, page, lambda one: message_words(one, language))
    return Reply(200, body, {"Content-Language": language, "Vary": "Accept-Language"})


@ACCOUNT.get("/messages/unread", shapes.Unread)
def count_unread(context: AccountContext, request: ApiRequest) -> Answered:
    """How many messages one has not read."""
    member = context.api.member(request.caller)
    with context.api.reading() as reading:
        return {"count": context.unread(reading, member.member_id)}


@ACCOUNT.put("/messages/read", shapes.Unread, body=shapes.ReadBody, also=(), codes=("not_found",))
def mark_read(context: AccountContext, request: ApiRequest) -> Answered:
    """Say up to which message one has read; what was read stays so. Answers how many are left."""
    member = context.api.member(request.caller).member_id
    until = _since(request.body["until"], "until")
    with context.api.reading() as reading:
        line = messages.read_until(reading, member, until)
        if line is None and isinstance(until, str):
            raise NotFound
        context.marks.advance(member, line or 0)
        return {"count": context.unread(reading, member)}


@ACCOUNT.put("/webhooks", shapes.WebhookMade, body=shapes.WebhookBody, codes=("destination_refused",), current=webhook_now)
def put_webhook(context: AccountContext, request: ApiRequest) -> Answered:
    """Have one's messages sent to a URL, signed by the Standard Webhooks specification.

    Their texts are in `language`, else in the one that `Accept-Language` of this request asks for, else in the deployment's.
    The secret is shown this once. Putting again replaces it; the former one signs beside it for another 24 hours.
    """
    member = context.api.member(request.caller)
    request.precondition()
    language = request.body["language"] or (context.language_of(request) if request.languages else None)
    made = context.webhooks.put(member.member_id, request.body["url"], language)
    return Reply(201 if made.new else 200, {**webhook_words(made.webhook), "secret": made.secret})


@ACCOUNT.get("/webhooks", shapes.Webhook, codes=("not_found",))
def read_webhook(context: AccountContext, request: ApiRequest) -> Answered:
    """Read one's webhook: how it fares, what waits, what was given up."""
    return webhook_now(context, request)


@ACCOUNT.delete("/webhooks", codes=("not_found",), current=webhook_now)
def delete_webhook(context: AccountContext, request: ApiRequest) -> Answered:
    """Have nothing sent any more."""
    member = context.api.member(request.caller)
    request.precondition()
    if not context.webhooks.delete(member.member_id):
        raise NotFound
    return None


@ACCOUNT.post(
    "/webhooks/redelivery",
    shapes.Redelivery,
    body=shapes.RedeliveryBody,
    codes=("not_found", "nothing_to_deliver"),
    current=webhook_now,
)
def redeliver(context: AccountContext, request: ApiRequest) -> Answered:
    """Have messages sent again, in order, from one message or instant on; what was given up as well."""
    member = context.api.member(request.caller)
    since = _since(request.body["from_"], "from")

    def queued(*_: object) -> dict[str, Any]:
        """The queue lies beside the log, and changes the webhook as it is read: it is filled once the condition has held."""
        return {"queued": context.webhooks.redeliver(member.member_id, since)}

    return request.command(context.api.platform, "redelivery", member.member_id, lambda _: None, queued)


def _since(written: str, field: str) -> str | datetime:
    """A message's id, or an instant."""
    if not INSTANT.fullmatch(written):
        return written
    try:
        found: datetime = Instant().deserialize(written)
    except ValidationError as wrong:
        raise Invalid({field: [str(message) for message in wrong.messages]}) from None
    return found
