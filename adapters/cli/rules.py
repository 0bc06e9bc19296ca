"""`originals rules`: the rules of the product and the tests that cover each; a draft rulebook checked; what differs between two."""

from __future__ import annotations

import ast
import sys
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from adapters.calendars.holidays_source import known_countries
from adapters.calendars.zones import known_zones
from adapters.cli.errors import CommandError
from domain.rulebook import MAX_DOCUMENT, Rulebook, RulebookInvalid, parse_rulebook, toml_document
from domain.rulebook_differences import differences, faults

RULES = Path(__file__).with_name("rules.toml")
TESTS = Path(__file__).parents[2] / "tests"
"""Where the tests are in a checkout; an installed copy has none."""


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing lists the rules; `lint FILE` and `diff A B` are about rulebooks."""
    commands = parser.add_subparsers(dest="about", metavar="lint FILE | diff A B")
    lint = commands.add_parser("lint", help="is this rulebook valid: every key that is not")
    lint.add_argument("file", type=Path)
    diff = commands.add_parser("diff", help="what differs between two rulebooks, key by key")
    diff.add_argument("a", type=Path)
    diff.add_argument("b", type=Path)


def run(args: Namespace) -> int:
    """List the rules, or carry out what was asked about rulebooks."""
    match args.about:
        case "lint":
            return _lint(args.file)
        case "diff":
            return _diff(args.a, args.b)
        case _:
            return _listed()


def _lint(file: Path) -> int:
    """Print each key that is not valid and why. 0 where the file is a rulebook, 1 where it is none."""
    found = faults(_document(file), known_zones(), known_countries())
    for fault in found:
        print(f"{fault.path}: {fault.why}" if fault.path else fault.why)
    if not found:
        print(f"{file.name} is a valid rulebook")
    return 1 if found else 0


def _diff(a: Path, b: Path) -> int:
    """Print what differs, a line a key. 0 also where something does."""
    first, second = (_rulebook(file) for file in (a, b))
    found = differences(first, second)
    for one in found:
        print(one.words)
    if not found:
        print("They differ in nothing but what they are called." if first != second else "They are the same.")
    return 0


def _rulebook(file: Path) -> Rulebook:
    try:
        return parse_rulebook(_document(file), known_zones(), known_countries())
    except RulebookInvalid as fault:
        raise CommandError(f"{file}: {fault}") from None


def _document(file: Path) -> dict[str, object]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    if len(text) > MAX_DOCUMENT:
        raise CommandError(f"{file}: a rulebook has at most {MAX_DOCUMENT} characters")
    try:
        return toml_document(text)
    except ValueError as error:
        raise CommandError(f"{file}: not TOML: {error}") from None


def _listed() -> int:
    """Print every rule with its tests. 0 when each has one, 1 otherwise; without the tests at hand, the rules alone and 0."""
    titles = rules()
    if not TESTS.is_dir():
        for rule, title in titles.items():
            print(f"{rule:<4} {title}")
        print("originals rules: the tests are not here; run it in a checkout", file=sys.stderr)
        return 0
    tests = covered(TESTS)
    for rule, title in titles.items():
        print(f"{rule:<4} {title}")
        for test in tests.get(rule, ()):
            print(f"       {test}")
    return _judged(titles, tests)


def _judged(titles: dict[str, str], tests: dict[str, list[str]]) -> int:
    bare = [rule for rule in titles if rule not in tests]
    unknown = sorted(tests.keys() - titles.keys())
    print(f"\n{len(titles)} rules, {len(titles) - len(bare)} covered, {len({name for names in tests.values() for name in names})} tests")
    if bare:
        print(f"not covered: {', '.join(bare)}", file=sys.stderr)
    if unknown:
        print(f"tests name rules that there are not: {', '.join(unknown)}", file=sys.stderr)
    return 1 if bare or unknown else 0


def rules() -> dict[str, str]:
    """Number -> what the rule says, in the order of the sections."""
    return tomllib.loads(RULES.read_text(encoding="utf-8"))


def covered(tests: Path) -> dict[str, list[str]]:
    """Rule -> the tests that name it, as `file::test`, in the order of the files."""
    found: dict[str, list[str]] = {}
    for file in sorted(tests.rglob("test_*.py")):
        tree = ast.parse(file.read_bytes())
        whole = [rule for node in tree.body if _is_pytestmark(node) for rule in _named_in(node)]
        for name, named in _tests_of(tree.body):
            for rule in dict.fromkeys([*whole, *named]):
                found.setdefault(rule, []).append(f"{file.relative_to(tests.parent).as_posix()}::{name}")
    return found


def _tests_of(body: list[ast.stmt], outer: str = "", inherited: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The tests of a module or a class, each with the rules that its marks name."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            named = tuple(rule for mark in node.decorator_list for rule in _named_in(mark))
            yield from _tests_of(node.body, f"{outer}{node.name}::", inherited + named + _of_class(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield f"{outer}{node.name}", inherited + tuple(rule for mark in node.decorator_list for rule in _named_in(mark))
        elif isinstance(node, ast.Assign) and outer == "" and _is_state_machine(node):
            yield node.targets[0].id, ()  # type: ignore[attr-defined]


def _of_class(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(rule for inner in node.body if _is_pytestmark(inner) for rule in _named_in(inner))


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)


def _is_state_machine(node: ast.Assign) -> bool:
    """`TestX = Machine.TestCase`: how Hypothesis makes a test of a state machine."""
    target = node.targets[0]
    return isinstance(target, ast.Name) and target.id.startswith("Test") and isinstance(node.value, ast.Attribute | ast.Call)


def _named_in(node: ast.AST) -> Iterator[str]:
    """The rules that a mark names: `pytest.mark.rule("A3", "T4")`, also inside a list or a `pytest.param`."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "rule":
            yield from (one.value for one in inner.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
