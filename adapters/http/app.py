"""The WSGI application: everything it stands on is passed in, nothing is global."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Request

from adapters.evidence import tiles
from adapters.http import headers, problems
from adapters.http.access import Access, Admitted
from adapters.http.cursors import Cursors
from adapters.http.endpoint import JSON_BYTES, BoundRouter, Operation
from adapters.http.logs import log_event
from adapters.http.metrics import Gauge, Metrics
from adapters.http.operations import FIGURES, OPERATIONS, Description, Upkeep, figures
from adapters.http.problems import Problem, preparing, problem_of
from adapters.http.rates import Counts, Rates
from adapters.http.routes import MatchedRule
from adapters.http.serving import Serving
from adapters.identity.tokens import TokenVerifier
from adapters.system.moment import one_moment
from adapters.system.settings import Settings
from application.command import ClockDoubtful

ADMITTED: Final = "originals.admitted"
"""Who was let in by the head of the request, in its environment."""
FAILED: Final = "originals.failed"
"""Why it is refused before its body was read."""
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

    `readiness` are checks that return whether all is well; `gauges` figures by name with their meaning; `counts`
    where requests are counted for rate limits (else in this process alone); `preparing` how many percent of
    a long history the views have folded, None where they are not behind; `unavailable` the errors of
    inner layers that mean 503; `clock_doubtful` whether no command is taken just now; `pages` blueprints of HTML, such as a console,
    and `page_bytes` how many bytes of a body those read at most, by the head of its request.
    """

    settings: Settings
    verifier: TokenVerifier
    cursor_secret: bytes
    routers: Sequence[BoundRouter]
    readiness: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    gauges: Mapping[str, tuple[str, Gauge]] = field(default_factory=dict)
    counts: Counts | None = None
    preparing: Callable[[], int | None] = lambda: None
    unavailable: tuple[type[Exception], ...] = ()
    clock_doubtful: Callable[[], bool] = lambda: False
    pages: Sequence[Blueprint] = ()
    page_bytes: Callable[[Request], int] = lambda _: JSON_BYTES


class _Opaque(BaseConverter):
    """An id: anything but control characters and slashes; what is longer names nothing, nor do the things that stand beside ids."""

    regex = r"(?!(?:disputes|bulk)$)[^/\x00-\x1f\x7f]{1,200}"


class _Folder(BaseConverter):
    """A folder's name, which may hold slashes."""

    regex = r"[^\x00-\x1f\x7f]{1,80}"
    part_isolating = False


class _Number(BaseConverter):
    """A number that counts from 1."""

    regex = r"[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


class _Tile(BaseConverter):
    """A tile of the log (C2SP tlog-tiles): its level, its number in groups of three digits, its width where it is partial."""

    regex = tiles.PATH
    part_isolating = False


class HttpApp(Flask):
    """The application, which can be asked about the head of a request before its body is read."""

    url_rule_class = MatchedRule

    def __init__(self, access: Access, page_bytes: Callable[[Request], int]) -> None:
        super().__init__("originals", static_folder=None)
        self.url_map.converters.update({"opaque": _Opaque, "folder": _Folder, "number": _Number, "tile": _Tile})
        self.url_map.merge_slashes = False  # nothing is redirected: another path is another thing
        self.url_map.strict_slashes = True
        self.access, self._page_bytes = access, page_bytes
        self.operations: dict[str, Operation] = {}

    def admit(self, environ: dict[str, Any]) -> int:
        """How many bytes of body are to be read; 0 where it can be answered at once. What was found is left in `environ`."""
        try:
            rule, _ = self.url_map.bind_to_environ(environ).match(return_rule=True)
        except HTTPException:
            return 0
        operation = self.operations.get(str(rule.endpoint))
        try:
            if operation is None:
                return self._page_bytes(Request(environ))
            admitted = self.access.admit(operation, Request(environ))
        except Exception as error:
            environ[FAILED] = error
            return 0
        environ[ADMITTED] = admitted
        return admitted.most if operation.reads_body else 0


def create_app(parts: HttpParts) -> HttpApp:
    """The application with all of its audiences."""
    settings = parts.settings
    secrets = {figures.__name__: settings.metrics_token} if settings.metrics_token else {}
    app = HttpApp(Access(parts.verifier, Rates(settings.rate_limit, parts.counts), settings.max_request_bytes, secrets), parts.page_bytes)
    metrics = Metrics(parts.gauges)
    routers = [*parts.routers]
    operations = [operation for router in routers for operation in router.operations] + OPERATIONS.operations + FIGURES.operations
    routers.append(OPERATIONS.bound_to(Upkeep(Description(operations), parts.readiness, parts.preparing)))
    routers.append(FIGURES.bound_to(metrics))
    _register(app, parts, routers)
    for page in parts.pages:
        app.register_blueprint(page)
    app.before_request(lambda: _begin(app.operations))
    app.register_error_handler(Exception, lambda error: _failed(error, parts))
    app.after_request(lambda response: headers.dress(response, request, settings.cors_origins))
    app.after_request(lambda response: _account(response, metrics))
    return app


def _register(app: HttpApp, parts: HttpParts, routers: Iterable[BoundRouter]) -> None:
    cursors = Cursors(parts.cursor_secret)
    for router in routers:
        for operation, endpoint, current in router:
            app.operations[operation.name] = operation
            app.add_url_rule(
                operation.route,
                endpoint=operation.name,
                view_func=_view(Serving(operation, endpoint, current, cursors), app.access, parts.clock_doubtful),
                methods=[operation.method],
                provide_automatic_options=False,
            )


def _view(serving: Serving, access: Access, clock_doubtful: Callable[[], bool]) -> Callable[..., Response]:
    operation: Operation = serving.operation

    def view(**path: Any) -> Response:
        admitted: Admitted = request.environ.get(ADMITTED) or access.admit(operation, request)
        g.rates = admitted.rates
        if operation.is_command and clock_doubtful():
            raise ClockDoubtful
        request.max_content_length = admitted.most
        with nullcontext() if operation.is_command else one_moment():
            return serving.answer(request, admitted.caller, path, g.request_id)

    return view


def _begin(operations: Mapping[str, Operation]) -> None:
    g.request_id = str(uuid.uuid4())
    g.began = time.perf_counter()
    g.rates = {}
    g.operation = operations.get(request.endpoint or "")
    if failed := request.environ.pop(FAILED, None):
        try:
            raise failed
        finally:
            del failed  # the frames that it remembers would hold it, and with it the connection, until the next collection of garbage


def _failed(error: Exception, parts: HttpParts) -> Response:
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted({*(error.valid_methods or ()), "OPTIONS"}))
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": allowed})
        problem = Problem("method_not_allowed", headers={"Allow": allowed})
    elif isinstance(error, HTTPException):
        problem = Problem(_CODE_OF_STATUS.get(error.code or 500, "malformed" if (error.code or 500) < 500 else "internal"))
    else:
        foreseen = problem_of(error, parts.unavailable)
        if foreseen is None:
            log_event("request failed", logging.ERROR, error, request_id=g.request_id)
        problem = foreseen or Problem("internal")
        if problem.code == "unavailable" and (percent := parts.preparing()) is not None:
            problem = preparing(percent)
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
