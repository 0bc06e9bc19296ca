"""Bodies against their schemas: whatever is sent has to be documented, member by member."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import Schema


def assert_documented(body: Any, schema: type[Schema]) -> None:
    """The body has all required members of the schema and none that it does not know."""
    value = json.loads(body) if isinstance(body, bytes | str) else body
    wrong = schema().validate(value, many=isinstance(value, list))
    assert not wrong, f"{schema.__name__}: {wrong}"
