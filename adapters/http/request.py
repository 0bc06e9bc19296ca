"""What an endpoint is given and what it gives back: no endpoint knows the framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from adapters.http.commands import Worded
from adapters.http.cursors import PageRequest
from adapters.http.reading import FilePart
from adapters.identity.tokens import Caller
from application.acting import Act, Answer, Command, IdempotencyKey, Platform, perform
from application.refusals import Stale
from domain.refusal import Refusal

R = TypeVar("R")


class ApiRequest(Struct, frozen=True):
    """One request, read and checked.

    `path` holds the path's parameters, `query` and `body` what their schemas loaded (absent optional members have their default),
    `raw` the body as it came (for documents that the domain reads itself), `uploads` the parts named `file`, `page` the part of a list;
    `apart` says that the client would rather have the work done after the answer (RFC 7240, `respond-async`); `languages` are those that
    it asks to be answered in, as its `Accept-Language` says.
    """

    caller: Caller
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    raw: Mapping[str, Any]
    uploads: tuple[FilePart, ...]
    page: PageRequest
    key: IdempotencyKey | None
    precondition: Callable[[], None]
    request_id: str
    success: int
    apart: bool = False
    languages: str = ""

    def command(
        self,
        platform: Platform,
        name: str,
        by: str,
        decide: Callable[[Act], R],
        words: Callable[[Act, R], Any],
        status: Callable[[R], int] | None = None,
    ) -> Answer:
        """Carry out a command under the request's idempotency key, If-Match being asked in each try.

        `words(act, result)` gives the body, None for none, or a Problem such as `all_refused`; `status(result)` the status where it is
        not the operation's own.
        """

        def guarded(act: Act) -> R:
            """The tag is compared after what is decided on was loaded: whatever changes later is a conflict."""
            try:
                result = decide(act)
            except (Refusal, Stale):
                self.precondition()
                raise
            self.precondition()
            return result

        return perform(platform, Command(name, by, self.key), guarded, Worded(words, status or (lambda _: self.success), self.request_id))


class Content(Struct, frozen=True):
    """An answer that is no JSON: a picture, a certificate, an archive."""

    content: bytes
    media_type: str
    filename: str | None = None
    headers: Mapping[str, str] = {}


class Stream(Struct, frozen=True):
    """An answer that is sent piece by piece, such as NDJSON."""

    pieces: Iterable[bytes]
    media_type: str = "application/x-ndjson"


class Itemised(Struct, frozen=True):
    """A JSON object that grows with the years, written member by member: a list may be an iterator, which is read as it is written."""

    members: Iterable[tuple[str, Any]]


class Tagged(Struct, frozen=True):
    """A JSON answer whose entity tag is that of `basis`: what else is in the body changes without the object having changed."""

    body: Any
    basis: Any


class Reply(Struct, frozen=True):
    """A JSON answer with a status and headers of its own."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


Answered = Mapping[str, Any] | Answer | Reply | Tagged | Content | Stream | Itemised | None
"""What an endpoint returns: a JSON object (the operation's own status), a command's answer, a reply, bytes, or None for 204."""
