"""The interface's operations, asked from within the process: the console sees and does what a client of the interface could.

A page's question goes through the same schemas, the same roles and the same answers as over the network, so that neither can tell
or allow what the other does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, has_app_context
from msgspec import Struct
from werkzeug.datastructures import FileStorage
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from adapters.http.cursors import Cursors
from adapters.http.endpoint import BoundRouter
from adapters.http.problems import CLOCK_DOUBTFUL, Problem, problem_of
from adapters.http.serving import Serving
from adapters.identity.tokens import Caller

JSON = "application/json"


class Outcome(Struct, frozen=True):
    """What the interface answered: its status, the JSON it sent (None for none), the bytes where it is no JSON, its entity tag."""

    status: int
    body: Any = None
    content: bytes = b""
    media_type: str = JSON
    filename: str | None = None
    etag: str | None = None

    @property
    def well(self) -> bool:
        """Whether it was done."""
        return self.status < 400

    @property
    def code(self) -> str | None:
        """The problem's stable code."""
        return None if self.well or not isinstance(self.body, dict) else self.body.get("code")


class Interface:
    """Every operation by its name."""

    def __init__(
        self,
        routers: Iterable[BoundRouter],
        cursor_secret: bytes,
        unavailable: tuple[type[Exception], ...],
        clock_doubtful: Callable[[], bool] = lambda: False,
    ) -> None:
        """`unavailable` are the errors that mean 503; no command is carried out while the clock is doubtful."""
        cursors = Cursors(cursor_secret)
        self._servings = {
            operation.name: Serving(operation, view, current, cursors) for bound in routers for operation, view, current in bound
        }
        self._unavailable, self._clock_doubtful = unavailable, clock_doubtful

    def knows(self, name: str) -> bool:
        """Whether there is an operation of this name here (the test clock's exist with a simulated clock only)."""
        return name in self._servings

    def ask(
        self,
        caller: Caller,
        name: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int | Sequence[str]] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Sequence[FileStorage] = (),
        headers: Mapping[str, str] | None = None,
        request_id: str = "",
    ) -> Outcome:
        """Carry out an operation for a caller. Problems are outcomes too; an error that nobody foresaw is raised."""
        serving, parameters = self._servings[name], dict(path or {})
        try:
            if not serving.operation.public and not caller.roles & serving.operation.roles:
                raise Problem("forbidden")
            if serving.operation.is_command and self._clock_doubtful():
                raise Problem("clock_doubtful", CLOCK_DOUBTFUL, headers={"Retry-After": "30"})
            request = _request(serving, parameters, query, body, files, headers)
            return _counted(_outcome(serving.answer(request, caller, parameters, request_id)))
        except Exception as error:
            problem = problem_of(error, self._unavailable)
            if problem is None:
                raise
            return Outcome(problem.status, problem.document(request_id))


def _counted(outcome: Outcome) -> Outcome:
    """A refusal by rule counts as the page's own."""
    if outcome.code is not None and has_app_context() and "exchange" in g:
        g.exchange.problem_code = outcome.code
    return outcome


def _request(
    serving: Serving,
    path: Mapping[str, Any],
    query: Mapping[str, str | int | Sequence[str]] | None,
    body: Mapping[str, Any] | None,
    files: Sequence[FileStorage],
    headers: Mapping[str, str] | None,
) -> Request:
    operation = serving.operation
    url = operation.template.format(**path)
    asked = urlencode([(name, value) for name, values in (query or {}).items() for value in _each(values)])
    sent = list((headers or {}).items())
    if operation.files:
        data: Any = {**{name: str(value) for name, value in (body or {}).items()}, "file": list(files)}
        builder = EnvironBuilder(url, method=operation.method, query_string=asked, data=data, headers=sent)
    else:
        builder = EnvironBuilder(url, method=operation.method, query_string=asked, json=body, headers=sent)
    return Request(builder.get_environ())


def _each(values: Any) -> list[str]:
    """The values of a parameter; none for what was left empty."""
    if values is None or values == "":
        return []
    return [str(value) for value in values] if isinstance(values, list | tuple) else [str(values)]


def _outcome(response: Response) -> Outcome:
    response.direct_passthrough = False
    content, media_type, etag = response.get_data(), response.mimetype or JSON, response.headers.get("ETag")
    if media_type.endswith("json") and content:
        return Outcome(response.status_code, json.loads(content), content, media_type, etag=etag)
    named = response.headers.get("Content-Disposition", "").partition('filename="')[2].rstrip('"')
    return Outcome(response.status_code, None, content, media_type, named or None, etag)
