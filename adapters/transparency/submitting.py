"""Statements of reasons put into the DSA Transparency Database (EU 2022/2065, art. 24(5)), 100 in a request, each once.

The database takes a batch whole or not at all (422). So what it names is taken out and the rest is sent again: numbers that it has
already (`existing_puids`), which it is asked about one by one, for it also names what somebody else is just sending; and statements
against its rules (`statement_N`), which stay unsent. Each answer is kept as soon as it is there, so that a run that broke off goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec
from msgspec import Struct

from adapters.system.settings import LOOPBACK

MOST: Final = 100
"""Statements in one request, at most."""
SECONDS: Final = 60

Statement = Mapping[str, Any]


class Unsendable(Exception):
    """The database did not take the request: one line, what was answered before is kept."""


class DatabaseAnswer(Struct, frozen=True, omit_defaults=True):
    """What the database answered to one statement: `created` with where it is, or `existing` where it had its number already."""

    puid: str
    outcome: str
    uuid: str = ""
    permalink: str = ""
    created_at: str = ""


class DatabaseAnswers:
    """Kept answers, a line each; a line that was cut off by a crash is as good as none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = {one.puid: one for one in self._read()}

    def __contains__(self, puid: object) -> bool:
        return puid in self._known

    def keep(self, answers: Iterable[DatabaseAnswer]) -> None:
        """Write the answers down before anything more is sent."""
        new = list(answers)
        with self._path.open("ab") as file:
            file.write(b"".join(msgspec.json.encode(one) + b"\n" for one in new))
        self._known |= {one.puid: one for one in new}

    def _read(self) -> Iterator[DatabaseAnswer]:
        if not self._path.exists():
            return
        *whole, cut = self._path.read_bytes().split(b"\n")
        if cut:
            self._path.write_bytes(b"".join(line + b"\n" for line in whole))
        for line in whole:
            yield msgspec.json.decode(line, type=DatabaseAnswer)


class Submitted(Struct):
    """How many were made and how many the database had; what it refused, by number; whose number it could not be asked about yet."""

    created: int = 0
    existing: int = 0
    refused: dict[str, Any] = {}
    undecided: list[str] = []


def submit(statements: Sequence[Statement], url: str, token: str, answers: DatabaseAnswers) -> Submitted:
    """Send what was not answered yet. Raises Unsendable."""
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in LOOPBACK:
        raise Unsendable(f"{url} is not https: the token would be readable on the way")
    done, unsent = Submitted(), [one for one in statements if one["puid"] not in answers]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=SECONDS, follow_redirects=False) as client:
            for first in range(0, len(unsent), MOST):
                _send(client, unsent[first : first + MOST], answers, done)
    except httpx.HTTPError as error:
        raise Unsendable(f"{url} cannot be asked: {error or type(error).__name__}") from None
    return done


def _send(client: httpx.Client, batch: list[Statement], answers: DatabaseAnswers, done: Submitted) -> None:
    while batch:
        answer = client.post("/api/v1/statements", json={"statements": batch})
        match answer.status_code, _body(answer):
            case 201, {"statements": [*made]}:
                new = [_answer_of(one) for one in made]
                answers.keep(new)
                done.created += len(new)
                return
            case 422, {"errors": {"existing_puids": [*puids]}}:
                batch = _without_known(client, batch, {str(one) for one in puids}, answers, done)
            case 422, {"errors": dict(errors)} if any(f"statement_{place}" in errors for place in range(len(batch))):
                wrong = {one["puid"]: errors[f"statement_{place}"] for place, one in enumerate(batch) if f"statement_{place}" in errors}
                done.refused |= wrong
                batch = [one for one in batch if one["puid"] not in wrong]
            case status, body:
                raise Unsendable(f"the database answered {status}: {_said(body)}")


def _without_known(
    client: httpx.Client, batch: list[Statement], named: set[str], answers: DatabaseAnswers, done: Submitted
) -> list[Statement]:
    left = [one for one in batch if one["puid"] not in named]
    if len(left) == len(batch):
        raise Unsendable("the database names statements as known that were not sent")
    for puid in sorted(named & {str(one["puid"]) for one in batch}):
        match client.get(f"/api/v1/statement/existing-puid/{puid}").status_code:
            case 302:  # its word for found, without a place to go to
                answers.keep([DatabaseAnswer(puid, "existing")])
                done.existing += 1
            case 404:
                done.undecided.append(puid)
            case status:
                raise Unsendable(f"the database answered {status} when asked about {puid}")
    return left


def _answer_of(made: Mapping[str, Any]) -> DatabaseAnswer:
    return DatabaseAnswer(str(made.get("puid")), "created", *(str(made.get(name) or "") for name in ("uuid", "permalink", "created_at")))


def _body(answer: httpx.Response) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return None


def _said(body: Any) -> str:
    return str(body["message"])[:200] if isinstance(body, dict) and "message" in body else "without a reason"
