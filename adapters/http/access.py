"""Who may come in, told by the head of a request alone: no body of anybody is read before.

The order is the contract's: 429 of an address that shows no good token, 401, 403, 429 of the member, 413, 415. What belongs to
whom is asked where the object is (404).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from werkzeug.wrappers import Request

from adapters.http.endpoint import Operation
from adapters.http.problems import Problem
from adapters.http.rates import Rates
from adapters.http.reading import refuse_media_type
from adapters.identity.tokens import Caller, TokenVerifier, Unauthenticated

ANYBODY: Final = Caller("", frozenset())
_BEARER: Final = re.compile(r"Bearer +([^\s,]+)", re.IGNORECASE)


class Admitted(Struct, frozen=True):
    """Who asks, how many bytes of body are read at most, and the headers that tell how often more may be asked."""

    caller: Caller
    most: int
    rates: Mapping[str, str] = {}


class Access:
    """The one who stands at the entrance.

    `most` bytes are read of a request with files; `secrets` open single operations, by name, to who shows them in a token's place.
    """

    def __init__(self, verifier: TokenVerifier, rates: Rates, most: int, secrets: Mapping[str, str] = {}) -> None:
        self._verifier, self._rates, self._most, self._secrets = verifier, rates, most, secrets

    def admit(self, operation: Operation, request: Request) -> Admitted:
        """The caller, who has one of the operation's roles. Raises Problem, Unauthenticated, KeysUnavailable."""
        most = min(self._most, operation.max_bytes or self._most)
        if operation.public or self._knows_secret(operation, request):
            return Admitted(ANYBODY, most)
        return self._admitted(operation, request, self._caller(request), most)

    def admit_known(self, operation: Operation, request: Request) -> Admitted | None:
        """The same of a token that was verified a moment ago, where nothing has to be waited for; None elsewhere. Raises Problem."""
        shown = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        if operation.public or shown is None or not self._rates.off:
            return None
        caller = self._verifier.remembered(shown[1])
        return None if caller is None else self._admitted(operation, request, caller, min(self._most, operation.max_bytes or self._most))

    def _admitted(self, operation: Operation, request: Request, caller: Caller, most: int) -> Admitted:
        if not caller.roles & operation.roles:
            raise Problem("forbidden")
        rates = self._rates.spend(f"subject {caller.subject}")
        if (request.content_length or 0) > most:
            raise too_large(most)
        if operation.reads_body:
            refuse_media_type(request, operation.consumes)
        return Admitted(caller, most, rates)

    def _knows_secret(self, operation: Operation, request: Request) -> bool:
        secret, shown = self._secrets.get(operation.name), _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        return secret is not None and shown is not None and hmac.compare_digest(shown[1].encode(), secret.encode())

    def _caller(self, request: Request) -> Caller:
        try:
            return self._verifier.verify(_token(request))
        except (Unauthenticated, Problem):
            self._rates.spend(f"address {request.remote_addr}")
            raise


def too_large(most: int) -> Problem:
    """413: a body over the cap of its operation."""
    return Problem("request_too_large", f"At most {most} bytes are read.")


def _token(request: Request) -> str:
    header = request.headers.get("Authorization")
    if header is None:
        raise Problem("unauthenticated", headers={"WWW-Authenticate": "Bearer"})
    found = _BEARER.fullmatch(header.strip())
    if found is None:
        raise Unauthenticated
    return found[1]
