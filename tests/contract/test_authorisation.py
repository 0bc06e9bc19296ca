"""Who may ask what: every operation of the OpenAPI document by every role, by the owner, the other party and a stranger, and with
no token, an expired and a forged one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from adapters.identity.tokens import issue_token
from adapters.system.settings import Settings
from tests.contract.scene import STAFF, TABLE, Scene, operations
from tests.contract.shop import Shop


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("matrix"))))
    yield Scene(shop)
    shop.close()


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json", answer.data
    problem = json.loads(answer.data)
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


@pytest.mark.rule("A2")
def test_every_operation_of_the_document_is_tabled(scene: Scene) -> None:
    assert set(operations(scene.shop)) <= set(TABLE), "table each new operation: who may ask it?"


@pytest.mark.rule("A2")
def test_without_a_good_token_nobody_comes_in(scene: Scene) -> None:
    shop = scene.shop
    another = str(shop.settings.keys_directory) + "-another"
    s = shop.settings
    tried: set[str] = set()
    for name, operation in operations(shop).items():
        row = TABLE[name]
        if not operation["roles"]:
            assert scene.ask(None, operation, row).status_code == 200, name
            continue
        role, subject = operation["roles"][0], row.owner
        good = shop.token(role, subject)
        head, body, signature = good.split(".")
        bad = {
            "none": None,
            "expired": shop.token(role, subject, ttl=-1),
            "forged by another key": issue_token(
                type(s.keys_directory)(another), s.token_issuer, s.token_audience, role=role, subject=subject
            ),
            "of another issuer": issue_token(s.keys_directory, "somebody", s.token_audience, role=role, subject=subject),
            "for another audience": issue_token(s.keys_directory, s.token_issuer, "somewhere", role=role, subject=subject),
            "unsigned": "eyJhbGciOiJub25lIn0." + body + ".AA",
            "another's claims": f"{head}.{scene.token('eve').split('.')[1] if row.owner != 'eve' else ''}.{signature}",
            "no token": "x",
        }
        # every kind of bad token once for each role, the three that somebody may really have at every operation
        for what in bad if role not in tried else ("none", "expired", "forged by another key"):
            token = bad[what]
            answer = scene.ask(token, operation, row)
            assert code(answer) == (401, "unauthenticated"), (name, what)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        tried.add(role)


@pytest.mark.rule("A2")
def test_another_role_is_refused(scene: Scene) -> None:
    for name, operation in operations(scene.shop).items():
        if not operation["roles"]:
            continue
        for role in {*STAFF, "merchant"} - set(operation["roles"]):
            answer = scene.ask(scene.shop.token(role, f"any-{role}"), operation, TABLE[name])
            assert code(answer) == (403, "forbidden"), (name, role)


@pytest.mark.rule("A2", "C5")
def test_what_belongs_to_others_is_not_there(scene: Scene) -> None:
    for name, operation in operations(scene.shop).items():
        row = TABLE[name]
        if "merchant" not in operation["roles"]:
            continue
        for stranger in sorted({"alice", "mallory", "carol", "dave", "eve", "somebody-new"} - {row.owner}):
            if row.others is None or (row.path == "folder" and stranger == "carol"):
                continue
            answer = scene.ask(scene.token(stranger), operation, row)
            assert code(answer)[0] == row.others, (name, stranger)


@pytest.mark.rule("A2", "C5")
def test_an_id_of_another_kind_and_one_of_nothing_are_not_there_either(scene: Scene) -> None:
    for name, operation in operations(scene.shop).items():
        row = TABLE[name]
        if row.path in ("", "event", "seller") or name in ("put_listing", "read_rulebook"):
            continue
        for wrong in ("00000000000000000000000000000000", scene.ids["refused"], scene.ids["request"], "alice'; --"):
            if wrong == scene.ids.get(row.path):
                continue
            answer = scene.ask(scene.token(row.owner), operation, row, {**scene.ids, row.path: wrong})
            assert code(answer)[0] == 404, (name, wrong)


@pytest.mark.rule("C5", "A2")
def test_lists_show_strangers_nothing(scene: Scene) -> None:
    for path in scene.shop.readable_by("merchant"):
        for stranger in ("eve", "mallory", "carol"):
            heard = scene.shop.member(stranger, f"{stranger}-nick")("GET", path).data.decode()
            assert not [known for known in scene.alices if known in heard], (path, stranger)
    received = scene.shop.member("dave", "dave-nick").all("/authorizations?side=received")
    assert [one["id"] for one in received] == [scene.ids["authorization"]]


@pytest.mark.rule("A2")
def test_whoever_may_is_answered(scene: Scene) -> None:
    """Last, for it changes the scene: reads first, then commands, what ends things at the end."""
    last = ("revoke_authorization", "withdraw_complaint", "lift_complaint", "decide_dispute", "delete_webhook")
    found = operations(scene.shop)
    for name in sorted(found, key=lambda one: (found[one]["method"] != "GET", one in last)):
        operation, row = found[name], TABLE[name]
        roles = {role: STAFF.get(role, row.owner) for role in operation["roles"]} or {"none": "nobody"}
        for role, subject in roles.items():
            token = scene.shop.token(role, subject) if role != "none" else None
            answer = scene.ask(token, operation, row)
            assert answer.status_code in row.statuses, (name, role, answer.status_code, answer.data[:300])
            assert str(answer.status_code) in operation["responses"], (name, answer.status_code)
