"""A member's account: what it was told, and the webhook that tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from adapters.http.ask import Answered, Ask, Reply
from adapters.http.endpoint import Audience
from adapters.http.front import Front, after, paged
from adapters.http.schemas import account as shapes
from adapters.http.schemas.common import page_of
from adapters.http.schemas.fields import INSTANT, Instant
from adapters.webhooks import Webhook, Webhooks
from adapters.webhooks.payload import message_words
from adapters.wording.instants import instant
from application.refusals import Invalid, NotFound
from projections import messages


@dataclass(frozen=True, slots=True)
class AccountHouse:
    """What the account's views stand on."""

    front: Front
    webhooks: Webhooks


ACCOUNT: Audience[AccountHouse] = Audience("account", roles=("merchant",))


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
    }


def webhook_now(house: AccountHouse, ask: Ask) -> Mapping[str, Any]:
    """The body of the webhook's own GET."""
    webhook = house.webhooks.get(house.front.member(ask.caller).member_id)
    if webhook is None:
        raise NotFound
    return webhook_words(webhook)


@ACCOUNT.get("/messages", page_of(shapes.Message, feed=True), lists=True)
def follow_messages(house: AccountHouse, ask: Ask) -> Answered:
    """Follow what one was told, oldest first."""
    member = house.front.member(ask.caller)
    with house.front.reading() as reading:
        page = messages.of_member(reading, member.member_id, ask.page.limit, after(ask))
    return paged(ask, page, message_words)


@ACCOUNT.put("/webhooks", shapes.WebhookMade, body=shapes.WebhookBody, codes=("destination_refused",), current=webhook_now)
def put_webhook(house: AccountHouse, ask: Ask) -> Answered:
    """Have one's messages sent to a URL, signed by the Standard Webhooks specification.

    The secret is shown this once. Putting again replaces it; the former one signs beside it for another 24 hours.
    """
    member = house.front.member(ask.caller)
    ask.precondition()
    made = house.webhooks.put(member.member_id, ask.body["url"])
    return Reply(201 if made.new else 200, {**webhook_words(made.webhook), "secret": made.secret})


@ACCOUNT.get("/webhooks", shapes.Webhook, codes=("not_found",))
def read_webhook(house: AccountHouse, ask: Ask) -> Answered:
    """Read one's webhook: how it fares, what waits, what was given up."""
    return webhook_now(house, ask)


@ACCOUNT.delete("/webhooks", codes=("not_found",), current=webhook_now)
def delete_webhook(house: AccountHouse, ask: Ask) -> Answered:
    """Have nothing sent any more."""
    member = house.front.member(ask.caller)
    ask.precondition()
    if not house.webhooks.delete(member.member_id):
        raise NotFound
    return None


@ACCOUNT.post(
    "/webhooks/redelivery",
    shapes.Redelivery,
    body=shapes.RedeliveryBody,
    codes=("not_found", "nothing_to_deliver"),
    current=webhook_now,
)
def redeliver(house: AccountHouse, ask: Ask) -> Answered:
    """Have messages sent again, in order, from one message or instant on; what was given up as well."""
    member = house.front.member(ask.caller)
    since = _since(ask.body["from_"])

    def queued(*_: object) -> dict[str, Any]:
        """The queue lies beside the log, and changes the webhook as it is read: it is filled once the condition has held."""
        return {"queued": house.webhooks.redeliver(member.member_id, since)}

    return ask.command(house.front.platform, "redelivery", member.member_id, lambda _: None, queued)


def _since(written: str) -> str | datetime:
    if not INSTANT.fullmatch(written):
        return written
    try:
        found: datetime = Instant().deserialize(written)
    except ValidationError as wrong:
        raise Invalid({"from": [str(message) for message in wrong.messages]}) from None
    return found
