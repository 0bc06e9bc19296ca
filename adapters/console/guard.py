"""What keeps the console's forms its own: where a request comes from, the token in each form, and the headers of each page."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from flask import Response
from werkzeug.wrappers import Request

from adapters.console.sessions import ConsoleSession

COOKIE: Final = "__Host-originals"
SIGNING_IN: Final = "__Host-originals-signing-in"
FIELD: Final = "form_token"

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere, in no frame."""


def from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site sent this: by Fetch Metadata where it has it, else by the origin."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def is_ours(request: Request, session: ConsoleSession) -> bool:
    """Whether a form was made for this session here."""
    given = request.form.get(FIELD) or request.headers.get("X-Form-Token", "")
    return not from_elsewhere(request) and hmac.compare_digest(given.encode(), session.form_token.encode())


def dress(response: Response) -> Response:
    """The headers of a page. Pages are for one person: nothing is kept by anybody in between."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def remember(response: Response, cookie: str, value: str, seconds: int | None = None) -> Response:
    """Set one of the console's cookies. Secure also on loopback, which browsers trust without TLS."""
    response.set_cookie(cookie, value, max_age=seconds, secure=True, httponly=True, samesite="Lax", path="/")
    return response


def forget(response: Response, cookie: str) -> Response:
    """Take one of the console's cookies back."""
    response.delete_cookie(cookie, secure=True, httponly=True, samesite="Lax", path="/")
    return response
