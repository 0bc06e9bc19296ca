"""From a request to an endpoint and back: admitted, limited, negotiated, read, answered, in this order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from flask import Response
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Request

from adapters.http import etags, problems
from adapters.http.accept import welcome
from adapters.http.bodies import IN_MEMORY
from adapters.http.commands import fingerprint, idempotency_key
from adapters.http.cursors import Cursors, PageRequest
from adapters.http.endpoint import Operation
from adapters.http.problems import ERRORS, Problem, invalid
from adapters.http.reading import (
    JSON,
    NDJSON,
    TOML,
    FilePart,
    json_object,
    media_type_of,
    multipart,
    refuse_unwelcome,
    toml_object,
)
from adapters.http.request import Answered, ApiRequest, Content, Itemised, Reply, Stream, Tagged
from adapters.http.schemas.fields import QueryMany
from adapters.identity.tokens import Caller
from application.acting import Answer, IdempotencyKey
from application.refusals import Invalid, NotFound, Stale

PIECE: Final = 64 * 1024
"""Bytes of a body that are taken from a file at once."""


class Serving:
    """One operation with its schemas made once."""

    def __init__(
        self,
        operation: Operation,
        endpoint: Callable[[ApiRequest], Answered],
        current: Callable[[ApiRequest], Any] | None,
        cursors: Cursors,
    ) -> None:
        self.operation, self._endpoint, self._current, self._cursors = operation, endpoint, current, cursors
        self._body = operation.body() if operation.body else None
        self._query = operation.query() if operation.query else None

    def answer(self, request: Request, caller: Caller, path: Mapping[str, Any], request_id: str) -> Response:
        """The response to a request that was admitted."""
        negotiate(request, self.operation.produces)
        query = self._read_query(request)
        raw, uploads = self._read_body(request)
        body = load(self._body, raw)
        if self.operation.files and not uploads:
            raise invalid({"file": ["At least one part named `file` is needed."]})
        api_request = self._api_request(request, caller, path, query, body, raw, uploads, request_id)
        return respond(self.operation, self._endpoint(api_request), request)

    def _api_request(
        self,
        request: Request,
        caller: Caller,
        path: Mapping[str, Any],
        query: dict[str, Any],
        body: Mapping[str, Any],
        raw: Mapping[str, Any],
        uploads: tuple[FilePart, ...],
        request_id: str,
    ) -> ApiRequest:
        scope = (self.operation.name, caller.subject)
        after = query.pop("after") if self.operation.lists else None
        position = None if after is None else self._cursors.open(scope, after)
        page = PageRequest(query.pop("limit") if self.operation.lists else 50, position, self._cursors, scope)

        def precondition() -> None:
            if self._current is not None:
                etags.demand(request.headers.get("If-Match"), lambda: self._present(api_request))

        key = self._key(request, caller, raw, uploads)
        api_request = ApiRequest(
            caller,
            path,
            query,
            body,
            raw,
            uploads,
            page,
            key,
            precondition,
            request_id,
            self.operation.success,
            _apart(request),
            request.headers.get("Accept-Language", ""),
        )
        return api_request

    def _present(self, api_request: ApiRequest) -> Any:
        """The object as it is now. What a PUT would make anew is not as it was read (RFC 9110, 13.1.1)."""
        assert self._current is not None
        try:
            return self._current(api_request)
        except NotFound:
            if self.operation.method == "PUT":
                raise Stale from None
            raise

    def _key(self, request: Request, caller: Caller, raw: Mapping[str, Any], uploads: tuple[FilePart, ...]) -> IdempotencyKey | None:
        if self.operation.method != "POST":
            return None

        def content() -> str:
            return fingerprint(request.method, request.path, dict(request.args.lists()), raw, uploads)

        return idempotency_key(request.headers.get("Idempotency-Key"), caller.subject, request.path, content)

    def _read_query(self, request: Request) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, values in request.args.lists():
            several = self._query is not None and isinstance(self._query.fields.get(name), QueryMany)
            if len(values) > 1 and not several:
                raise invalid({name: ["Given more than once."]})
            found[name] = values if several else values[0]
        refuse_unwelcome(found)
        if self._query is None:
            if found:
                raise invalid({name: ["Unknown parameter."] for name in found})
            return {}
        return dict(load(self._query, found))

    def _read_body(self, request: Request) -> tuple[dict[str, Any], tuple[FilePart, ...]]:
        if not self.operation.reads_body:
            return {}, ()
        if self.operation.files:
            fields, uploads = multipart(request)
            refuse_unwelcome(fields)
            return dict(fields), tuple(uploads)
        content = request.get_data(cache=False)
        if not content:
            return {}, ()
        kind = media_type_of(request)
        if kind == NDJSON or self.operation.unparsed:
            return {}, (FilePart("body", kind or JSON, BytesIO(content)),)
        return (toml_object(content) if kind == TOML else json_object(content)), ()


def _apart(request: Request) -> bool:
    """Whether the client would rather be answered before the work is done (RFC 7240, 4.1)."""
    wishes = ",".join(request.headers.getlist("Prefer")).split(",")
    return any(wish.partition(";")[0].strip().lower() == "respond-async" for wish in wishes)


def negotiate(request: Request, produces: tuple[str, ...]) -> None:
    """Raise 406 unless the client takes what the operation sends."""
    if not any(welcome(request.headers.get("Accept", ""), kind.partition(";")[0]) for kind in produces):
        raise Problem("not_acceptable", f"This is sent as {' or '.join(produces)}.")


def respond(operation: Operation, answered: Answered, request: Request) -> Response:
    """The response to what an endpoint returned."""
    match answered:
        case None:
            return Response(status=204)
        case Answer(status=status, body=body):
            return _answer(status, body, request)
        case Reply(status=status, body=None, headers=headers):
            return Response(status=status, headers=dict(headers))
        case Reply(status=status, body=body, headers=headers):
            return _tagged(etags.encode(body), JSON, status, request, dict(headers))
        case Tagged(body=body, basis=basis):
            return _tagged(etags.encode(body), JSON, operation.success, request, {}, etags.tag_of(etags.encode(basis)))
        case Content(content=content, media_type=media_type, filename=filename, headers=headers):
            named = {} if filename is None else {"Content-Disposition": f'attachment; filename="{filename}"'}
            return _tagged(content, media_type, 200, request, {**named, **headers})
        case Itemised(members=members):
            return _itemised(members, operation.success, request)
        case Stream(pieces=pieces, media_type=media_type):
            return Response(pieces, 200, mimetype=media_type)
        case _:
            return _tagged(etags.encode(answered), JSON, operation.success, request, {})


def _answer(status: int, body: bytes, request: Request) -> Response:
    if status >= 400:
        return Response(body, status, content_type=problems.MEDIA_TYPE)
    return _tagged(body, JSON, status, request, {}) if body else Response(status=status)


def _tagged(body: bytes, media_type: str, status: int, request: Request, headers: dict[str, str], tag: str | None = None) -> Response:
    tag = tag or etags.tag_of(body)
    headers["ETag"] = tag
    if _known(status, request, tag):
        return Response(status=304, headers=headers)
    return Response(body, status, headers, content_type=media_type)


def _known(status: int, request: Request, tag: str) -> bool:
    """Whether the reader has this body already."""
    return status == 200 and request.method in ("GET", "HEAD") and etags.unchanged(request.headers.get("If-None-Match"), tag)


def _itemised(members: Iterable[tuple[str, Any]], status: int, request: Request) -> Response:
    """Itemised to the end before anything is answered, for the tag is of the whole body and what goes wrong is a problem still; what does
    not fit into little memory is in a file that has no name."""
    content, digest = SpooledTemporaryFile(IN_MEMORY), hashlib.sha256()  # noqa: SIM115 - it is closed with the response
    try:
        for piece in etags.encode_gradually(members):
            content.write(piece)
            digest.update(piece)
    except BaseException:
        content.close()
        raise
    headers = {"ETag": etags.tag_by(digest.hexdigest())}
    if _known(status, request, headers["ETag"]):
        content.close()
        return Response(status=304, headers=headers)
    headers["Content-Length"] = str(content.tell())
    content.seek(0)
    response = Response(iter(partial(content.read, PIECE), b""), status, headers, content_type=JSON)
    response.call_on_close(content.close)
    return response


def load(schema: Schema | None, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a schema reads. Raises Invalid, by field."""
    if schema is None:
        return {}
    unknown = raw.keys() - {field.data_key or name for name, field in schema.load_fields.items()}
    if len(unknown) > ERRORS:  # the library takes ever longer over each of them
        raise Invalid({name: ["Unknown field."] for name in unknown})
    try:
        loaded: Mapping[str, Any] = schema.load(raw)
    except ValidationError as wrong:
        raise Invalid(flatten(wrong.messages)) from None
    return loaded


def flatten(messages: Any, path: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages by dotted path."""
    if isinstance(messages, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in messages.items():
            if name == "_schema":
                found.setdefault(path, []).extend(flatten(inner, path).get(path, []))
            else:
                found.update(flatten(inner, f"{path}.{name}" if path else str(name)))
        return found
    if isinstance(messages, list):
        return {path: [str(message) for message in messages]}
    return {path: [str(messages)]}
