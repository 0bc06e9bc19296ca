"""What operators and integrators read: the document, its page, health and readiness without a token, figures with one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

from adapters.http import docs_page
from adapters.http.endpoint import Operation, Router
from adapters.http.logs import log_event
from adapters.http.metrics import MEDIA_TYPE, Metrics
from adapters.http.openapi import document_of
from adapters.http.problems import Problem
from adapters.http.request import Answered, ApiRequest, Content, Reply
from adapters.http.schemas.audit import Health


class Description:
    """The document and its page, rendered once, when either is first read: no start waits a second for what few ask for."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._turn = threading.Lock()
        self._rendered: tuple[bytes, bytes] | None = None

    def rendered(self) -> tuple[bytes, bytes]:
        """The document in JSON, and its page."""
        with self._turn:
            if self._rendered is None:
                document = document_of(self._operations)
                self._rendered = msgspec.json.encode(document), docs_page.render(document)
            return self._rendered


class Upkeep(Struct, frozen=True):
    """What these endpoints stand on."""

    description: Description
    readiness: Mapping[str, Callable[[], bool]]
    preparing: Callable[[], int | None] = lambda: None


OPERATIONS: Router[Upkeep] = Router("operations", prefix="", public=True)


@OPERATIONS.get("/openapi.json", None, produces=("application/json",))
def openapi_document(upkeep: Upkeep, request: ApiRequest) -> Answered:
    """The OpenAPI 3.1 document."""
    return Content(upkeep.description.rendered()[0], "application/json")


@OPERATIONS.get("/docs", None, produces=("text/html",))
def readable_page(upkeep: Upkeep, request: ApiRequest) -> Answered:
    """The document as a page to read."""
    return Content(upkeep.description.rendered()[1], "text/html; charset=utf-8", headers={"Content-Security-Policy": docs_page.POLICY})


@OPERATIONS.get("/healthz", Health)
def health(upkeep: Upkeep, request: ApiRequest) -> Answered:
    """Whether the server answers at all."""
    return {"status": "ok"}


@OPERATIONS.get("/readyz", Health, codes=("unavailable", "preparing"))
def readiness(upkeep: Upkeep, request: ApiRequest) -> Answered:
    """Whether everything the server stands on is well."""
    checks = {name: _well(name, check) for name, check in upkeep.readiness.items()}
    if (percent := upkeep.preparing()) is not None:
        raise Problem("preparing", f"Preparing, {percent} %.", headers={"Retry-After": "5"}, checks=checks, progress=percent)
    if "failing" in checks.values():
        raise Problem("unavailable", headers={"Retry-After": "1"}, checks=checks)
    return Reply(200, {"status": "ready", "checks": checks})


FIGURES: Router[Metrics] = Router("figures", roles=("admin",), prefix="")


@FIGURES.get("/metrics", None, produces=("text/plain",))
def figures(metrics: Metrics, request: ApiRequest) -> Answered:
    """Figures in the exposition format of Prometheus, to an admin or to who shows `ORIGINALS_METRICS_TOKEN`.

    Anybody could date a lodging by them.
    """
    return Content(metrics.text(), MEDIA_TYPE)


def _well(name: str, check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "failing"
    except Exception as error:
        log_event("readiness check failed", logging.ERROR, error, check=name)
        return "failing"
