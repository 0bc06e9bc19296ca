"""The WSGI application: everything it stands on is passed in, nothing is global."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from adapters.http import headers
from adapters.http.access import Access, Admitted
from adapters.http.cursors import Cursors
from adapters.http.endpoint import JSON_BYTES, BoundRouter, Operation
from adapters.http.exchange import Exchange
from adapters.http.metrics import Gauge, Metrics
from adapters.http.operations import FIGURES, OPERATIONS, Description, Upkeep, figures
from adapters.http.problems import Problem
from adapters.http.rates import Counts, Rates
from adapters.http.routes import CONVERTERS, MatchedRule
from adapters.http.serving import Serving
from adapters.identity.tokens import TokenVerifier
from adapters.system.moment import one_moment
from adapters.system.settings import Settings
from application.command import ClockDoubtful

ADMITTED: Final = "originals.admitted"
"""Who was let in by the head of the request, in its environment."""
MATCHED: Final = "originals.matched"
"""Which operation it is, and what its path names."""
FAILED: Final = "originals.failed"
"""Why it is refused before its body was read."""


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


class HttpApp(Flask):
    """The application: operations are answered by themselves, pages by the framework.

    Of a request that reads a body it can be asked about the head before.
    """

    url_rule_class = MatchedRule

    def __init__(self, parts: HttpParts) -> None:
        super().__init__("originals", static_folder=None)
        self.url_map.converters.update(CONVERTERS)
        self.url_map.merge_slashes = False  # nothing is redirected: another path is another thing
        self.url_map.strict_slashes = True
        self._parts, self.metrics = parts, Metrics(parts.gauges)
        settings = parts.settings
        secrets = {figures.__name__: settings.metrics_token} if settings.metrics_token else {}
        rates = Rates(settings.rate_limit, parts.counts)
        self._access = Access(parts.verifier, rates, settings.max_request_bytes, secrets)
        self._servings: dict[str, Serving] = {}
        self._routes = self.url_map.bind("")
        self._cursors = Cursors(parts.cursor_secret)

    def add_router(self, router: BoundRouter) -> None:
        """Answer its operations."""
        for operation, endpoint, current in router:
            self._servings[operation.name] = Serving(operation, endpoint, current, self._cursors)
            self.add_url_rule(operation.route, operation.name, methods=[operation.method], provide_automatic_options=False)

    def admit(self, environ: dict[str, Any]) -> int:
        """How many bytes of body are to be read; 0 where it can be answered at once. What was found is left in `environ`."""
        try:
            serving, _ = self._matched(environ)
        except HTTPException:
            return 0
        try:
            if serving is None:
                return self._parts.page_bytes(Request(environ))
            admitted = self._access.admit(serving.operation, Request(environ))
        except Exception as error:
            environ[FAILED] = error
            return 0
        environ[ADMITTED] = admitted
        return admitted.most if serving.operation.reads_body else 0

    def admit_known(self, environ: dict[str, Any]) -> int | None:
        """The same of somebody who was let in a moment ago, which is said at once; None where it has to be looked at."""
        try:
            serving, _ = self._matched(environ)
            admitted = None if serving is None else self._access.admit_known(serving.operation, Request(environ))
        except (HTTPException, Problem):
            return None
        if serving is None or admitted is None:
            return None
        environ[ADMITTED] = admitted
        return admitted.most if serving.operation.reads_body else 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """An operation has nothing of what the framework does for pages, which would be a good part of its price."""
        try:
            serving, path = self._matched(environ)
        except HTTPException:
            serving, path = None, {}
        if serving is None:
            return super().__call__(environ, start_response)
        request, exchange = Request(environ), Exchange(serving.operation)
        try:
            response = self._answer(serving, request, path, exchange)
        except Exception as error:
            response = self.failed(error, request.method, exchange)
        return self.complete(response, request, exchange)(environ, start_response)

    def failed(self, error: Exception, method: str, exchange: Exchange) -> Response:
        """What an error is answered with."""
        return exchange.failed(error, method, self._parts.unavailable, self._parts.preparing)

    def complete(self, response: Response, request: Request, exchange: Exchange) -> Response:
        """The response with the headers that all have, counted and logged."""
        exchange.account(response, self.metrics)
        return headers.dress(response, request, self._parts.settings.cors_origins)

    def _matched(self, environ: dict[str, Any]) -> tuple[Serving | None, Mapping[str, Any]]:
        """The operation and what its path names; None where the path is a page's. Raises HTTPException."""
        if (known := environ.get(MATCHED)) is None:
            path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
            rule, values = self._routes.match(path, environ["REQUEST_METHOD"], return_rule=True)
            known = environ[MATCHED] = self._servings.get(str(rule.endpoint)), values
        found: tuple[Serving | None, Mapping[str, Any]] = known
        return found

    def _answer(self, serving: Serving, request: Request, path: Mapping[str, Any], exchange: Exchange) -> Response:
        if failed := request.environ.pop(FAILED, None):
            return self.failed(failed, request.method, exchange)
        operation: Operation = serving.operation
        admitted: Admitted = request.environ.get(ADMITTED) or self._access.admit(operation, request)
        exchange.rates = admitted.rates
        if operation.is_command and self._parts.clock_doubtful():
            raise ClockDoubtful
        request.max_content_length = admitted.most
        with nullcontext() if operation.is_command else one_moment():
            return serving.answer(request, admitted.caller, path, exchange.request_id)


def create_app(parts: HttpParts) -> HttpApp:
    """The application with all of its audiences."""
    app = HttpApp(parts)
    routers = [*parts.routers]
    operations = [operation for router in routers for operation in router.operations] + OPERATIONS.operations + FIGURES.operations
    routers.append(OPERATIONS.bound_to(Upkeep(Description(operations), parts.readiness, parts.preparing)))
    routers.append(FIGURES.bound_to(app.metrics))
    for router in routers:
        app.add_router(router)
    for page in parts.pages:
        app.register_blueprint(page)
    app.before_request(_begin_page)
    app.register_error_handler(Exception, lambda error: app.failed(error, request.method, g.exchange))
    app.after_request(lambda response: app.complete(response, request, g.exchange))
    return app


def _begin_page() -> None:
    g.exchange = Exchange()
    g.request_id = g.exchange.request_id
    if failed := request.environ.pop(FAILED, None):
        try:
            raise failed
        finally:
            del failed  # the frames that it remembers would hold it, and with it the connection, until the next collection of garbage
