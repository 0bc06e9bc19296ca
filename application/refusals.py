"""What the application answers when it does not even come to a rule: nothing there, nothing sensible asked, or too late seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class NotFound(Exception):
    """There is no such object, or it belongs to someone else: the two look alike. `code` is `not_found` or e.g. `unknown_folder`."""

    __slots__ = ("code",)

    def __init__(self, code: str = "not_found") -> None:
        super().__init__(code)
        self.code = code


def found(answer: T | None) -> T:
    """What was looked for. Raises NotFound where there is none."""
    if answer is None:
        raise NotFound
    return answer


class Invalid(Exception):
    """The request makes no sense as it stands; `errors` says why, field by field (a dotted path; "" is the whole)."""

    __slots__ = ("errors",)

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = {field: list(why) for field, why in errors.items()}


class Stale(Exception):
    """What the act was decided on has changed since it was looked at. `code` is `precondition_failed` or `preview_stale`."""

    __slots__ = ("code",)

    def __init__(self, code: str = "precondition_failed") -> None:
        super().__init__(code)
        self.code = code
