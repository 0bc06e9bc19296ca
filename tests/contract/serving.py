"""A server as a process of its own, over real HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from adapters.identity.tokens import issue_token
from adapters.system.settings import Settings

ROOT = Path(__file__).parents[2]
ROLES = {"desk": "reviewer", "desk-2": "reviewer", "root": "admin", "aud": "auditor", "market": "marketplace"}


@dataclass
class Served:
    """`originals serve` on a free port, over a store that outlives it; its clock is simulated, where `start` is not None."""

    store: str
    vault: str
    start: str | None = "2026-03-02T01:00:00Z"
    more: dict[str, str] = field(default_factory=dict)
    url: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def settings(self) -> Settings:
        return Settings(store=self.store, vault=self.vault)

    def __enter__(self) -> Served:
        environment = {
            **os.environ,
            "ORIGINALS_STORE": self.store,
            "ORIGINALS_VAULT": self.vault,
            "ORIGINALS_LOG_LEVEL": "warning",
            "ORIGINALS_COPY_MODEL": "none",
            "PYTHONPATH": str(ROOT),
            **self.more,
        }
        command = [sys.executable, "-c", "from adapters.cli.main import main; raise SystemExit(main())", "serve", "--port", "0"]
        command += [] if self.start is None else ["--clock", "simulated", "--start", self.start]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def end(self, how: int) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(600)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def token(self, subject: str) -> str:
        role = ROLES.get(subject, "merchant")
        merchant: dict[str, Any] = {"nickname": f"{subject}-nick", "categories": ("apparel",)} if role == "merchant" else {}
        s = self.settings
        return issue_token(s.keys_directory, s.token_issuer, s.token_audience, role=role, subject=subject, **merchant)

    def as_(self, subject: str, connections: int = 10) -> httpx.Client:
        """A client with that caller's token."""
        limits = httpx.Limits(max_connections=connections)
        return httpx.Client(
            base_url=f"{self.url}/v1",
            headers={"Authorization": f"Bearer {self.token(subject)}"},
            timeout=600,
            limits=limits,
            trust_env=False,
        )
