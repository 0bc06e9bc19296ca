"""What a client takes."""

from __future__ import annotations

import pytest

from adapters.http.accept import welcome


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
