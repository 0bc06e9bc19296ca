"""The WSGI application: everything it stands on is passed in, nothing is global."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter, Map

from adapters.http import headers, problems
from adapters.http.access import admit
from adapters.http.cursors import Cursors
from adapters.http.endpoint import BoundRouter, Operation
from adapters.http.logs import log_event
from adapters.http.metrics import Gauge, Metrics
from adapters.http.operations import OPERATIONS, Description, Upkeep
from adapters.http.problems import Problem, problem_of
from adapters.http.rates import Rates
from adapters.http.serving import Serving
from adapters.identity.tokens import TokenVerifier
from adapters.system.settings import Settings
from application.command import ClockDoubtful

_CODE_OF_STATUS: Final = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "request_too_large",
    415: "unsupported_media_type",
    431: "headers_too_large",
    501: "not_implemented",
    503: "unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpParts:
    """What the wiring passes.

    `readiness` are checks that return whether all is well; `gauges` figures by name with their meaning; `unavailable` the errors of
    inner layers that mean 503; `clock_doubtful` whether no command is taken just now; `pages` blueprints of HTML, such as a console.
    """

    settings: Settings
    verifier: TokenVerifier
    cursor_secret: bytes
    routers: Sequence[BoundRouter]
    readiness: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    gauges: Mapping[str, tuple[str, Gauge]] = field(default_factory=dict)
    unavailable: tuple[type[Exception], ...] = ()
    clock_doubtful: Callable[[], bool] = lambda: False
    pages: Sequence[Blueprint] = ()


class _Opaque(BaseConverter):
    """An id: anything but control characters and slashes; what is longer names nothing, nor does the list that stands beside ids."""

    regex = r"(?!disputes$)[^/\x00-\x1f\x7f]{1,200}"


class _Folder(BaseConverter):
    """A folder's name, which may hold slashes."""

    regex = r"[^\x00-\x1f\x7f]{1,80}"
    part_isolating = False


class _Number(BaseConverter):
    """A number that counts from 1."""

    regex = r"[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


def create_app(parts: HttpParts) -> Flask:
    """The application with all of its audiences."""
    app = Flask("originals", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.settings.max_request_bytes
    app.url_map = _url_map(app)
    metrics = Metrics(parts.gauges)
    routers = [*parts.routers]
    operations = [operation for router in routers for operation in router.operations] + OPERATIONS.operations
    routers.append(OPERATIONS.bound_to(Upkeep(Description(operations), metrics, parts.readiness)))
    _register(app, parts, routers)
    for page in parts.pages:
        app.register_blueprint(page)
    app.before_request(lambda: _begin(parts.settings.max_request_bytes))
    app.register_error_handler(Exception, lambda error: _failed(error, parts.unavailable))
    app.after_request(lambda response: headers.dress(response, request, parts.settings.cors_origins))
    app.after_request(lambda response: _account(response, metrics))
    return app


def _url_map(app: Flask) -> Map:
    app.url_map.converters.update({"opaque": _Opaque, "folder": _Folder, "number": _Number})
    app.url_map.merge_slashes = False  # nothing is redirected: another path is another thing
    app.url_map.strict_slashes = True
    return app.url_map


def _register(app: Flask, parts: HttpParts, routers: Iterable[BoundRouter]) -> None:
    cursors, rates = Cursors(parts.cursor_secret), Rates(parts.settings.rate_limit)
    for router in routers:
        for operation, endpoint, current in router:
            serving = Serving(operation, endpoint, current, cursors)
            app.add_url_rule(
                operation.route,
                endpoint=operation.name,
                view_func=_view(serving, parts, rates),
                methods=[operation.method],
                provide_automatic_options=False,
            )


def _view(serving: Serving, parts: HttpParts, rates: Rates) -> Callable[..., Response]:
    operation: Operation = serving.operation

    def view(**path: Any) -> Response:
        g.operation = operation
        caller = admit(parts.verifier, operation, request)
        if not operation.public:
            g.rates = rates.spend(caller.subject)
        if operation.is_command and parts.clock_doubtful():
            raise ClockDoubtful
        return serving.answer(request, caller, path, g.request_id)

    return view


def _begin(max_bytes: int) -> None:
    g.request_id = str(uuid.uuid4())
    g.began = time.perf_counter()
    g.rates = {}
    if (request.content_length or 0) > max_bytes:
        raise Problem("request_too_large", f"At most {max_bytes} bytes are read.")


def _failed(error: Exception, unavailable: tuple[type[Exception], ...]) -> Response:
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted({*(error.valid_methods or ()), "OPTIONS"}))
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": allowed})
        problem = Problem("method_not_allowed", headers={"Allow": allowed})
    elif isinstance(error, HTTPException):
        problem = Problem(_CODE_OF_STATUS.get(error.code or 500, "malformed" if (error.code or 500) < 500 else "internal"))
    else:
        foreseen = problem_of(error, unavailable)
        if foreseen is None:
            log_event("request failed", logging.ERROR, error, request_id=g.request_id)
        problem = foreseen or Problem("internal")
    g.problem_code = problem.code
    return Response(problem.body(g.request_id), problem.status, problem.headers, content_type=problems.MEDIA_TYPE)


def _account(response: Response, metrics: Metrics) -> Response:
    operation: Operation | None = g.get("operation")
    name, seconds, code = operation.name if operation else "none", time.perf_counter() - g.began, g.get("problem_code")
    metrics.request(response.status_code, seconds, operation is not None and operation.is_command, code)
    response.headers["X-Request-Id"] = g.request_id
    for header, value in g.rates.items():
        response.headers[header] = value
    facts = {"request_id": g.request_id, "operation": name, "status": response.status_code, "ms": round(seconds * 1000, 2)}
    log_event("request", logging.INFO, **facts, **({"code": code} if code else {}))
    return response
