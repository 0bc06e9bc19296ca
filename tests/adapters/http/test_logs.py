"""What is logged: the arguments, and nobody's words."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from adapters.http.logs import JsonLines


@pytest.mark.parametrize(
    ("message", "arguments", "event"),
    [
        ("%d of %s for %s", (3, 4.5, "alice\x1b"), "3 of 4.5 for (str)"),
        ("%(n)d by %(who)s", ({"n": 3, "who": "alice"},), "3 by (str)"),
        ("failed: %r", (ValueError("alice"),), "failed: '(ValueError)'"),
        ("%d things", ("alice",), "%d things"),
        ("plain 100%", (), "plain 100%"),
    ],
)
def test_arguments_are_told_as_far_as_they_are_nobodys(message: str, arguments: Any, event: str) -> None:
    record = logging.LogRecord("library", logging.INFO, "file", 1, message, arguments, None)
    line = JsonLines().format(record)
    assert json.loads(line)["event"] == event
    assert "alice" not in line and line.isascii()
