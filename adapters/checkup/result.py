"""What a check found."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "warn", "bad"]


class CheckResult(NamedTuple):
    """`bad` needs somebody; `warn` is worth knowing; `ok` is well."""

    state: State
    what: str
