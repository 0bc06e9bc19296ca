"""Whatever can be done to a case can be asked for: no act without an operation."""

from __future__ import annotations

import ast
from pathlib import Path

import adapters.http
from domain.case.events import ACTS_BY_COMMAND


def test_every_act_of_a_case_is_asked_for_by_an_operation() -> None:
    """The names of commands are arguments of the calls that carry them out."""
    asked: set[str] = set()
    for source in Path(adapters.http.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call):
                asked |= {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    assert ACTS_BY_COMMAND.keys() - asked == set()
