"""The console as a Flask blueprint: every page behind a session, a role, and for forms a token."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, redirect, request, send_from_directory
from flask_babel import Babel, get_locale, gettext, ngettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from adapters.console import credential_words, day_words, guard, lapse_words, rule_words, wording
from adapters.console.interface import Interface, Outcome
from adapters.console.navigation import about, navigation
from adapters.console.pages import PARTS
from adapters.console.reference import Reference
from adapters.console.sessions import ConsoleSession, Sessions
from adapters.console.signing_in import SignIn
from adapters.console.visit import ConsolePage, Refused, Visit, new_key, page
from adapters.http.accept import spoken
from adapters.http.endpoint import JSON_BYTES
from adapters.http.logs import log_event
from adapters.http.problems import Problem
from adapters.http.rates import Rates
from adapters.system.moment import one_moment

HERE: Final = Path(__file__).parent
LANGUAGES: Final = {"en": "English", "zh": "简体中文"}
_LANGUAGE: Final = "originals-language"
_STATIC: Final = "console.static"
"""What a page is dressed with is no request of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """What the console stands on; `stands_still` says that the clock is a simulated one, `file_bytes` bound a form with files,
    `rates` are those of the interface: a page counts as one request of its reader.
    """

    interface: Interface
    sessions: Sessions
    sign_in: SignIn
    reference: Reference
    now: Callable[[], datetime]
    rates: Rates
    zone: ZoneInfo
    stands_still: bool = False
    file_bytes: int = JSON_BYTES


def console(parts: ConsoleParts) -> Blueprint:
    """The blueprint, under `/console`."""
    blueprint = Blueprint(
        "console", __name__, url_prefix="/console", template_folder=str(HERE / "templates"), static_folder=str(HERE / "static")
    )
    blueprint.record_once(lambda state: _translated(state.app))
    blueprint.before_request(lambda: _begin(parts))
    blueprint.after_request(guard.dress)
    blueprint.register_error_handler(Refused, lambda refused: _refused(refused.outcome))
    blueprint.register_error_handler(Problem, _problem)
    blueprint.register_error_handler(Exception, _failed)
    blueprint.context_processor(lambda: _shared(parts))
    for shown in (*wording.FILTERS, *day_words.FILTERS, *lapse_words.FILTERS, *credential_words.FILTERS, *rule_words.FILTERS):
        blueprint.add_app_template_filter(shown, shown.__name__)
    for declared in _declared(PARTS):
        blueprint.add_url_rule(declared.rule, declared.name, _view(declared, parts), methods=list(declared.methods))
    _public(blueprint, parts)
    return blueprint


def mark() -> Blueprint:
    """The product's mark where browsers ask for it unasked, beside documents that name none."""
    blueprint = Blueprint("mark", __name__)

    def sent() -> Response:
        return send_from_directory(HERE / "static", "mark.svg", mimetype="image/svg+xml", max_age=24 * 3600)

    blueprint.add_url_rule("/favicon.ico", "mark", sent, methods=["GET"])
    return blueprint


def form_bytes(parts: ConsoleParts, request: Request) -> int:
    """How many bytes of a form are read at most: files only of those who are signed in."""
    return JSON_BYTES if parts.sessions.find(request.cookies.get(guard.COOKIE)) is None else parts.file_bytes


def _declared(modules: Iterable[Any]) -> Iterable[ConsolePage]:
    for module in modules:
        yield from module.PAGES.declared


def _view(declared: ConsolePage, parts: ConsoleParts) -> Callable[..., Any]:
    def view(**path: Any) -> Any:
        session: ConsoleSession | None = g.console_session
        if session is None:
            return redirect(f"/console/sign-in?next={quote(request.full_path.rstrip('?'))}", 303)
        if declared.roles and not session.caller.roles & declared.roles:
            return _refused(Outcome(403, {"code": "forbidden"}))
        if request.method != "GET" and not guard.is_ours(request, session):
            return page("stale_form", 403)
        with one_moment() if request.method == "GET" else nullcontext():
            return declared.view(Visit(session, parts.interface), **path)

    return view


def _public(blueprint: Blueprint, parts: ConsoleParts) -> None:
    sign_in = parts.sign_in
    blueprint.add_url_rule("/sign-in", "sign_in", sign_in.form, methods=["GET"])
    blueprint.add_url_rule("/sign-in", "sign_in_by_token", sign_in.by_token, methods=["POST"])
    blueprint.add_url_rule("/sign-in/as", "sign_in_as", sign_in.as_demo_member, methods=["POST"])
    blueprint.add_url_rule("/sign-in/marketplace", "sign_in_at_marketplace", sign_in.at_marketplace, methods=["POST"])
    blueprint.add_url_rule("/sign-in/return", "sign_in_return", sign_in.returned, methods=["GET"])
    blueprint.add_url_rule("/sign-out", "sign_out", sign_in.out, methods=["POST"])
    blueprint.add_url_rule("/reference", "reference", parts.reference.shown, methods=["GET"])
    blueprint.add_url_rule("/reference", "reference_with_token", parts.reference.with_token, methods=["POST"])
    blueprint.add_url_rule("/language", "language", _language, methods=["POST"])
    blueprint.add_url_rule("/<path:nothing>", "nothing", lambda nothing: _refused(Outcome(404, {"code": "not_found"})))


def _begin(parts: ConsoleParts) -> None:
    g.console_zone, g.console_now = parts.zone, parts.now()
    g.console_session = session = parts.sessions.find(request.cookies.get(guard.COOKIE))
    if request.endpoint != _STATIC:
        g.exchange.rates = parts.rates.spend(f"address {request.remote_addr}" if session is None else f"subject {session.caller.subject}")


def _language() -> Response:
    """Choose a language by hand; kept in a cookie of its own, which names nobody."""
    chosen, back = request.form.get("language", ""), request.form.get("back", "")
    response = redirect(back if back.startswith("/console") else "/console", 303)
    if chosen in LANGUAGES and not guard.from_elsewhere(request):
        response.set_cookie(_LANGUAGE, chosen, max_age=365 * 24 * 3600, secure=True, httponly=True, samesite="Lax", path="/console")
    return response  # type: ignore[return-value]


def _locale() -> str:
    chosen = request.cookies.get(_LANGUAGE)
    return chosen if chosen in LANGUAGES else spoken(request.headers.get("Accept-Language", ""), LANGUAGES, "en")


def _translated(app: Any) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(HERE / "translations")
    Babel(app, locale_selector=_locale, timezone_selector=lambda: str(wording.zone()))


def _refused(outcome: Outcome) -> Response:
    """A page that says what the interface said."""
    code = outcome.code or "internal"
    return page("problem", outcome.status, code=code, problem=outcome.body)


def _problem(wrong: Problem) -> Response:
    response = _refused(Outcome(wrong.status, wrong.document(g.request_id)))
    response.headers.extend(wrong.headers)
    return response


def _failed(error: Exception) -> Any:
    """A page also for what nobody foresaw; the log has the error under the request's id."""
    if isinstance(error, HTTPException):
        return _refused(Outcome(error.code or 500, {"code": "not_found" if error.code == 404 else "malformed"}))
    log_event("request failed", logging.ERROR, error, request_id=g.request_id)
    return _refused(Outcome(500, {"code": "internal", "detail": g.request_id}))


def _shared(parts: ConsoleParts) -> dict[str, Any]:
    """What every page knows."""
    session: ConsoleSession | None = g.get("console_session")
    now = parts.now()
    return {
        "me": None if session is None else session.caller,
        "form_token": "" if session is None else session.form_token,
        "unread": 0 if session is None else Visit(session, parts.interface).unread(),
        "navigation": [] if session is None else navigation(session.caller.roles, request.path),
        "language": str(get_locale()),
        "lang": "zh-Hans" if str(get_locale()).startswith("zh") else "en",
        "languages": LANGUAGES,
        "now": now,
        "now_exact": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "zone_name": str(parts.zone),
        "stands_still": parts.stands_still,
        "time_left": lambda until: wording.time_left(until, now),
        "done": wording.told_done(request.args.get("done")),
        "here": request.full_path.rstrip("?"),
        "about": about(request.path),
        "new_key": new_key,
        "weekdays": day_words.weekdays,
        "_": gettext,
        "ngettext": ngettext,
    }
