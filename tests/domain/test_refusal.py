"""Which refusals are facts is said where they are raised, and of one code the same everywhere (rule D5)."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.rule("D5")
def test_a_code_is_a_refused_attempt_wherever_it_is_raised_or_nowhere() -> None:
    raised: dict[object, set[str]] = defaultdict(set)
    for room in ("domain", "application"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id="Refusal" | "RefusedAttempt" as name), args=[ast.Constant(value=code), *_]):
                        raised[code].add(name)
                    case _:
                        pass
    assert raised["claimed"] == {"RefusedAttempt"} and raised["text_too_long"] == {"Refusal"}
    assert [code for code, names in raised.items() if len(names) > 1] == []
