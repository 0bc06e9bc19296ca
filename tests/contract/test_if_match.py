"""Every command on an object with a GET of its own honours If-Match, by the table of operations: none can be forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.system.settings import Settings
from tests.contract.scene import TABLE, Row, Scene, operations
from tests.contract.shop import Shop

ENDINGS = ("revoke_authorization", "withdraw_complaint", "lift_complaint", "withdraw_filing", "delete_webhook")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("if-match")), webhook_allow_private=True))
    made = Scene(shop)
    shop["alice"].ok("PUT", "/webhooks", {"url": "http://127.0.0.1:9/hook"})
    yield made
    shop.close()


def object_of(document: dict[str, Any], path: str) -> str | None:
    """The path of the object that a command is on: the nearest one, its own or above it, whose GET answers an object and no list."""
    while path:
        read = document["paths"].get(path, {}).get("get")
        if read is not None and "after" not in [one["name"] for one in read["parameters"]]:
            return path if "application/json" in read["responses"]["200"]["content"] else None
        path = path.rpartition("/")[0]
    return None


def commands(shop: Shop) -> dict[str, tuple[dict[str, Any], Row, dict[str, Any]]]:
    """Commands on an object that can be read, each with its row and the object's GET."""
    found: dict[str, tuple[dict[str, Any], Row, dict[str, Any]]] = {}
    for name, operation in operations(shop).items():
        read = object_of(shop.document, operation["path"])
        if operation["method"] != "GET" and read is not None:
            found[name] = (operation, TABLE[name], {"path": read, "method": "GET"})
    return dict(sorted(found.items(), key=lambda one: one[0] in ENDINGS))


def test_the_commands_on_objects_are_found(scene: Scene) -> None:
    assert {
        "accept_complaint",
        "decide_appeal",
        "disclose_parties",
        "give_filing_vouchers",
        "move_test_clock",
        "open_appeal",
        "put_listing_pictures",
        "redeliver",
        "sign",
        "withdraw_complaint",
    } <= set(commands(scene.shop))


def test_as_another_object_was_read_nothing_is_done(scene: Scene) -> None:
    for name, (operation, row, read) in commands(scene.shop).items():
        token = scene.token(row.owner)
        before = scene.ask(token, read, row._replace(query="")).data
        answer = scene.ask(token, operation, row, **{"If-Match": '"0"'})
        assert answer.status_code == 412, (name, answer.status_code, answer.data[:200])
        assert json.loads(answer.data)["code"] == "precondition_failed", name
        assert "412" in operation["responses"] and "If-Match" in [one["name"] for one in operation["parameters"]], name
        assert scene.ask(token, read, row._replace(query="")).data == before, name


def test_as_it_was_read_it_is_done(scene: Scene) -> None:
    """Last, for it changes the scene."""
    for name, (operation, row, read) in commands(scene.shop).items():
        token = scene.token(row.owner)
        seen = scene.ask(token, read, row._replace(query=""))
        assert seen.status_code == 200, name
        answer = scene.ask(token, operation, row, **{"If-Match": str(seen.headers["ETag"])})
        assert answer.status_code in row.statuses, (name, answer.status_code, answer.data[:300])
