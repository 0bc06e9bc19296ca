"""The OpenAPI document as one page to read: no scripts, nothing fetched from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from adapters.http.problems import CODES

_STYLE: Final = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}
h2{margin-top:3rem;border-bottom:2px solid}h3{margin-top:2rem}code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{overflow-x:auto;padding:.75rem;border:1px solid #8888;border-radius:.4rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}
.method{font-weight:700}nav a{margin-right:1rem}details{margin:.5rem 0}
"""
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def render(document: dict[str, Any]) -> bytes:
    """The page."""
    operations = [(path, method, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(document['info']['title'])}</title><style>{_STYLE}</style>",
        f"<h1>{escape(document['info']['title'])}</h1>",
        *(f"<p>{_marked(paragraph)}</p>" for paragraph in document["info"]["description"].split("\n\n")),
        "<nav>",
        *(f"<a href='#{_anchor(tag['name'])}'>{escape(tag['name'])}</a>" for tag in document["tags"]),
        "<a href='#problems'>problems</a></nav>",
    ]
    for tag in document["tags"]:
        parts.append(f"<h2 id='{_anchor(tag['name'])}'>{escape(tag['name'].capitalize())}</h2>")
        for path, method, operation in operations:
            if tag["name"] in operation["tags"]:
                parts += _operation(document, path, method, operation)
    parts += ["<h2 id=problems>Problems</h2><table><tr><th>Status<th>Code<th>Meaning", *_codes(), "</table></html>"]
    return "\n".join(parts).encode()


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h3 id='{escape(operation['operationId'])}'><code><span class=method>{method.upper()}</span> {escape(path)}</code></h3>"
    roles = f" <small>({', '.join(operation['x-roles'])})</small>" if operation["x-roles"] else ""
    yield f"<p>{_marked(operation['summary'])}.{roles} {_marked(operation.get('description', ''))}</p>"
    if operation["parameters"]:
        yield "<table><tr><th>Parameter<th>In<th>Meaning"
        for parameter in operation["parameters"]:
            meaning = parameter.get("description") or _shape(parameter["schema"])
            yield f"<tr><td><code>{escape(parameter['name'])}</code><td>{parameter['in']}<td>{_marked(meaning)}"
        yield "</table>"
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Body <code>{escape(kind)}</code></p>{_members(document, content['schema'])}"
        if "example" in content:
            yield _example(content["example"])
    yield "<table><tr><th>Status<th>Meaning"
    for status, response in operation["responses"].items():
        yield f"<tr><td>{status}<td>{_marked(response['description'])}"
    yield "</table>"
    for status, response in operation["responses"].items():
        for kind, content in response.get("content", {}).items():
            if "example" in content:
                yield f"<details><summary>{status} <code>{escape(kind)}</code></summary>{_example(content['example'])}</details>"


def _members(document: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    rows = [
        f"<tr><td><code>{escape(name)}</code>{'' if name in schema.get('required', ()) else ' (optional)'}"
        f"<td>{escape(_shape(member))}<td>{_marked(member.get('description', ''))}"
        for name, member in schema.get("properties", {}).items()
    ]
    return f"<table><tr><th>Member<th>Shape<th>Meaning{''.join(rows)}</table>" if rows else ""


def _shape(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_shape(shape) for shape in schema["anyOf"])
    kind = schema.get("type", "any")
    limits = [f"{low}..{high}" for low, high in (_range(schema, "Length"), _range(schema, "Items"), _range(schema, "imum")) if low or high]
    return " ".join([*([kind] if isinstance(kind, str) else [" or ".join(kind)]), *limits])


def _range(schema: dict[str, Any], of: str) -> tuple[Any, Any]:
    return schema.get(f"min{of}", ""), schema.get(f"max{of}", "")


def _example(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"


def _codes() -> Iterator[str]:
    for code, (status, title) in CODES.items():
        yield f"<tr id='{code}'><td>{status}<td><code>{code}</code><td>{escape(title)}."


def _marked(text: str) -> str:
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))


def _anchor(name: str) -> str:
    return escape(name.replace(" ", "-"))
