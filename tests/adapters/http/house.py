"""A small house with one room of each kind, to try what every blueprint stands on: notes that merchants keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from marshmallow.validate import OneOf

from adapters.http.app import HttpParts, create_app
from adapters.http.endpoint import Router
from adapters.http.problems import Problem
from adapters.http.reading import JSON, TOML
from adapters.http.request import Answered, ApiRequest, Content, Reply, Stream
from adapters.http.schemas.common import page_of
from adapters.http.schemas.fields import Received, Shown, Text, choice, instant, many, text, whole, word
from adapters.identity.keys import keys_from
from adapters.identity.tokens import TokenVerifier, issue_token
from adapters.system.settings import Settings
from application.command import TooManyWaiting
from application.refusals import NotFound
from domain.refusal import RefusedAttempt


class Note(Shown):
    """A note."""

    id = word("n1")
    words = word("hello")


class NoteBody(Received):
    """A note's words."""

    words = text(1, 100)
    until = instant(load_default=None, allow_none=True)
    stars = whole(0, 5, load_default=0)
    tags = many(text(1, 10, example="red"), 0, 30, load_default=list)


class KindQuery(Received):
    """Which notes."""

    kind = Text(load_default=None, validate=OneOf(["short", "long"]))


class PartFields(Received):
    """The field beside the files."""

    kind = choice("raw", "other", load_default="other")


class Kept(Shown):
    """What was kept."""

    files = many(word("a.txt"))
    digests = many(word("9f86…"))
    kind = word("other")


class Busy(Exception):
    """Not just now."""


@dataclass
class House:
    """Notes by id, each with its owner; `seen` what endpoints were asked."""

    notes: dict[str, tuple[str, str]] = field(default_factory=dict)
    seen: list[ApiRequest] = field(default_factory=list)


NOTES: Router[House] = Router("notes", roles=("merchant",))


def note_now(house: House, request: ApiRequest) -> dict[str, Any]:
    """The body of a note's GET; another's is not there."""
    owner, words = house.notes.get(request.path["id"], (None, ""))
    if owner != request.caller.subject:
        raise NotFound
    return {"id": request.path["id"], "words": words}


@NOTES.get("/notes", page_of(Note), query=KindQuery, lists=True)
def list_notes(house: House, request: ApiRequest) -> Answered:
    """List one's notes."""
    mine = sorted(key for key, (owner, _) in house.notes.items() if owner == request.caller.subject)
    left = [key for key in mine if request.page.after is None or key > request.page.after[0]]
    bodies = [{"id": key, "words": house.notes[key][1]} for key in left[: request.page.limit + 1]]
    return request.page.cut(bodies, lambda note: [note["id"]])


@NOTES.post("/notes", Note, body=NoteBody, success=201, codes=("case_closed",))
def make_note(house: House, request: ApiRequest) -> Answered:
    """Make a note."""
    house.seen.append(request)
    if request.body["words"] == "closed":
        raise RefusedAttempt("case_closed", closed_at="2026-02-24T16:00:00Z", status="forged", code="forged")
    key = f"n{len(house.notes):03}"
    house.notes[key] = (request.caller.subject, request.body["words"])
    return {"id": key, "words": request.body["words"]}


@NOTES.get("/notes/{id}", Note)
def read_note(house: House, request: ApiRequest) -> Answered:
    """Read a note."""
    return note_now(house, request)


@NOTES.put("/notes/{id}", Note, body=NoteBody, current=note_now, also=())
def change_note(house: House, request: ApiRequest) -> Answered:
    """Change a note."""
    request.precondition()
    note_now(house, request)
    house.notes[request.path["id"]] = (request.caller.subject, request.body["words"])
    return note_now(house, request)


@NOTES.delete("/notes/{id}", current=note_now)
def drop_note(house: House, request: ApiRequest) -> Answered:
    """Drop a note."""
    request.precondition()
    note_now(house, request)
    del house.notes[request.path["id"]]
    return None


@NOTES.post("/notes/{id}/reading", Note)
def mark_read(house: House, request: ApiRequest) -> Answered:
    """Mark a note as read."""
    return note_now(house, request)


@NOTES.post("/boxes/{name:folder}/files", Kept, body=PartFields, files=True, success=201, codes=("unknown_folder",))
def keep_files(house: House, request: ApiRequest) -> Answered:
    """Keep files in a box."""
    house.seen.append(request)
    if request.path["name"] == "nowhere":
        raise NotFound("unknown_folder")
    files = [upload.filename for upload in request.uploads]
    return {"files": files, "digests": [upload.digest for upload in request.uploads], "kind": request.body["kind"]}


@NOTES.post("/papers", Note, body=NoteBody, consumes=(JSON, TOML), roles=("admin",))
def keep_paper(house: House, request: ApiRequest) -> Answered:
    """Keep a paper, written in JSON or TOML."""
    return {"id": "p", "words": request.body["words"]}


@NOTES.get("/picture", None, produces=("image/jpeg",))
def picture(house: House, request: ApiRequest) -> Answered:
    """A picture."""
    return Content(b"\xff\xd8\xff", "image/jpeg")


@NOTES.get("/feed", None, produces=("application/x-ndjson",))
def feed(house: House, request: ApiRequest) -> Answered:
    """A feed."""
    return Stream([b'{"a":1}\n', b'{"a":2}\n'])


@NOTES.post("/trouble/{n:number}", Note, codes=("all_refused",))
def trouble(house: House, request: ApiRequest) -> Answered:
    """Fail in different ways."""
    match request.path["n"]:
        case 1:
            raise RuntimeError(f"the secret of {request.caller.subject}")
        case 2:
            raise Busy
        case 3:
            raise Problem("all_refused", refused=[{"id": "x", "link": "y", "reasons": [{"code": "malformed_link"}]}])
        case 5:
            raise TooManyWaiting
        case _:
            return Reply(200, {"id": "t", "words": "fine"})


def open_house(tmp: Path, house: House | None = None, **settings: Any) -> tuple[Flask, House]:
    """The house with its own keys."""
    chosen, house = Settings(store=str(tmp), **settings), house or House()
    verifier = TokenVerifier(keys_from(None, chosen.keys_directory), chosen.token_issuer, chosen.token_audience)
    parts = HttpParts(
        settings=chosen,
        verifier=verifier,
        cursor_secret=b"k" * 32,
        routers=[NOTES.bound_to(house)],
        readiness={"cellar": lambda: house.notes.get("flood") is None},
        gauges={"notes": ("Notes kept", lambda: float(len(house.notes))), "lag": ("Lag by view", lambda: {"notes": 2.0})},
        unavailable=(Busy,),
        preparing=lambda: int(house.notes["percent"][1]) if "percent" in house.notes else None,
        clock_doubtful=lambda: house.notes.get("clock") is not None,
    )
    return create_app(parts), house


def token(tmp: Path, role: str = "merchant", subject: str = "alice", **more: Any) -> str:
    """A token of the house's own."""
    chosen = Settings(store=str(tmp))
    return issue_token(chosen.keys_directory, chosen.token_issuer, chosen.token_audience, role=role, subject=subject, **more)
