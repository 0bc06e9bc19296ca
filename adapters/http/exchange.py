"""One request and its answer, beside what is asked: its id, its time, what is counted and logged of it, and how an error is told."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from flask import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from adapters.http import problems
from adapters.http.endpoint import Operation
from adapters.http.logs import LOGGER, log_event
from adapters.http.metrics import Metrics
from adapters.http.problems import Problem, preparing, problem_of

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


class Exchange:
    """A request from its beginning on; `operation` is None for a page, and for what is nowhere."""

    __slots__ = ("began", "operation", "problem_code", "rates", "request_id")

    def __init__(self, operation: Operation | None = None) -> None:
        self.request_id = str(uuid.uuid4())
        self.began = time.perf_counter()
        self.operation = operation
        self.rates: Mapping[str, str] = {}
        self.problem_code: str | None = None

    def failed(
        self, error: Exception, method: str, unavailable: tuple[type[Exception], ...], percent: Callable[[], int | None]
    ) -> Response:
        """What an error is answered with; `percent` is how much of a long history is prepared."""
        if isinstance(error, MethodNotAllowed):
            allowed = ", ".join(sorted({*(error.valid_methods or ()), "OPTIONS"}))
            if method == "OPTIONS":
                return Response(status=204, headers={"Allow": allowed})
            problem = Problem("method_not_allowed", headers={"Allow": allowed})
        elif isinstance(error, HTTPException):
            problem = Problem(_CODE_OF_STATUS.get(error.code or 500, "malformed" if (error.code or 500) < 500 else "internal"))
        else:
            problem = self._of_ours(error, unavailable, percent)
        return Response(problem.body(self.request_id), problem.status, problem.headers, content_type=problems.MEDIA_TYPE)

    def _of_ours(self, error: Exception, unavailable: tuple[type[Exception], ...], percent: Callable[[], int | None]) -> Problem:
        foreseen = problem_of(error, unavailable)
        if foreseen is None:
            log_event("request failed", logging.ERROR, error, request_id=self.request_id)
        problem = foreseen or Problem("internal")
        prepared = percent() if problem.code == "unavailable" else None
        return problem if prepared is None else preparing(prepared)

    def account(self, response: Response, metrics: Metrics) -> None:
        """Count and log it."""
        operation, status = self.operation, response.status_code
        seconds = time.perf_counter() - self.began
        code = self.problem_code
        if code is None and response.content_type == problems.MEDIA_TYPE:
            code = problems.code_of(response.get_data())
        metrics.request(status, seconds, operation is not None and operation.is_command, code)
        response.headers.extend({"X-Request-Id": self.request_id, **self.rates})
        if LOGGER.isEnabledFor(logging.INFO):
            name, told = operation.name if operation else "none", {"code": code} if code else {}
            facts = {"operation": name, "status": status, "ms": round(seconds * 1000, 2), **told}
            log_event("request", logging.INFO, None, request_id=self.request_id, **facts)
