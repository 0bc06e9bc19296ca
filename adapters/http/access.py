"""Who may come in: the bearer token first (401), then the role (403). What belongs to whom is asked where the object is (404)."""

from __future__ import annotations

import re
from typing import Final

from werkzeug.wrappers import Request

from adapters.http.endpoint import Operation
from adapters.http.problems import Problem
from adapters.identity.tokens import Caller, TokenVerifier, Unauthenticated

ANYBODY: Final = Caller("", frozenset())
_BEARER: Final = re.compile(r"Bearer +([^\s,]+)", re.IGNORECASE)


def admit(verifier: TokenVerifier, operation: Operation, request: Request) -> Caller:
    """The caller, who has one of the operation's roles; nobody in particular where the operation is public."""
    if operation.public:
        return ANYBODY
    header = request.headers.get("Authorization")
    if header is None:
        raise Problem("unauthenticated", headers={"WWW-Authenticate": "Bearer"})
    found = _BEARER.fullmatch(header.strip())
    if found is None:
        raise Unauthenticated
    caller = verifier.verify(found[1])
    if not caller.roles & operation.roles:
        raise Problem("forbidden")
    return caller
