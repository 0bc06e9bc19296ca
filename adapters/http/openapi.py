"""The OpenAPI 3.1 document, generated from the declarations of the operations and their schemas."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from adapters.evidence.tiles import PATH
from adapters.http.endpoint import Operation
from adapters.http.examples import example_of
from adapters.http.openapi_about import LICENCE, SERVERS, add_webhooks, described_tags, webhooks
from adapters.http.problems import CODES, MEDIA_TYPE
from adapters.http.reading import JSON, MULTIPART, NDJSON, TOML
from adapters.http.schemas.common import AllRefused, Problem
from adapters.http.schemas.fields import INSTANT_YEARS, Instant, OneOrOther, Shown

EVERYWHERE: Final = (
    "malformed",
    "request_timeout",
    "not_acceptable",
    "request_too_large",
    "invalid",
    "rate_limited",
    "headers_too_large",
    "unavailable",
)
_OF_PICTURES: Final = frozenset({"image/jpeg", "application/octet-stream", "application/zip"})
"""What comes out of the vault."""
_ABOUT: Final = """Original protection: pictures are filed, copies complained of, notices appealed against, and every step can be audited.

Instants are RFC 3339 in UTC. Ids are opaque. Errors are problem documents (RFC 9457) with a stable `code`. Lists are
`{items, next}`; `next` goes into `?after=`. POST takes an `Idempotency-Key`; commands on an object that can be read take `If-Match`."""


def document_of(operations: Sequence[Operation]) -> dict[str, Any]:
    """The document of these operations."""
    marshmallow = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec("Original protection", _version(), "3.1.0", plugins=[marshmallow], info={"description": _ABOUT, "license": LICENCE})
    assert marshmallow.converter is not None
    for attributes in (_instants, _alternatives):
        marshmallow.converter.add_attribute_function(attributes)  # type: ignore[no-untyped-call]
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    for operation in operations:
        spec.path(operation.template, operations={operation.method.lower(): _operation(operation)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        add_webhooks(spec)
        document = spec.to_dict()
    _open_what_is_shown(document, operations)
    return {**document, "servers": SERVERS, "tags": described_tags(o.router for o in operations), "webhooks": webhooks()}


def codes_of(operation: Operation) -> tuple[str, ...]:
    """Every code that an operation can answer with."""
    codes = [*EVERYWHERE, *operation.codes]
    if not operation.public:
        codes += ["unauthenticated", "forbidden"]
    if operation.parameters and "unknown_folder" not in codes:
        codes.append("not_found")
    if operation.is_command and (operation.body or operation.files):
        codes.append("unsupported_media_type")
    if operation.is_command:
        codes.append("busy")
    if operation.files or _OF_PICTURES & set(operation.produces):
        codes.append("vault_unavailable")
    if operation.current:
        codes.append("precondition_failed")
    if operation.method == "POST":
        codes.append("idempotency_mismatch")
    return tuple(sorted(set(codes), key=lambda code: (CODES[code][0], code)))


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.router],
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_header_parameters(operation)],
        "responses": {**_successes(operation), **_problems(operation)},
        "security": [] if operation.public else [{"bearer": []}],
        "x-roles": sorted(operation.roles),
    }
    if operation.description:
        described["description"] = operation.description
    if operation.is_command and (operation.body or operation.files):
        described["requestBody"] = _request_body(operation)
    return described


def _path_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    shapes: dict[str, dict[str, Any]] = {
        "opaque": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^/\x00-\x1f\x7f]+$"},
        "folder": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": r"^[^\x00-\x1f\x7f]+$"},
        "tile": {"type": "string", "pattern": f"^{PATH}$"},
        "number": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
    }
    samples = {"opaque": "c9yXb2Qm4ZtLr8Ka", "folder": "spring", "number": 1, "tile": "0/000.p/1"}
    for name, kind in operation.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": shapes[kind], "example": samples[kind]}


def _query_parameters(operation: Operation) -> Iterator[Any]:
    if operation.query is not None:
        yield {"in": "query", "schema": operation.query}


def _header_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    def header(name: str, meaning: str, **shape: Any) -> dict[str, Any]:
        return {"name": name, "in": "header", "required": False, "description": meaning, "schema": {"type": "string", **shape}}

    if operation.method == "POST":
        meaning = "The same key and content give the same answer, kept 30 days."
        yield header("Idempotency-Key", meaning, minLength=1, maxLength=255, pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$")
    if operation.current:
        yield header("If-Match", "The ETag of the object as it was read: 412 where it has changed since.")
    if operation.method == "GET" and operation.produces != ("application/x-ndjson",):
        yield header("If-None-Match", "An ETag: 304 where nothing has changed.")


def _request_body(operation: Operation) -> dict[str, Any]:
    schema = operation.body
    if operation.files:
        return {"required": True, "content": {MULTIPART: {"schema": _multipart(schema)}}}
    assert schema is not None
    optional = not any(field.required for field in schema().fields.values())
    if NDJSON in operation.consumes:
        return {"required": True, "content": {NDJSON: {"schema": {"type": "string"}}}}
    content: dict[str, Any] = {JSON: {"schema": schema, "example": example_of(schema)}}
    if TOML in operation.consumes:
        content[TOML] = {"schema": {"type": "string"}}
    return {"required": not optional, "content": content}


def _multipart(schema: type[Schema] | None) -> dict[str, Any]:
    file = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}, "description": "One or many files."}
    properties: dict[str, Any] = {"file": file}
    for name, field in (schema().fields if schema else {}).items():
        allowed = getattr(field.validate, "choices", None)
        properties[name] = {"type": "string", **({"enum": list(allowed)} if allowed else {})}
    return {"type": "object", "properties": properties, "required": ["file"], "additionalProperties": False}


def _successes(operation: Operation) -> dict[str, Any]:
    statuses = {str(status): _success(operation) for status in (operation.success, *operation.also)}
    if operation.method == "GET" and operation.produces != ("application/x-ndjson",):
        statuses["304"] = {"description": "Nothing has changed.", "headers": _ETAG}
    return statuses


_ETAG: Final = {"ETag": {"description": "A digest of the body sent.", "schema": {"type": "string"}}}


def _success(operation: Operation) -> dict[str, Any]:
    if operation.success == 204:
        return {"description": "Done."}
    if operation.answers is None:
        content: dict[str, Any] = {kind.partition(";")[0]: {"schema": _opaque(kind)} for kind in operation.produces}
        return {"description": "As asked.", "content": content}
    answer = {"schema": operation.answers, "example": example_of(operation.answers)}
    return {"description": "As asked.", "headers": _ETAG, "content": {JSON: answer}}


def _opaque(kind: str) -> dict[str, Any]:
    if kind == JSON:
        return {}
    return {"type": "string"} if kind.startswith("text/") or "ndjson" in kind else {"type": "string", "format": "binary"}


def _problems(operation: Operation) -> dict[str, Any]:
    by_status: dict[str, list[str]] = {}
    for code in codes_of(operation):
        by_status.setdefault(str(CODES[code][0]), []).append(code)
    return {status: _problem(codes) for status, codes in by_status.items()}


def _problem(codes: list[str]) -> dict[str, Any]:
    schemas: list[type[Schema]] = [AllRefused] if "all_refused" in codes else []
    schemas += [Problem] if set(codes) - {"all_refused"} else []
    examples = {code: {"value": {**example_of(AllRefused if code == "all_refused" else Problem), **_worded(code)}} for code in codes}
    for code, example in examples.items():
        if code != "invalid":
            example["value"].pop("errors", None)
    description = "; ".join(f"`{code}`: {CODES[code][1]}" for code in codes) + "."
    shape: Any = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": shape, "examples": examples}}}


def _worded(code: str) -> dict[str, Any]:
    status, title = CODES[code]
    return {"type": f"/docs#{code}", "title": title, "status": status, "code": code, "detail": f"{title}."}


def _instants(self: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    if not isinstance(field, Instant):
        return {}
    return {"type": ["string", "null"] if field.allow_none else "string", "format": "date-time", "pattern": INSTANT_YEARS}


def _alternatives(self: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    return {"anyOf": [self.field2property(shape) for shape in field.shapes]} if isinstance(field, OneOrOther) else {}


def _name(schema: type[Schema] | Schema) -> str:
    return schema.__name__ if isinstance(schema, type) else type(schema).__name__


def _open_what_is_shown(document: dict[str, Any], operations: Sequence[Operation]) -> None:
    """Bodies that are sent may get more members one day; bodies that are received may not have unknown ones."""
    shown = {kind.__name__ for kind in _kinds(Shown)}
    for name, schema in document["components"]["schemas"].items():
        if name in shown:
            schema.pop("additionalProperties", None)


def _kinds(kind: type[Schema]) -> Iterator[type[Schema]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds(inner)


def _version() -> str:
    try:
        return version("originals")
    except PackageNotFoundError:
        return "0"
