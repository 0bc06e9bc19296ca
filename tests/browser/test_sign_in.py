"""Signing in at the marketplace: OpenID Connect's code flow with PKCE against a provider from a package, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from adapters.system.settings import Settings
from tests.contract.shop import Shop

pytestmark = pytest.mark.slow
provider = pytest.importorskip("oidc_provider_mock", reason="the provider is not installed")


@pytest.fixture
def issuer() -> Iterator[str]:
    with provider.run_server_in_thread(port=0) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def shop(tmp_path: Path, issuer: str) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store"), oidc_issuer=issuer, oidc_client_id="console", oidc_client_secret="hush"))
    yield opened
    opened.close()


def _enrolled(issuer: str, subject: str, **claims: object) -> None:
    httpx.put(f"{issuer}/users/{subject}", json=claims).raise_for_status()


def _came_back(address: str, subject: str) -> str:
    """What the provider sends the browser back to, once the person has agreed."""
    answer = httpx.post(address, data={"sub": subject}, follow_redirects=False)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["Location"]


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


@pytest.mark.rule("A2")
def test_a_person_of_the_marketplace_signs_in(shop: Shop, issuer: str) -> None:
    _enrolled(issuer, "rui", roles=["reviewer"])
    browser = shop.app.test_client()
    away = browser.post("/console/sign-in/marketplace", data={"next": "/console/desk/appeals"})
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    back = _came_back(away.headers["Location"], "rui")
    signed = browser.get(_path(back))
    assert (signed.status_code, signed.headers["Location"]) == (303, "/console/desk/appeals")
    assert browser.get("/console/desk/appeals").status_code == 200
    assert browser.get("/console/audit/log").status_code == 403
    again = browser.get(_path(back))  # a code is good once, and only where it was begun
    assert again.status_code == 422
    assert shop.app.test_client().get(_path(back)).status_code == 422


def test_what_was_not_begun_here_or_is_refused_there_signs_nobody_in(shop: Shop, issuer: str) -> None:
    _enrolled(issuer, "rui", roles=["reviewer"])
    browser, other = shop.app.test_client(), shop.app.test_client()
    away = browser.post("/console/sign-in/marketplace")
    back = _came_back(away.headers["Location"], "rui")
    other.post("/console/sign-in/marketplace")
    assert other.get(_path(back)).status_code == 422  # another browser's code
    refused = browser.post("/console/sign-in/marketplace")
    state = parse_qs(urlsplit(refused.headers["Location"]).query)["state"][0]
    assert browser.get(f"/console/sign-in/return?error=access_denied&state={state}").status_code == 422
    assert browser.get("/console").status_code == 303


def test_a_marketplace_that_does_not_answer_is_said(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path / "store"), oidc_issuer="http://127.0.0.1:9"))
    assert shop.app.test_client().post("/console/sign-in/marketplace").status_code == 503
    assert shop.app.test_client().get("/console/sign-in/return?code=x&state=y").status_code == 422
    shop.close()
