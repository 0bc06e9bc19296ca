"""The product as an integrator meets it: HTTP alone, in process, on a simulated clock and a real store."""

from __future__ import annotations

import atexit
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapters.identity.tokens import issue_token
from adapters.pictures.warned import KeptWarnings
from adapters.replay.checking import assert_replays
from adapters.store.opening import Stores
from adapters.system.clock import SimulatedClock
from adapters.system.settings import Settings
from adapters.webhooks.payload import payload
from adapters.wiring.deployment import Deployment, open_deployment
from adapters.wiring.driven_clock import DrivenClock
from adapters.wiring.pictures import PictureServices
from adapters.wiring.web import web_app
from projections import messages
from tests.domain.tale import instant
from tests.fakes import FakeInspector, FakeMatcher, picture

ROLES = {"desk": "reviewer", "desk-2": "reviewer", "desk-3": "reviewer", "root": "admin", "aud": "auditor", "market": "marketplace"}

_DOCUMENT: list[Any] = []


def fake_pictures(stores: Stores, _: Settings) -> PictureServices:
    """Honest fakes of the ports: pictures are known by the scene that was drawn."""
    return PictureServices(FakeInspector(), FakeMatcher(stores.fingerprints), warnings=KeptWarnings(stores.vault).of)


class Asker:
    """One caller with a token; `last` is the last response."""

    def __init__(self, client: FlaskClient, token: str, subject: str) -> None:
        self._client, self._token, self.subject = client, token, subject
        self.heard: list[bytes] = []
        self.last: TestResponse

    def __call__(
        self, method: str, path: str, body: Any = None, *, files: list[tuple[str, bytes]] | None = None, **headers: str
    ) -> TestResponse:
        sent: dict[str, Any] = {"headers": {"Authorization": f"Bearer {self._token}", **headers}}
        if files is not None:
            parts: dict[str, Any] = {"file": [(io.BytesIO(content), name) for name, content in files]}
            sent |= {"data": {**parts, **(body or {})}, "content_type": "multipart/form-data"}
        elif body is not None:
            sent["json"] = body
        self.last = self._client.open("/v1" + path, method=method, **sent)
        self.heard.append(f"{self.last.status}\n{self.last.headers}".encode() + self.last.data)
        return self.last

    def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """What a request that must be carried out answers."""
        answer = self(method, path, body, **more)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.data[:400])
        return json.loads(answer.data) if answer.data else None

    def code(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str | None]:
        """Status and code of an answer; the first code of a refused link or file."""
        answer = self(method, path, body, **more)
        if answer.status_code < 400:
            return answer.status_code, None
        problem = json.loads(answer.data)
        assert answer.content_type == "application/problem+json"
        if problem.get("refused"):
            return answer.status_code, problem["refused"][0]["reasons"][0]["code"]
        return answer.status_code, problem["code"]

    def all(self, path: str) -> list[Any]:
        """Every item of a list."""
        items: list[Any] = []
        cursor = None
        while True:
            page = self.ok("GET", f"{path}{'&' if '?' in path else '?'}limit=200" + (f"&after={cursor}" if cursor else ""))
            items += page["items"]
            cursor = page["next"]
            if cursor is None or not page["items"]:
                return items


_FURNISHED: dict[datetime, Path] = {}


def _furnished(start: datetime) -> Path:
    """A store with the calendars that a fresh one publishes, and its empty views, to be copied: making them takes far longer.

    Made anew where it is gone; only the process that made it takes it away, never one that was forked from it.
    """
    made = _FURNISHED.get(start)
    if made is None or not made.is_dir():
        made = _FURNISHED[start] = Path(tempfile.mkdtemp(prefix="originals-furnished-")) / "store"
        atexit.register(_taken_away, made.parent, os.getpid())
        open_deployment(Settings(store=str(made)), lambda _: SimulatedClock(start), fake_pictures).close()
    return made


def _taken_away(directory: Path, maker: int) -> None:
    if os.getpid() == maker:
        shutil.rmtree(directory, ignore_errors=True)


@dataclass
class Shop:
    """A marketplace with original protection: callers by name, listings, filings, the clock."""

    settings: Settings
    start: datetime = field(default_factory=lambda: instant("2026-03-02 01:00"))
    pictures: Callable[[Stores, Settings], PictureServices] = fake_pictures

    def __post_init__(self) -> None:
        self.clock: SimulatedClock

        def clock(last: datetime | None) -> SimulatedClock:
            self.clock = SimulatedClock(self.start if last is None else max(self.start, last))
            return self.clock

        store = Path(self.settings.store)
        if not self.settings.on_postgres and not (store.is_dir() and any(store.iterdir())):
            shutil.copytree(_furnished(self.start), store, dirs_exist_ok=True)
        self.deployment: Deployment = open_deployment(self.settings, clock, self.pictures)
        self.app = web_app(self.deployment, DrivenClock(self.clock, self.deployment.settling, self.deployment.views))
        self._askers: dict[str, Asker] = {}
        self._count = 0

    def close(self) -> None:
        """Every history that was made over HTTP replays without a difference (rule G2)."""
        assert_replays(self.deployment.stores.store)
        self.deployment.close()

    def __getitem__(self, name: str) -> Asker:
        """The caller of that name: staff by the table above, anyone else a merchant in an opened category."""
        if name not in self._askers:
            token = self.token(ROLES.get(name, "merchant"), name)
            self._askers[name] = Asker(self.app.test_client(), token, name)
        return self._askers[name]

    def member(self, subject: str, nickname: str) -> Asker:
        """A merchant in an opened category, by another nickname than its subject's."""
        if subject not in self._askers:
            self._askers[subject] = Asker(self.app.test_client(), self.token("merchant", subject, nickname), subject)
        return self._askers[subject]

    def token(self, role: str, subject: str, nickname: str | None = None, ttl: int = 86_400) -> str:
        """A token of the local key pair."""
        merchant = {"nickname": nickname or f"{subject}-nick", "categories": ("apparel",)} if role == "merchant" else {}
        s = self.settings
        return issue_token(s.keys_directory, s.token_issuer, s.token_audience, role=role, subject=subject, ttl=ttl, **merchant)  # type: ignore[arg-type]

    @property
    def document(self) -> Any:
        """The OpenAPI document, which is every shop's."""
        if not _DOCUMENT:
            _DOCUMENT.append(json.loads(self.app.test_client().get("/openapi.json").data))
        return _DOCUMENT[0]

    def readable_by(self, role: str) -> list[str]:
        """The paths of every read without parameters that a role has, without `/v1`."""
        return [
            path.removeprefix("/v1")
            for path, methods in self.document["paths"].items()
            if "get" in methods and "{" not in path and role in methods["get"]["x-roles"]
        ]

    def seen_by(self, who: str, *paths: str) -> list[tuple[str, int, str | None, bytes]]:
        """All that a merchant can read, with its entity tags, and all that webhooks would send it."""
        self.deployment.settling.everything_due()
        heard = []
        for path in (*self.readable_by("merchant"), *paths):
            answer = self[who]("GET", path)
            said = answer.data if answer.status_code < 400 else b""  # a problem has an id of its own each time
            heard.append((path, answer.status_code, answer.headers.get("ETag"), said))
        member = self.deployment.platform.identities.by_subject(who)
        assert member is not None
        with self.deployment.views.current() as reading:
            posted = b"".join(payload(one) for one in messages.of_member(reading, member.member_id, 200).items)
        return [*heard, ("webhook", 0, None, posted)]

    def go(self, until: str | datetime, run_deadlines: bool = True) -> None:
        at = instant(until) if isinstance(until, str) else until
        text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        self["root"].ok("PUT", "/test-clock", {"now": text, "run_deadlines": run_deadlines})

    def listing(self, seller: str, key: str, *shots: bytes) -> str:
        link = f"https://shop.example/item/{key}.html"
        market = self["market"]
        market.ok("PUT", f"/marketplace/members/{seller}", {"nickname": f"{seller}-nick", "categories": ["apparel"]})
        market.ok("PUT", f"/marketplace/listings/{key}", {"link": link, "seller": seller, "title": "A coat"})
        if shots:
            market.ok("PUT", f"/marketplace/listings/{key}/pictures", files=[("x.jpg", shot) for shot in shots])
        return link

    def filing(self, owner: str, scene: str | None = None, name: str = "p.jpg") -> str:
        self._count += 1
        who = self[owner]
        who.ok("POST", "/declaration", {"version": "1"})
        who.ok("POST", "/folders", {"name": "spring"})
        content = picture(scene or f"scene-{self._count}", "1")
        return str(who.ok("POST", "/folders/spring/pictures", files=[(name, content)])["filings"][0]["id"])

    def lodge(self, owner: str, filing: str, *links: str) -> list[str]:
        made = self[owner].ok("POST", "/complaints", {"filing_id": filing, "links": list(links), "statement": "it is mine"})
        return [one["id"] for one in made["complaints"]]

    def notice(self, respondent: str, link: str) -> str:
        return next(str(one["id"]) for one in self[respondent].all("/notices") if one["link"] == link)
