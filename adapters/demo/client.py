"""Whoever asks in the demonstration: a plain HTTP client with a token of its own."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Files = Sequence[tuple[str, bytes]]
"""Name and content of what is uploaded."""

Expected = int | tuple[int, ...]
"""The status that the story goes on with, or several."""

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class WentWrong(Exception):
    """The server answered what the story does not expect: a defect, or pictures that the story cannot be told with."""


@dataclass(frozen=True)
class ApiAnswer:
    """What the server said."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        """Why it was refused."""
        return str(self.body["code"])


@dataclass
class ApiClient:
    """Somebody who asks; everything that reached them is kept in `heard`."""

    name: str
    url: str
    token: str
    heard: list[bytes] = field(default_factory=list)

    def get(self, path: str) -> Any:
        """Read what must be readable."""
        return self.ask("GET", path, expect=200).body

    def post(self, path: str, body: object = None, files: Files | None = None, expect: Expected = 200) -> ApiAnswer:
        """Ask for a change."""
        return self.ask("POST", path, {} if body is None and files is None else body, files, expect)

    def put(self, path: str, body: object = None, files: Files | None = None, expect: int = 201) -> ApiAnswer:
        """Make a thing, or change it."""
        return self.ask("PUT", path, body, files, expect)

    def ask(self, method: str, path: str, body: object = None, files: Files | None = None, expect: Expected = 200) -> ApiAnswer:
        """Ask, and take the answer. Raises WentWrong where it has another status than expected."""
        content, kind = _multipart(files) if files is not None else _json(body)
        headers = {"Authorization": f"Bearer {self.token}", **kind}
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        request = urllib.request.Request(f"{self.url}/v1{path}", data=content, method=method, headers=headers)
        try:
            with _open(request, timeout=60) as answer:
                status, said, headers_read = answer.status, answer.read(), str(answer.headers)
        except urllib.error.HTTPError as error:
            status, said, headers_read = error.code, error.read(), str(error.headers)
        self.heard += [headers_read.encode(), said]
        if status not in (expect if isinstance(expect, tuple) else (expect,)):
            raise WentWrong(f"{method} /v1{path} was answered {status} where {expect} was expected: {said[:300].decode(errors='replace')}")
        return ApiAnswer(status, json.loads(said) if said else None)


def _json(body: object) -> tuple[bytes | None, dict[str, str]]:
    return (None, {}) if body is None else (json.dumps(body).encode(), {"Content-Type": "application/json"})


def _multipart(files: Files) -> tuple[bytes, dict[str, str]]:
    edge = uuid.uuid4().hex
    parts = []
    for name, content in files:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={edge}"}
