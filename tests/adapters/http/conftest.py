"""A visitor with a token at the door of the small house."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.adapters.http.house import House, open_house, token

Call = Callable[..., TestResponse]


class Visitor:
    """Asks the house; `as_` somebody else."""

    def __init__(self, tmp: Path, **settings: Any) -> None:
        self._tmp = tmp
        app, self.house = open_house(tmp, House(), **settings)
        self.client = app.test_client()

    def __call__(self, method: str, path: str, role: str = "merchant", subject: str = "alice", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token(self._tmp, role, subject)}", **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)


@pytest.fixture
def visit(tmp_path: Path) -> Visitor:
    return Visitor(tmp_path)
