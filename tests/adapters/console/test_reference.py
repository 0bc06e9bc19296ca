"""The interface's reference in the console: what is vendored, under which policy, and whose tokens are given away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.console.blueprint import HERE
from adapters.console.reference import JOURNEYS
from adapters.system.settings import Settings
from tests.contract.shop import Shop

VENDORED = {
    "htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",  # htmx.org 4.0.1
    "elements.min.js": "2cb7bb60bbf2846e077e2bd8357a61785120a1ab657885d482a6bd37b034c709",  # @stoplight/elements 9.0.25
    "elements.min.css": "062127db60930e408a1598797004dfcd14742b83a059ed6b381f08d42c4b4d3c",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(Settings(store=str(tmp_path_factory.mktemp("reference")), demo_sign_in=True))
    yield shop
    shop.close()


@pytest.mark.parametrize("name", VENDORED)
def test_what_is_vendored_is_what_its_project_published(name: str) -> None:
    file = HERE / "static" / name
    assert hashlib.sha256(file.read_bytes()).hexdigest() == VENDORED[name]
    assert file.with_name(f"{name.partition('.')[0]}.LICENSE.txt").exists()


def test_the_journeys_lead_to_operations_of_the_document(demo: Shop) -> None:
    document = demo.app.test_client().get("/openapi.json").get_json()
    operations = {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}
    assert {step for _, steps in JOURNEYS for step in steps} <= operations


def test_anybody_reads_the_reference_under_a_policy_without_unsafe(demo: Shop) -> None:
    page = demo.app.test_client().get("/console/reference")
    assert page.status_code == 200
    assert b"<elements-api" in page.data
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self';")


def test_a_member_of_the_demonstration_lends_a_token_that_the_interface_takes(demo: Shop) -> None:
    page = demo.app.test_client().post("/console/reference", data={"member": "lin"}).get_data(as_text=True)
    token = page.partition("readonly>")[2].partition("<")[0]
    answer = demo.app.test_client().get("/v1/entrance", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert demo.app.test_client().post("/console/reference", data={"member": "nobody"}).status_code == 404
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert demo.app.test_client().post("/console/reference", data={"member": "lin"}, headers=elsewhere).status_code == 404


def test_where_the_demonstration_is_off_nobody_lends_a_token(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path)))
    asked = shop.app.test_client()
    assert b'name="member"' not in asked.get("/console/reference").data
    assert asked.post("/console/reference", data={"member": "lin"}).status_code == 404
    shop.close()
