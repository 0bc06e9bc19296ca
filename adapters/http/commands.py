"""What makes a request a command: the key under which its answer is kept, what it contains, and how its answer is worded."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from adapters.http.etags import encode
from adapters.http.problems import Problem, invalid, problem_of
from adapters.http.reading import FilePart
from application.acting import Act, Answer, IdempotencyKey
from domain.refusal import Refusal

_KEY: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?")
R = TypeVar("R")


class Worded(Generic[R]):
    """How the HTTP layer words the answer to a command (`Replies` of the application).

    `words(act, result)` gives the body to send, or a Problem where nothing was made (`all_refused`); `status(result)` the status.
    """

    def __init__(self, words: Callable[[Act, R], Any], status: Callable[[R], int], request_id: str) -> None:
        self._words, self._status, self._request_id = words, status, request_id

    def done(self, act: Act, result: R) -> Answer:
        """The answer to a command that was carried out."""
        body = self._words(act, result)
        if isinstance(body, Problem):
            return Answer(body.status, body.body(self._request_id))
        return Answer(self._status(result), b"" if body is None else encode(body))

    def refused(self, refusal: Refusal) -> Answer:
        """The answer to a command that was refused by rule."""
        problem = problem_of(refusal)
        assert problem is not None
        return Answer(problem.status, problem.body(self._request_id))


def idempotency_key(header: str | None, subject: str, path: str, content: Callable[[], str]) -> IdempotencyKey | None:
    """The key, scoped to subject and path, with the fingerprint of the content. Raises 422: not 1 to 255 printable ASCII characters."""
    if header is None:
        return None
    if not _KEY.fullmatch(header):
        raise invalid({"Idempotency-Key": ["Must be 1 to 255 printable ASCII characters."]})
    scope = hashlib.sha256(f"{subject}\0{path}".encode()).hexdigest()  # a subject is a person's name for itself: kept as a digest
    return IdempotencyKey(scope, header, content())


def fingerprint(method: str, path: str, query: Mapping[str, Sequence[str]], body: Any, uploads: Sequence[FilePart]) -> str:
    """A digest of what is asked: parsed parts, not bytes, for multipart boundaries and the order of JSON names mean nothing."""
    parts = [method, path, {name: list(query[name]) for name in sorted(query)}, body, [[part.filename, part.digest] for part in uploads]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
