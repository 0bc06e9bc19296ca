"""The OpenAPI document says what is so: valid, with an example of everything, and every schema's example fits its schema."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema

from adapters.http import schemas
from adapters.http.examples import example_of
from adapters.http.problems import CODES
from adapters.http.schemas.common import page_of
from adapters.http.schemas.fields import INSTANT_YEARS, Received, Shown
from tests.adapters.http.conftest import Visitor
from tests.adapters.http.documented import assert_documented


def _all_schemas() -> Iterator[type[Schema]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        found = importlib.import_module(f"{schemas.__name__}.{module.name}")
        for kind in vars(found).values():
            if (
                isinstance(kind, type)
                and issubclass(kind, Received | Shown)
                and kind.__module__ == found.__name__
                and kind not in (Received, Shown)
            ):
                yield kind


ALL = sorted(_all_schemas(), key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_example_fits_its_schema(kind: type[Schema]) -> None:
    assert kind.__doc__
    if kind.__name__ != "Paging" and not kind.__name__.endswith("Query"):  # a query is text, its example in the document typed
        assert_documented(example_of(kind), kind)


def test_a_page_fits_and_a_feed_never_ends() -> None:
    from adapters.http.schemas.account import Message

    assert_documented({"items": [], "next": None}, page_of(Message))
    with pytest.raises(AssertionError):
        assert_documented({"items": [], "next": None}, page_of(Message, feed=True))


def document(visit: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = visit.client.get("/openapi.json").json
    return found


def operations(visit: Visitor) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document(visit)["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_it_is_a_valid_document_of_3_1(visit: Visitor) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    found = document(visit)
    assert found["openapi"] == "3.1.0"
    validator.validate(found)


def test_every_operation_has_its_problems_roles_and_examples(visit: Visitor) -> None:
    for path, method, operation in operations(visit):
        secured = path.startswith("/v1") or path == "/metrics"
        assert operation["security"] == ([{"bearer": []}] if secured else []), path
        assert bool(operation["x-roles"]) == secured
        assert {"401", "403"} <= set(operation["responses"]) or not secured
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                if kind == "application/problem+json":
                    assert {CODES[code][0] for code in content["examples"]} == {int(status)}
                elif kind == "application/json" and content["schema"]:
                    assert content["example"], (path, method)
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            assert kind != "application/json" or "example" in content


def test_conditions_and_keys_are_declared_where_they_are_honoured(visit: Visitor) -> None:
    names = {(path, method): {p["name"] for p in operation["parameters"]} for path, method, operation in operations(visit)}
    assert names["/v1/notes", "post"] == {"Idempotency-Key"}
    assert names["/v1/notes", "get"] == {"kind", "limit", "after", "If-None-Match"}
    assert names["/v1/notes/{id}", "put"] == {"id", "If-Match"}
    assert names["/v1/trouble/{n}", "post"] == {"n", "Idempotency-Key"}


def test_what_is_received_is_closed_and_what_is_sent_is_open(visit: Visitor) -> None:
    components = document(visit)["components"]["schemas"]
    assert components["NoteBody"]["additionalProperties"] is False
    assert "additionalProperties" not in components["Note"]
    assert components["NoteBody"]["properties"]["until"] == {
        "type": ["string", "null"],
        "format": "date-time",
        "pattern": INSTANT_YEARS,
        "default": None,
        "examples": ["2026-02-12T02:00:00Z"],
    }


def test_bodies_without_required_members_are_optional(visit: Visitor) -> None:
    paths = document(visit)["paths"]
    assert paths["/v1/notes/{id}/reading"]["post"]["requestBody"]["required"] is False
    assert paths["/v1/notes"]["post"]["requestBody"]["required"] is True
    assert set(paths["/v1/papers"]["post"]["requestBody"]["content"]) == {"application/json", "application/toml"}
    file = paths["/v1/boxes/{name}/files"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert (file["required"], file["properties"]["kind"]["enum"]) == (["file"], ["raw", "other"])


def test_the_table_of_codes_holds_the_contracts() -> None:
    contract = {
        400: "malformed",
        401: "unauthenticated",
        403: "forbidden entrance_closed declaration_missing terminated suspended",
        404: "not_found unknown_folder",
        409: "already_decided case_closed appeal_open window_closed appeals_exhausted appeal_not_open same_reviewer claimed too_early "
        "already_special not_withdrawable nothing_to_lift not_reopenable filing_in_use filing_not_protected not_disputable not_terminated "
        "not_in_the_future version_taken clock_backwards",
        412: "preview_stale",
        422: "all_refused unknown_nickname invalid too_many_links too_many_files text_too_long rulebook_invalid idempotency_mismatch",
    }
    for status, codes in contract.items():
        assert {CODES[code][0] for code in codes.split()} == {status}


def test_it_says_where_it_is_served_under_which_licence_and_what_webhooks_bring(visit: Visitor) -> None:
    found = document(visit)
    assert found["servers"][0]["url"] == "/"
    assert found["info"]["license"]["identifier"] == "Apache-2.0"
    assert [tag["name"] for tag in found["tags"] if not tag.get("description")] == []
    sent = found["webhooks"]["message"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert sent["properties"]["data"] == {"$ref": "#/components/schemas/Message"}
    assert "text" in found["components"]["schemas"]["Message"]["properties"]
