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

    house: House

    def __init__(self, tmp: Path, **settings: Any) -> None:
        self._tmp = tmp
        app, self.house = open_house(tmp, House(), **settings)
        self.client = app.test_client()

    def __call__(self, method: str, path: str, role: str = "merchant", subject: str = "alice", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token(self._tmp, role, subject)}", **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)


@pytest.fixture(scope="session")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    return Visitor(tmp_path_factory.mktemp("house"))


@pytest.fixture
def visit(visitor: Visitor) -> Visitor:
    """The one house, as nobody has been to it yet."""
    visitor.house.notes.clear()
    visitor.house.seen.clear()
    visitor.client = visitor.client.application.test_client()
    return visitor
