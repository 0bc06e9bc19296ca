"""One request of a signed-in person, and what pages are declared with."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, g, redirect, render_template, request
from flask_babel import get_locale
from msgspec import Struct
from werkzeug.datastructures import FileStorage

from adapters.console.interface import Interface, Outcome
from adapters.console.sessions import ConsoleSession
from adapters.http.turns import in_turns

Answer = Response | str


class Refused(Exception):
    """The interface said no to what a page needs: shown as a page of its own."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


class WantedRead(Struct, frozen=True):
    """A read of the interface, by its operation's name."""

    name: str
    path: Mapping[str, Any] | None
    query: Mapping[str, Any]


def asked(name: str, path: Mapping[str, Any] | None = None, /, **query: Any) -> WantedRead:
    """A read to be asked with others."""
    return WantedRead(name, path, query)


def tagged(outcome: Outcome) -> tuple[dict[str, Any], str]:
    """A read's JSON with its entity tag. Raises Refused where there is none."""
    return _well(outcome).body, outcome.etag or ""


def _well(outcome: Outcome) -> Outcome:
    if not outcome.well:
        raise Refused(outcome)
    return outcome


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose request it is, and the interface it is answered from."""

    session: ConsoleSession
    interface: Interface

    @property
    def roles(self) -> frozenset[str]:
        """What the person may do."""
        return self.session.caller.roles

    def read(self, name: str, path: Mapping[str, Any] | None = None, /, **query: Any) -> dict[str, Any]:
        """The JSON of a read. Raises Refused where there is none."""
        body: dict[str, Any] = _well(self.attempt(name, path, **query)).body
        return body

    def reads(self, **wanted: WantedRead) -> dict[str, Any]:
        """The JSON of several reads, which share their questions to the database, under the names they are asked by. Raises Refused."""
        return {name: _well(outcome).body for name, outcome in zip(wanted, self.outcomes(*wanted.values()), strict=True)}

    def tagged(self, name: str, path: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """The JSON of a read with its entity tag, for a form that must not decide on what has changed since."""
        return tagged(self.attempt(name, path))

    def attempt(self, name: str, path: Mapping[str, Any] | None = None, /, **query: Any) -> Outcome:
        """A read that may find nothing."""
        return self.outcomes(asked(name, path, **query))[0]

    def outcomes(self, *wanted: WantedRead) -> list[Outcome]:
        """What becomes of several reads, any of which may find nothing. How much is unread, which every page shows, is asked with them."""
        shell = [asked("count_unread")] if self._unread_is_wanted() else []
        found = list(in_turns(*[partial(self._ask, one) for one in (*wanted, *shell)]))
        if shell:
            last = found.pop()
            g.console_unread = last.body["count"] if last.well else 0
        return found

    def unread(self) -> int:
        """How many messages this member has not read."""
        if self._unread_is_wanted():
            self.outcomes()
        number: int = g.get("console_unread", 0)
        return number

    def _unread_is_wanted(self) -> bool:
        return "merchant" in self.roles and "console_unread" not in g and self.interface.knows("count_unread")

    def _ask(self, one: WantedRead) -> Outcome:
        return self.interface.ask(self.session.caller, one.name, path=one.path, query=one.query, headers=spoken(), request_id=g.request_id)

    @staticmethod
    def missing() -> Outcome:
        """What is answered for a thing that is not there."""
        return Outcome(404, {"code": "not_found"})

    def send(
        self,
        name: str,
        path: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Sequence[FileStorage] = (),
    ) -> Outcome:
        """Carry out a command under the form's own idempotency key: sent twice, it is done once."""
        given = (("Idempotency-Key", form("key")), ("If-Match", form("etag")), *spoken().items())
        headers = {name: value for name, value in given if value}
        return self.interface.ask(self.session.caller, name, path=path, body=body, files=files, headers=headers, request_id=g.request_id)

    def send_apart(
        self,
        name: str,
        path: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Sequence[FileStorage] = (),
    ) -> Outcome:
        """Carry out a command that the form only implies, under no key."""
        return self.interface.ask(self.session.caller, name, path=path, body=body, files=files, request_id=g.request_id)


View = Callable[..., Answer]


class ConsolePage(Struct, frozen=True):
    """A page's address, who may see it, and what makes it."""

    rule: str
    methods: tuple[str, ...]
    roles: frozenset[str]
    view: View

    @property
    def name(self) -> str:
        """Its endpoint."""
        return f"{self.view.__module__.rpartition('.')[2]}_{self.view.__name__}"


class Pages:
    """The pages of one part of the console, declared at import."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles)
        self.declared: list[ConsolePage] = []

    def get(self, rule: str, roles: Sequence[str] = ()) -> Callable[[View], View]:
        """Declare a page to read."""
        return self._declare(rule, ("GET",), roles)

    def post(self, rule: str, roles: Sequence[str] = ()) -> Callable[[View], View]:
        """Declare what a form is sent to."""
        return self._declare(rule, ("POST",), roles)

    def _declare(self, rule: str, methods: tuple[str, ...], roles: Sequence[str]) -> Callable[[View], View]:
        def declare(view: View) -> View:
            self.declared.append(ConsolePage(rule, methods, frozenset(roles) or self.roles, view))
            return view

        return declare


def spoken() -> dict[str, str]:
    """The head that asks the interface for the reader's language."""
    return {"Accept-Language": str(get_locale())}


def form(name: str, default: str = "") -> str:
    """A field of the form that was sent, without blanks at its ends."""
    return request.form.get(name, default).strip()


def lines_of(text: str) -> list[str]:
    """What stands on the lines of a field, empty ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """A page; each form on it gets a key of its own to be done once."""
    return Response(render_template(f"{template}.html", new_key=new_key, **shown), status, content_type="text/html; charset=utf-8")


def new_key() -> str:
    """A fresh idempotency key."""
    return secrets.token_urlsafe(18)


def done(address: str, what: str) -> Response:
    """Go on to another page, which says that it is done (`what` is a key of `wording.DONE`)."""
    joint = "&" if "?" in address else "?"
    return redirect(f"{address}{joint}done={what}", 303)  # type: ignore[return-value]
