"""Declaring what can be asked: one `Router` a blueprint, one decorated function an operation.

The declaration feeds the router, the checks before an endpoint and the OpenAPI document alike, so that the three cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, Generic, TypedDict, TypeVar, Unpack

from marshmallow import Schema
from msgspec import Struct

from adapters.http.reading import JSON, MULTIPART
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import Nothing, Paging

H = TypeVar("H")
Endpoint = Callable[[H, ApiRequest], Answered]
_PARAMETER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
JSON_BYTES: Final = 1024 * 1024
"""Bytes that are read of a body without files, where an operation does not say otherwise."""
SUCCESS: Final = {"GET": 200, "POST": 200, "PUT": 200, "PATCH": 200, "DELETE": 204}
ALSO: Final[Mapping[str, tuple[int, ...]]] = {"PUT": (201,)}


class Operation(Struct, frozen=True, kw_only=True):
    """One method on one path. `endpoint` takes the context that its router is bound to, and the request; see `Options` for the rest."""

    method: str
    path: str
    name: str
    router: str
    summary: str
    description: str
    roles: frozenset[str]
    public: bool
    answers: type[Schema] | None
    endpoint: Callable[[Any, ApiRequest], Answered]
    success: int
    body: type[Schema] | None = None
    files: bool = False
    query: type[Schema] | None = None
    lists: bool = False
    also: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    current: Callable[[Any, ApiRequest], Any] | None = None
    produces: tuple[str, ...] = (JSON,)
    consumes: tuple[str, ...] = (JSON,)
    unparsed: bool = False
    max_bytes: int | None = JSON_BYTES

    @property
    def route(self) -> str:
        """The path as Flask writes it: `{id}` is an opaque id, `{n:number}` a number; so are `folder` and `tile`."""
        return _PARAMETER.sub(lambda found: f"<{found[2] or 'opaque'}:{found[1]}>", self.path)

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it."""
        return _PARAMETER.sub(lambda found: "{" + found[1] + "}", self.path)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Names and kinds of the path's parameters."""
        return [(found[1], found[2] or "opaque") for found in _PARAMETER.finditer(self.path)]

    @property
    def is_command(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def reads_body(self) -> bool:
        """Whether it reads what is sent beside the head."""
        return self.files or self.body is not None


class BoundRouter(Struct, frozen=True):
    """The operations of a router, each with its endpoint bound to the context it stands on."""

    router: str
    operations: tuple[Operation, ...]
    endpoints: tuple[Callable[[ApiRequest], Answered], ...]
    currents: tuple[Callable[[ApiRequest], Any] | None, ...]

    def __iter__(self) -> Iterator[tuple[Operation, Callable[[ApiRequest], Answered], Callable[[ApiRequest], Any] | None]]:
        return iter(zip(self.operations, self.endpoints, self.currents, strict=True))


class Options(TypedDict, total=False):
    """What may be said of an operation when it is declared.

    `body` is the schema of the JSON body, or of the fields beside `files` (parts named `file`); `query` that of the query; `lists` adds
    `limit` and `after` to it: the endpoint returns `request.page.of(items, next)`, and its answers are `page_of(item)`. `success` is
    its status where it is not the method's own, `also` further ones. `codes` are the refusals it can answer with beyond those that
    every operation has. `current(context, request)` gives the body of the object's own GET: with it If-Match is honoured. `roles` and
    `name` stand in for the router's and the function's. With `unparsed` the endpoint reads the body itself, whatever it is: it comes as
    the one part of `uploads`, as NDJSON always does. `max_bytes` is read of a body; None, as with files, for what the setting says.
    """

    body: type[Schema] | None
    files: bool
    query: type[Schema] | None
    lists: bool
    success: int
    also: tuple[int, ...]
    codes: tuple[str, ...]
    current: Callable[[Any, ApiRequest], Any] | None
    roles: Sequence[str]
    produces: tuple[str, ...]
    consumes: tuple[str, ...]
    unparsed: bool
    max_bytes: int | None
    name: str


class Router(Generic[H]):
    """The operations for one kind of caller: declared at import, bound to the context they stand on by the wiring."""

    def __init__(self, name: str, roles: Sequence[str] = (), prefix: str = "/v1", public: bool = False) -> None:
        self.name, self.roles, self.prefix, self.public = name, frozenset(roles), prefix, public
        self.operations: list[Operation] = []

    def get(self, path: str, answers: type[Schema] | None, **options: Unpack[Options]) -> Callable[[Endpoint[H]], Endpoint[H]]:
        """Declare a read. See `Options`."""
        return partial(self._declare, "GET", path, answers, **options)

    def post(self, path: str, answers: type[Schema] | None, **options: Unpack[Options]) -> Callable[[Endpoint[H]], Endpoint[H]]:
        """Declare a command (200 unless `success=201`)."""
        return partial(self._declare, "POST", path, answers, **options)

    def put(self, path: str, answers: type[Schema] | None, **options: Unpack[Options]) -> Callable[[Endpoint[H]], Endpoint[H]]:
        """Declare an idempotent command: 201 when new, 200 when not (`also=(201,)`)."""
        return partial(self._declare, "PUT", path, answers, **options)

    def patch(self, path: str, answers: type[Schema] | None, **options: Unpack[Options]) -> Callable[[Endpoint[H]], Endpoint[H]]:
        """Declare a command that changes what the body names of an object: 200."""
        return partial(self._declare, "PATCH", path, answers, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Callable[[Endpoint[H]], Endpoint[H]]:
        """Declare a command that ends something: 204."""
        return partial(self._declare, "DELETE", path, None, **options)

    def bound_to(self, context: H) -> BoundRouter:
        """The operations with their endpoints bound to `context`."""
        operations = tuple(self.operations)
        currents = tuple(None if o.current is None else partial(o.current, context) for o in operations)
        return BoundRouter(self.name, operations, tuple(partial(o.endpoint, context) for o in operations), currents)

    def _declare(
        self, method: str, path: str, answers: type[Schema] | None, endpoint: Endpoint[H], **options: Unpack[Options]
    ) -> Endpoint[H]:
        summary, _, description = (endpoint.__doc__ or endpoint.__name__).strip().partition("\n")
        given: dict[str, Any] = {"name": endpoint.__name__, "success": SUCCESS[method], "also": ALSO.get(method, ()), **options}
        given["roles"] = frozenset(given.get("roles", self.roles))
        given["body"] = given.get("body") or (Nothing if method in ("POST", "PUT") else None)
        given["query"] = _query(given.get("query"), given.get("lists", False))
        if given.get("files"):
            given |= {"consumes": (MULTIPART,), "max_bytes": None}
        self.operations.append(
            Operation(
                method=method,
                path=self.prefix + path,
                router=self.name,
                summary=summary.rstrip("."),
                description=" ".join(description.split()),
                public=self.public,
                answers=answers,
                endpoint=endpoint,
                **given,
            )
        )
        return endpoint


def _query(query: type[Schema] | None, lists: bool) -> type[Schema] | None:
    if not lists:
        return query
    return Paging if query is None else type(f"{query.__name__}Paged", (query, Paging), {})
