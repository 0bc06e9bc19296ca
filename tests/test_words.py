"""One word, one thing: what a class, a room and a code are called, over the whole tree (`docs/glossary.md` says what the words mean)."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from adapters.http.problems import CODES

ROOT = Path(__file__).parents[1]
PRODUCT = ("domain", "application", "projections", "adapters")

IN_TWO_ROOMS: dict[str, str] = {}
"""Names of classes that may stand in two rooms, each with the reason."""

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/glossary.md")

ONLY_IN_A_REPLAY = {"no_notice", "no_record"}
"""Refusals that no request can meet: over HTTP an appeal is opened on a notice, which such a case does not have."""


def sources() -> Iterator[tuple[Path, str]]:
    for top in PRODUCT:
        for file in sorted((ROOT / top).rglob("*.py")):
            yield file.relative_to(ROOT), file.read_text()


def classes(body: list[ast.stmt]) -> Iterator[str]:
    """Names of the classes among these statements and in them."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield statement.name
        for inner in ("body", "orelse", "handlers", "finalbody"):
            yield from classes(getattr(statement, inner, []))


def room(file: Path) -> str:
    """The floor of a reader: the adapters are many rooms, domain, application and projections one each."""
    return "/".join(file.parts[:2]) if file.parts[0] == "adapters" else file.parts[0]


def test_no_class_has_its_name_in_two_rooms() -> None:
    """Schemas of HTTP bodies aside: those are named as the contract names what they show."""
    rooms: dict[str, set[str]] = defaultdict(set)
    for file, text in sources():
        if "schemas" not in file.parts:
            for name in classes(ast.parse(text).body):
                if not name.startswith("_"):
                    rooms[name].add(room(file))
    twice = {name: sorted(where) for name, where in rooms.items() if len(where) > 1}
    unexplained = {name: where for name, where in twice.items() if name not in IN_TWO_ROOMS}
    assert unexplained == {}, "one word, one thing: rename one of the two, or say in IN_TWO_ROOMS why both are called so"
    assert set(IN_TWO_ROOMS) <= set(twice), "an exception that is needed no more"


def test_no_module_lies_loose_at_the_top_of_the_adapters() -> None:
    loose = [file.name for file in (ROOT / "adapters").glob("*.py") if file.name != "__init__.py"]
    assert loose == [], "give it a room; the rooms' floors are in pyproject.toml"


def test_every_code_that_something_is_refused_with_has_its_status_and_title() -> None:
    """One that is missing would be answered 409, whatever it is, with a title made of its own name."""
    codes: dict[str, str] = {}
    for file, text in sources():
        for node in ast.walk(ast.parse(text)) if "Refus" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Refusal", "RefusedAttempt") and node.args:
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        codes[part.value] = f"{file}:{node.lineno}"
    codes.pop("no_appeal", None)  # what an ending is compared with, and no code
    missing = {code: where for code, where in codes.items() if code not in CODES and code not in ONLY_IN_A_REPLAY}
    assert missing == {}, "add it to CODES in adapters/http/problems.py"


def test_every_place_that_the_documents_name_is_there() -> None:
    named = re.compile(r"`((?:domain|application|projections|adapters|tests|bench|docs)/[\w./-]*)`")
    gone = [
        f"{document}: {place}"
        for document in DOCUMENTS
        for place in named.findall((ROOT / document).read_text())
        if not (ROOT / place).exists()
    ]
    assert gone == []
