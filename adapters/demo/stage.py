"""What every chapter of the story stands on: who plays, the clock, and what has come about so far."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.cli.main import main
from adapters.demo.client import ApiAnswer, ApiClient, WentWrong
from adapters.demo.narrator import Narrator
from adapters.demo.pictures import Picture
from adapters.identity.tokens import issue_token
from adapters.system.settings import Settings

START = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
"""A Thursday, ten in the morning in Shanghai, three days before the Spring Festival."""

MERCHANTS = {"lin": ["apparel"], "mo": ["apparel"], "pia": ["apparel"], "tian": ["books"]}
STAFF = {"rui": "reviewer", "sana": "reviewer", "market": "marketplace", "audra": "auditor", "admin": "admin"}


@dataclass
class Stage:
    """The scene: `cast` are the callers by subject, `pictures` what Lin has taken, `facts` the ids that later chapters need."""

    settings: Settings
    url: str
    narrator: Narrator
    pictures: list[Picture]
    cast: dict[str, ApiClient] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, categories in MERCHANTS.items():
            self.enter(name, "merchant", name.capitalize(), categories)
        for name, role in STAFF.items():
            self.enter(name, role, None, [])

    def enter(self, name: str, role: str, nickname: str | None, categories: list[str]) -> None:
        """Somebody joins the cast."""
        at = self.settings
        token = issue_token(
            at.keys_directory, at.token_issuer, at.token_audience, role=role, subject=name, nickname=nickname, categories=categories
        )
        self.cast[name] = ApiClient(name.capitalize(), self.url, token)

    def __getitem__(self, name: str) -> ApiClient:
        return self.cast[name]

    def now(self) -> datetime:
        """What the simulated clock shows."""
        return datetime.fromisoformat(self["admin"].get("/test-clock")["now"])

    def chapter(self, title: str, at: str | None = None) -> None:
        """Begin a chapter, at a later instant where one is given; no deadline is run by that: whoever asks next finds it settled."""
        if at is not None:
            self.move(at)
        self.narrator.chapter(title, self.now())

    def move(self, at: str, run_deadlines: bool = False) -> None:
        """Move the clock; with `run_deadlines` each deadline is settled as it passes."""
        self["admin"].put("/test-clock", {"now": at, "run_deadlines": run_deadlines}, expect=200)

    def does(self, who: str, sentence: str, path: str, body: object = None, expect: int = 200) -> ApiAnswer:
        """Tell what somebody does, and do it."""
        self.narrator.says(sentence)
        answer = self[who].post(path, body, expect=expect)
        self.narrator.asked("POST", path, answer.status)
        return answer

    def reads(self, who: str, path: str) -> Any:
        """What somebody reads, with the request told."""
        answer = self[who].ask("GET", path)
        self.narrator.asked("GET", path, answer.status)
        return answer.body

    def messages(self, who: str, kind: str) -> list[dict[str, Any]]:
        """What somebody was told, of one kind."""
        return [one for one in self[who].get("/messages")["items"] if one["kind"] == kind]

    def command(self, *arguments: str, code: int = 0) -> str:
        """Run a command of `originals` as its user would, and tell it. Raises WentWrong where it ends otherwise."""
        self.narrator.plain(f"     $ originals {' '.join(Path(one).name if os.sep in one else one for one in arguments)}")
        out, err = io.StringIO(), io.StringIO()
        with _environment(ORIGINALS_STORE=self.settings.store), redirect_stdout(out), redirect_stderr(err):
            ended = main(arguments)
        if ended != code:
            raise WentWrong(f"originals {' '.join(arguments)} ended with {ended}: {(err.getvalue() or out.getvalue())[-400:]}")
        return out.getvalue() if code == 0 else err.getvalue()


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """This process's environment with these variables, for as long as the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
