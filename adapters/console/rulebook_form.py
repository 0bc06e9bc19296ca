"""A rulebook as a form, made from its JSON Schema: fields from a document, and a document from what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import tomli_w
from msgspec import Struct

from adapters.console.whole_numbers import whole

Schema = Mapping[str, Any]
NOTHING: Final = ""
"""What stands in a field for no value."""
ALWAYS: Final = ("name", "version", "effective_from")
"""What a draft says even where it is built in."""
MOST_ROWS: Final = 8
"""Rows of a list that a form offers; longer ones are drafted as TOML."""


class DraftField(Struct, frozen=True):
    """One field: the key's path, how it is asked for (`text`, `long`, `number`, `choice`, `flag`, `many`), its value and what it may be."""

    path: str
    kind: str
    value: Any
    default: Any
    options: Sequence[str] = ()
    least: int | None = None
    most: int | None = None

    @property
    def group(self) -> str:
        """The row of a list that it belongs to, counted from 1: `windows 2`; empty for none."""
        head, row, _ = self._apart
        return f"{head.rpartition('.')[2]} {int(row) + 1}" if row else ""

    @property
    def label(self) -> str:
        """The key inside its section or row."""
        return self._apart[2] or self.path.partition(".")[2] or self.path

    @property
    def _apart(self) -> tuple[str, str, str]:
        found = re.fullmatch(r"(.+?)\.(\d+)\.(.+)", self.path)
        return (found[1], found[2], found[3]) if found else ("", "", "")


class DraftSection(Struct, frozen=True):
    """The fields of one section of the rulebook; the first one has those that stand above all sections."""

    name: str
    about: str
    entries: list[DraftField]


def form_of(schema: Schema, document: Mapping[str, Any]) -> list[DraftSection]:
    """The sections of a rulebook's form, filled from a document; what it leaves out shows the built-in value."""
    whole = _resolved(schema, schema)
    plain, sections = [], []
    for name, inner in whole["properties"].items():
        found = _resolved(schema, inner)
        value = document.get(name, inner.get("default"))
        if found.get("type") == "object":
            sections.append(DraftSection(name, found.get("description", ""), list(_entries(schema, inner, value, name))))
        else:
            plain += list(_entries(schema, inner, value, name))
    return [DraftSection("", "", plain), *sections]


def document_of(schema: Schema, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What was typed, without what is built in and without empty rows. A number that is none stays text, for the validation to name."""
    whole = _resolved(schema, schema)
    found = {name: _value(schema, inner, typed, name) for name, inner in whole["properties"].items()}
    return shortened(schema, found)


def shortened(schema: Schema, document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what is built in."""
    whole = _resolved(schema, schema)
    kept = {name: _without_defaults(schema, whole["properties"][name], value) for name, value in document.items()}
    return {name: document[name] if name in ALWAYS else value for name, value in kept.items() if name in ALWAYS or value not in (None, {})}


def toml_of(document: Mapping[str, Any]) -> str:
    """The document as TOML."""
    return tomli_w.dumps(_without_none(document))


def _resolved(schema: Schema, inner: Schema) -> Schema:
    """What a reference means; of what may also be absent, what it is where it is there."""
    named = [str(one["$ref"]).rpartition("/")[2] for one in (inner, *inner.get("anyOf", ())) if "$ref" in one]
    return schema["$defs"][named[0]] if named else inner


def _entries(schema: Schema, inner: Schema, value: Any, path: str) -> Iterator[DraftField]:
    found, default = _resolved(schema, inner), inner.get("default")
    if found.get("type") == "object":
        for name, each in found["properties"].items():
            given = value.get(name, each.get("default")) if isinstance(value, Mapping) else each.get("default")
            yield from _entries(schema, each, given, f"{path}.{name}")
    elif found.get("type") == "array" and "enum" not in found["items"]:
        rows = list(value or [])[:MOST_ROWS]
        for number, row in enumerate([*rows, *([{}] if len(rows) < MOST_ROWS else [])]):
            yield from _entries(schema, found["items"], row or {"days": None}, f"{path}.{number}")
    else:
        yield _entry(found, value, default, path)


def _entry(found: Schema, value: Any, default: Any, path: str) -> DraftField:
    choices = found.get("enum") or [one for each in found.get("anyOf", ()) for one in each.get("enum", ())]
    if found.get("type") == "array":
        return DraftField(path, "many", value or [], default, found["items"]["enum"])
    if choices:
        empty = [NOTHING] if "anyOf" in found or value is None else []
        return DraftField(path, "choice", value or NOTHING, default, [*empty, *choices])
    if found.get("type") == "boolean":
        return DraftField(path, "flag", bool(value), default)
    if found.get("type") == "integer":
        return DraftField(path, "number", NOTHING if value is None else value, default, (), found.get("minimum"), found.get("maximum"))
    long = found.get("maxLength", 0) > 200
    return DraftField(path, "long" if long else "text", NOTHING if value is None else value, default)


def _value(schema: Schema, inner: Schema, typed: Mapping[str, Sequence[str]], path: str) -> Any:
    found = _resolved(schema, inner)
    if found.get("type") == "object":
        inside = {name: _value(schema, each, typed, f"{path}.{name}") for name, each in found["properties"].items()}
        absent = "anyOf" in inner and all(inside[name] is None for name in found.get("required", ()))
        return None if absent else inside
    if found.get("type") == "array" and "enum" not in found["items"]:
        rows = [_value(schema, found["items"], typed, f"{path}.{number}") for number in range(MOST_ROWS)]
        return [_without_none(row) for row in rows if row.get("days") not in (None, NOTHING)] or None
    given = list(typed.get(path, ()))
    if found.get("type") == "array":
        order = [*(inner.get("default") or ()), *found["items"]["enum"]]
        return sorted(given, key=lambda one: order.index(one) if one in order else len(order)) or None
    if found.get("type") == "boolean":
        return bool(given)
    text = given[0].strip() if given else NOTHING
    if found.get("type") == "integer":
        number = whole(text)
        return (text or None) if number is None else number
    return text or None


def _without_defaults(schema: Schema, inner: Schema, value: Any) -> Any:
    """A section without the keys that say what is built in; None where all of it does."""
    found, default = _resolved(schema, inner), inner.get("default")
    if found.get("type") != "object":
        return None if value == default else value
    if not isinstance(default, Mapping):
        return value
    said, built_in = _without_none(value), _without_none(default)
    return {name: given for name, given in said.items() if given != built_in.get(name)} or None


def _without_none(value: Any) -> Any:
    """Without keys that say nothing: None, and sections of nothing else."""
    if isinstance(value, Mapping):
        kept = {name: _without_none(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None and each != {}}
    return [_without_none(each) for each in value] if isinstance(value, list) else value
