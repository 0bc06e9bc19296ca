"""What a client takes."""

from __future__ import annotations

import pytest

from adapters.http.accept import spoken, welcome


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        ("", True),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/json;version=2;q=0.5", True),
        ("text/html, application/*;q=0.1", True),
        ("text/html,*/*;q=0.8", True),
        ("*/*, application/json;q=0", False),
        ("application/*;q=0, */*", False),
        ("text/html", False),
        ("application/jsonp", False),
        ("application/json;q=none", False),
        ("application/json;q=0, application/json;version=1", True),
        (",;,", False),
    ],
)
def test_a_type_is_compared_by_type_and_subtype(accept: str, taken: bool) -> None:
    assert welcome(accept, "application/json") is taken


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,en;q=0.5", "zh"),
        ("en;q=0.3, zh-Hans-CN;q=0.4", "zh"),
        ("de, fr", "en"),
        ("de, zh;q=0", "en"),
        ("*", "en"),
        ("de, *;q=0.5, zh;q=0.1", "en"),
        (";;;", "en"),
    ],
)
def test_the_language_that_is_asked_for_most_is_spoken(asked: str, told: str) -> None:
    assert spoken(asked, ("en", "zh"), "en") == told
