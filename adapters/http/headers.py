"""Headers that every answer carries, and those that let other origins' scripts in where a deployment wants it."""

from __future__ import annotations

from typing import Final

from flask import Response
from werkzeug.wrappers import Request

ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_EXPOSED: Final = "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_ASKED: Final = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"


def dress(response: Response, request: Request, origins: tuple[str, ...]) -> Response:
    """Add the headers. A page that needs another policy has set its own."""
    there = {name.lower() for name, _ in response.headers}
    response.headers.extend([(name, value) for name, value in ALWAYS.items() if name.lower() not in there])
    if response.status_code in (204, 304):
        response.headers.pop("Content-Type", None)
    if origins:
        _cross_origin(response, request, origins)
    return response


def _cross_origin(response: Response, request: Request, origins: tuple[str, ...]) -> None:
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin not in origins:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
        response.headers["Access-Control-Allow-Headers"] = _ASKED
        response.headers["Access-Control-Max-Age"] = "600"
