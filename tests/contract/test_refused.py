"""What is refused of a request has an id of its own, whether or not the attempt was kept (rules B3, C1, D5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.http.schemas.common import AllRefused
from adapters.http.schemas.merchant import Filed, Lodged
from adapters.system.settings import Settings
from tests.adapters.http.documented import assert_documented
from tests.contract.shop import Shop
from tests.fakes import picture

A_DAY = 20
"""Refused attempts of one actor that the built-in rulebook keeps a day."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store")))
    yield opened
    opened.close()


def ids_of(body: dict[str, Any]) -> list[str]:
    return [one["id"] for one in body["refused"]]


def recorded(shop: Shop) -> list[dict[str, Any]]:
    """Every event of the log."""
    return [json.loads(line) for line in shop["aud"]("GET", "/audit/events?limit=200").data.splitlines()]


@pytest.mark.rule("C1", "D5")
def test_a_refused_link_bears_the_id_of_its_recorded_attempt(shop: Shop) -> None:
    filing, link = shop.filing("alice"), shop.listing("mallory", "L1")
    body = {"filing_id": filing, "links": [link, "nonsense", link], "statement": "mine"}
    told = shop["alice"].ok("POST", "/complaints", body)
    assert_documented(told, Lodged)
    assert [one["reasons"][0]["code"] for one in told["refused"]] == ["malformed_link", "duplicate_link"]
    attempts = {one["id"]: one for one in recorded(shop) if one["type"] == "AttemptRefused"}
    assert sorted(attempts) == sorted(ids_of(told))
    again = shop["alice"]("POST", "/complaints", {**body, "links": [link]})
    assert again.status_code == 422
    assert_documented(again.data, AllRefused)
    assert ids_of(json.loads(again.data))[0] not in attempts


@pytest.mark.rule("C1", "D5")
def test_beyond_the_attempts_of_a_day_a_refused_link_still_has_an_id(shop: Shop) -> None:
    filing = shop.filing("alice")
    body = {"filing_id": filing, "links": [f"nonsense {number}" for number in range(A_DAY + 5)], "statement": "mine"}
    first = shop["alice"]("POST", "/complaints", body, **{"Idempotency-Key": "k"})
    told = json.loads(first.data)
    assert_documented(told, AllRefused)
    assert len(set(ids_of(told))) == A_DAY + 5
    kept = [one["id"] for one in recorded(shop) if one["type"] == "AttemptRefused"]
    assert sorted(kept) == sorted(ids_of(told)[:A_DAY])
    assert shop["alice"]("POST", "/complaints", body, **{"Idempotency-Key": "k"}).data == first.data


@pytest.mark.rule("F2", "D5")
def test_a_link_refused_in_one_step_from_a_sighting_has_an_id(shop: Shop) -> None:
    filing = shop.filing("alice", "coat")
    link = shop.listing("mallory", "L1", picture("coat", "stolen"))
    (seen,) = shop["alice"].all("/sightings?status=new")
    shop.lodge("alice", filing, link)
    told = shop["alice"]("POST", f"/sightings/{seen['id']}/complaint", {"statement": "mine"})
    assert told.status_code == 422
    assert_documented(told.data, AllRefused)
    shop["market"].ok("PUT", "/marketplace/listings/L2", {"link": link, "seller": "fred", "title": "Another"})
    told = shop["alice"]("POST", f"/sightings/{seen['id']}/complaint", {"statement": "mine"})
    assert_documented(told.data, AllRefused)
    assert json.loads(told.data)["refused"][0]["reasons"][0]["code"] == "unknown_listing"
    assert ids_of(json.loads(told.data))[0] in {one["id"] for one in recorded(shop) if one["type"] == "AttemptRefused"}


@pytest.mark.rule("B3", "D5")
def test_beyond_the_attempts_of_a_day_a_refused_picture_still_has_an_id(shop: Shop) -> None:
    shop.filing("alice")
    files = [(f"{number}.gif", picture(f"scene {number}")) for number in range(A_DAY + 2)]
    told = shop["alice"]("POST", "/folders/spring/pictures", files=files)
    assert told.status_code == 422
    assert_documented(told.data, AllRefused)
    assert len(set(ids_of(json.loads(told.data)))) == A_DAY + 2
    listed = [one["id"] for one in shop["alice"].all("/refused-pictures")]
    assert sorted(listed) == sorted(ids_of(json.loads(told.data))[:A_DAY])
    mixed = shop["alice"].ok("POST", "/folders/spring/pictures", files=[files[0], ("good.jpg", picture("good"))])
    assert_documented(mixed, Filed)


@pytest.mark.parametrize("path", ["/complaints", "/sightings/{id}/complaint", "/folders/{name}/pictures"])
def test_the_document_shows_what_is_refused(shop: Shop, path: str) -> None:
    """With an example; the problem's schema has `refused[]`, each with an id."""
    answer = shop.document["paths"][f"/v1{path}"]["post"]["responses"]["422"]["content"]["application/problem+json"]
    assert {"$ref": "#/components/schemas/AllRefused"} in answer["schema"]["anyOf"]
    (refused,) = answer["examples"]["all_refused"]["value"]["refused"]
    assert refused["id"]
    assert "id" in shop.document["components"]["schemas"]["Refused"]["required"]


def test_a_long_file_name_is_cut_and_keeps_its_suffix(shop: Shop) -> None:
    """It stops no other file of the request, nor itself."""
    shop.filing("alice")
    files = [("n" * 300 + ".jpg", picture("long")), ("good.jpg", picture("good"))]
    told = shop["alice"].ok("POST", "/folders/spring/pictures", files=files)
    assert [one["name"] for one in told["filings"]] == ["n" * 251 + ".jpg", "good.jpg"]
    odd = shop["alice"]("POST", "/folders/spring/pictures", files=[("a." + "n" * 300, picture("odd"))])
    assert json.loads(odd.data)["refused"][0]["file"] == "a." + "n" * 253
