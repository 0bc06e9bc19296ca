"""The member's account over HTTP: its messages, and its webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from adapters.http.account import ACCOUNT, AccountContext
from adapters.http.app import HttpParts, create_app
from adapters.http.context import ApiContext
from adapters.http.schemas.account import Message, Redelivery, Webhook, WebhookMade
from adapters.http.schemas.common import page_of
from adapters.identity.keys import keys_from
from adapters.identity.tokens import TokenVerifier
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from adapters.webhooks.deliverer import Deliverer
from adapters.webhooks.sending import Sender
from adapters.webhooks.subscriptions import Webhooks
from application.settle_due import Settling
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from tests.adapters.http.documented import assert_documented
from tests.adapters.http.house import token
from tests.adapters.webhooks.receiver import Receiver, receiving
from tests.application.world import World

Call = Callable[..., TestResponse]
Opened = tuple[World, Webhooks, Call, Receiver]


@pytest.fixture(params=[True, False], ids=["private allowed", "public only"])
def allowed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def opened(tmp_path: Path, allowed: bool) -> Iterator[Opened]:
    world = World(open_store(str(tmp_path / "store")))
    views = Views(open_engine(f"sqlite:///{tmp_path / 'views.sqlite'}"), world.stores.store, ALL)
    views.prepare()
    sender = Sender(allow_private=allowed, resolve=lambda host, _: ["127.0.0.1"] if host == "127.0.0.1" else ["93.184.216.34"])
    webhooks = Webhooks(open_engine(f"sqlite:///{tmp_path / 'webhooks.sqlite'}"), views, world.stores.sealer, sender)
    settings = Settings(store=str(tmp_path))
    verifier = TokenVerifier(keys_from(None, settings.keys_directory), settings.token_issuer, settings.token_audience)
    house = AccountContext(ApiContext(world.platform, Settling(world.platform, {}), views), webhooks, world.stores.read_marks)
    client = create_app(
        HttpParts(settings=settings, verifier=verifier, cursor_secret=b"k" * 32, routers=[ACCOUNT.bound_to(house)])
    ).test_client()

    def call(method: str, path: str, subject: str = "rene", role: str = "merchant", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token(tmp_path, role, subject)}", **options.pop("headers", {})}
        return client.open(f"/v1{path}", method=method, headers=headers, **options)

    with receiving() as receiver:
        yield world, webhooks, call, receiver
    views.engine.dispose()
    webhooks.engine.dispose()
    world.stores.close()


def notice(world: World, key: str) -> str:
    owner, seller = world.member("olga"), world.member("rene")
    case = world.lodge(owner, world.filing(owner, key), world.listing(seller, key)).cases[0]
    return world.accept(case.id).notice_id or ""


@pytest.mark.rule("C2")
def test_messages_are_followed_oldest_first_and_the_cursor_goes_on(opened: Opened) -> None:
    world, _, call, _ = opened
    empty = call("GET", "/messages").json
    assert empty == {"items": [], "next": empty["next"]}
    assert empty["next"] is not None
    first, second = notice(world, "a"), notice(world, "b")
    page = call("GET", "/messages", query_string={"limit": 1}).json
    assert_documented(page, page_of(Message, feed=True))
    assert [(one["kind"], one["about"], one["about_kind"]) for one in page["items"]] == [("notice_served", first, "notice")]
    rest = call("GET", "/messages", query_string={"after": page["next"]}).json
    assert [one["about"] for one in rest["items"]] == [second]
    last = call("GET", "/messages", query_string={"after": rest["next"]}).json
    assert (last["items"], last["next"]) == ([], rest["next"])
    told = [one["kind"] for one in call("GET", "/messages", "olga").json["items"]]
    assert told == ["complaint_accepted", "complaint_accepted"]
    assert call("GET", "/messages", role="reviewer").status_code == 403


@pytest.mark.parametrize("allowed", [True], indirect=True)
def test_a_webhook_is_put_read_put_again_and_deleted(opened: Opened) -> None:
    world, webhooks, call, receiver = opened
    assert call("GET", "/webhooks").status_code == 404
    assert call("DELETE", "/webhooks").status_code == 404
    assert call("POST", "/webhooks/redelivery", json={"from": "x"}).json["code"] == "nothing_to_deliver"
    made = call("PUT", "/webhooks", json={"url": receiver.url})
    assert_documented(made.json, WebhookMade)
    assert (made.status_code, made.json["url"]) == (201, receiver.url)
    shown = call("GET", "/webhooks")
    assert_documented(shown.json, Webhook)
    assert "secret" not in shown.json
    assert call("GET", "/webhooks", "olga").status_code == 404
    again = call("PUT", "/webhooks", json={"url": receiver.url})
    assert again.status_code == 200
    assert again.json["secret"] != made.json["secret"]
    notice(world, "a")
    assert Deliverer(webhooks).deliver_due() == 1
    assert receiver.got[0].json["data"] == call("GET", "/messages").json["items"][0]
    stale = call("DELETE", "/webhooks", headers={"If-Match": '"other"'})
    assert stale.json["code"] == "precondition_failed"
    tag = call("GET", "/webhooks").headers["ETag"]
    assert call("DELETE", "/webhooks", headers={"If-Match": tag}).status_code == 204
    assert call("GET", "/webhooks").status_code == 404


@pytest.mark.parametrize("allowed", [True], indirect=True)
def test_messages_are_sent_again_from_an_id_or_an_instant(opened: Opened) -> None:
    world, webhooks, call, receiver = opened
    notice(world, "a")
    call("PUT", "/webhooks", json={"url": receiver.url})
    message = call("GET", "/messages").json["items"][0]
    for since in (message["id"], message["at"]):
        queued = call("POST", "/webhooks/redelivery", json={"from": since}, headers={"Idempotency-Key": since})
        assert_documented(queued.json, Redelivery)
        assert queued.json == {"queued": 1}
        assert call("POST", "/webhooks/redelivery", json={"from": since}, headers={"Idempotency-Key": since}).json == {"queued": 1}
        assert Deliverer(webhooks).deliver_due() == 1
    assert [got.headers["webhook-id"] for got in receiver.got] == [message["id"]] * 2
    assert call("POST", "/webhooks/redelivery", json={"from": "nobody"}).status_code == 404
    assert call("POST", "/webhooks/redelivery", json={"from": "2026-13-01T00:00:00Z"}).json["code"] == "invalid"
    assert call("POST", "/webhooks/redelivery", json={"from": "2027-01-01T00:00:00Z"}).json == {"queued": 0}


@pytest.mark.parametrize("allowed", [False], indirect=True)
def test_destinations_that_nothing_is_sent_to_are_refused_by_name(opened: Opened) -> None:
    call = opened[2]
    for url in ("http://shop.example/", "https://127.0.0.1/", "https://me:pass@shop.example/"):
        refused = call("PUT", "/webhooks", json={"url": url})
        assert (refused.status_code, refused.json["code"]) == (422, "destination_refused")
    assert call("PUT", "/webhooks", json={"url": "nonsense"}).json["errors"][0]["field"] == "url"
    assert call("PUT", "/webhooks", json={"url": "https://shop.example/hooks"}).status_code == 201
