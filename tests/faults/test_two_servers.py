"""Two servers of one store are killed, whole or a process of theirs, and the database too, under clients that ask until they are answered.

ORIGINALS_KILLS=300 ORIGINALS_KILLS_FOLDER=/some/where pytest tests/faults/test_two_servers.py    goes on where it was stopped
ORIGINALS_LONG_SECONDS=600                                                                     ends it early
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from adapters.cli.main import main
from adapters.evidence.checkpoint import opened_checkpoint
from adapters.evidence.keyfile import known_signer
from adapters.wiring.deployment import Deployment, open_deployment
from domain.case.events import ComplaintLodged
from domain.events.listing import PenaltyImposed
from projections.rebuild import rebuild
from tests.adapters.pictures.drawn import saved, scene
from tests.conftest import _started
from tests.contract.serving import Served
from tests.faults.test_outages import folder, kill_database, put_back
from tests.projections.test_runner import everything

KILLS = int(os.environ.get("ORIGINALS_KILLS", "4"))
CLIENTS, LEAST = 4, 6
"""Clients at once, and how many commands each is answered before the next kill."""
PATIENCE = 300.0


class Pair:
    """Two servers, and which of them is asked next; `notes` are the checkpoints that were handed out."""

    def __init__(self, store: str, vault: str) -> None:
        more = {"ORIGINALS_WORKERS": "2", "ORIGINALS_THREADS": "4"}
        self.servers = [Served(store, vault, start=None, more=more) for _ in range(2)]
        self.ending, self.answered, self.notes = threading.Event(), [0] * CLIENTS, list[str]()
        self.wrong: list[str] = []
        self.client = httpx.Client(verify=False, trust_env=False, timeout=60)

    def asked(self, who: str, first: int, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer to a command that is sent again, to the other server, until there is one."""
        last, turn = time.monotonic() + PATIENCE, first
        while True:
            server = self.servers[turn % 2]
            try:
                headers = {"Authorization": f"Bearer {server.token(who)}", **more.get("headers", {})}
                answer = self.client.request(method, f"{server.url}/v1{path}", **{**more, "headers": headers})
                if answer.status_code not in (500, 502, 503):
                    return answer
                if answer.status_code == 500:
                    self.wrong.append(f"{method} {path}: {answer.text}")
            except httpx.HTTPError:
                pass
            assert time.monotonic() < last, (method, path)
            time.sleep(0.05)
            turn += 1

    def live(self, number: int, mark: str, done: list[tuple[str, str]]) -> None:
        """Cases of one owner; each command has a key. What was acknowledged is noted: the link, the complaint."""
        owner, filing, turn = f"owner-{number}", "", 0
        filing = self.asked(owner, number, "GET", "/filings").json()["items"][0]["id"]
        while not self.ending.is_set():
            turn += 1
            key, link = f"{mark}-{number}-{turn}", f"https://kills.example/{mark}/{number}/{turn}"

            def command(who: str, path: str, body: Any, key: str = key) -> Any:
                answer = self.asked(who, number, "POST", path, json=body, headers={"Idempotency-Key": f"{path}-{key}"[-200:]})
                assert answer.status_code < 300, (path, answer.status_code, answer.text)
                self.answered[number] += 1
                return answer.json()

            fed = self.asked(
                "market", number, "PUT", f"/marketplace/listings/{key}", json={"link": link, "seller": f"s-{number}", "title": "x"}
            )
            assert fed.status_code in (200, 201), fed.text
            made = command(owner, "/complaints", {"filing_id": filing, "links": [link], "statement": "it is mine"})
            case = made["complaints"][0]["id"]
            done.append((link, case))
            command("desk", f"/desk/complaints/{case}/acceptance", {"reasons": ["the same"]})
            if turn % 3 == 0:
                command(owner, f"/complaints/{case}/withdrawal", {})
            if turn % 5 == 0:
                self.notes.append(self.asked("aud", number, "GET", "/audit/checkpoint").json()["text"])

    @contextmanager
    def clients(self, mark: str) -> Iterator[list[tuple[str, str]]]:
        done: list[tuple[str, str]] = []
        self.ending.clear()
        self.answered[:] = [0] * CLIENTS

        def one(number: int) -> None:
            try:
                self.live(number, mark, done)
            except BaseException as why:
                self.wrong.append(repr(why))

        threads = [threading.Thread(target=one, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield done
        finally:
            self.ending.set()
            for thread in threads:
                thread.join()
        assert self.wrong == []

    def heard(self) -> None:
        """Until each client was answered a while."""
        wanted, last = [before + LEAST for before in self.answered], time.monotonic() + PATIENCE
        while any(now < least for now, least in zip(self.answered, wanted, strict=True)):
            assert self.wrong == [] and time.monotonic() < last, self.wrong
            time.sleep(0.05)


def strike(pair: Pair, postgres: Any, place: Path, chance: random.Random) -> str:
    """Kill something, and put it back."""
    server = pair.servers[chance.randrange(2)]
    what = chance.choice(("server", "process", "process", "both", *(("database", "database and server") if postgres else ())))
    time.sleep(chance.uniform(0.0, 0.3))
    if what == "process":
        assert server.process is not None
        workers = [one for one in psutil.Process(server.process.pid).children() if one.status() != psutil.STATUS_ZOMBIE]
        if workers:
            chance.choice(workers).kill()
        return what
    if "database" in what:
        kill_database(place / "pg")
    gone = pair.servers if what == "both" else [server] if "server" in what else []
    for one in gone:
        one.end(signal.SIGKILL)
    if "database" in what:
        put_back(postgres)
    for one in gone:
        one.__enter__()
    return what


def check(deployment: Deployment, done: list[tuple[str, str]], notes: list[str]) -> None:
    """Nothing is lost, nothing doubled; views are what a rebuild makes; each checkpoint is of this history."""
    log = [recorded for _, recorded in deployment.stores.store.read_log(0, 10_000_000)]
    lodged = Counter(one.originator_id for one in log if isinstance(one.event, ComplaintLodged))
    listings = Counter(one.event.listing_id for one in log if isinstance(one.event, ComplaintLodged))
    imposed = Counter(one.event.complaint_id for one in log if isinstance(one.event, PenaltyImposed))
    assert {case for _, case in done} <= lodged.keys()
    assert {*lodged.values(), *listings.values(), *imposed.values()} == {1}
    deployment.views.caught_up(deployment.views.head(), PATIENCE)
    before = told(deployment)
    rebuild(deployment.views)
    assert told(deployment) == before
    evidence, signer = deployment.evidence, known_signer(deployment.settings.keys_directory)
    evidence.catch_up()
    assert signer is not None
    for note in notes:
        checkpoint = opened_checkpoint(note, signer.public)
        assert evidence.root(checkpoint.size) == checkpoint.root


def told(deployment: Deployment) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all views; of what is mended from columns when it is read, those columns."""
    mended = ("filings", "authorizations")
    tables = {name.partition("__")[0]: rows for name, rows in everything(deployment.views.engine).items()}
    return {name: [row[:-1] if name in mended else row for row in rows] for name, rows in tables.items()}


@pytest.mark.slow
@pytest.mark.rule("G1", "G4")
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_killed_one_by_one_and_together_they_lose_and_double_nothing(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = time.monotonic() + float(os.environ.get("ORIGINALS_LONG_SECONDS", "inf"))
    with folder() as above, ExitStack() as stack:
        place = above / engine
        place.mkdir(exist_ok=True)
        postgres = _started(place / "pg") if engine == "postgres" else None
        store, vault, kept = postgres.get_uri() if postgres else str(place / "store"), str(place / "vault"), place / "acknowledged.json"
        state = json.loads(kept.read_text()) if kept.exists() else {"kills": [], "done": [], "notes": []}
        pair, chance = Pair(store, vault), random.Random(len(state["kills"]))
        stack.enter_context(pair.client)
        for server in pair.servers:
            stack.enter_context(server)
        prepare(pair)
        while len(state["kills"]) < KILLS and time.monotonic() < ends:
            with pair.clients(f"{time.time_ns()}") as done:
                for _ in range(4):
                    pair.heard()
                    state["kills"].append(strike(pair, postgres, place, chance))
                pair.heard()
            state["done"] += done
            state["notes"] += pair.notes
            pair.notes.clear()
            kept.write_text(json.dumps(state))
        for server in pair.servers:
            server.end(signal.SIGTERM)
        with closing(open_deployment(pair.servers[0].settings)) as deployment:
            check(deployment, state["done"], state["notes"])
        for name, value in (("STORE", store), ("VAULT", vault), ("COPY_MODEL", "none")):
            monkeypatch.setenv(f"ORIGINALS_{name}", value)
        assert (main(["doctor"]), main(["replay", "--workers", "1"])) == (0, 0)
        print(f"{engine}: {Counter(state['kills'])}, {len(state['done'])} cases, {len(state['notes'])} checkpoints")
        if postgres is not None:
            postgres.stop() if hasattr(postgres, "stop") else postgres.cleanup()


def prepare(pair: Pair) -> None:
    """Each client has a filing."""
    for number in range(CLIENTS):
        owner = f"owner-{number}"
        if pair.asked(owner, 0, "GET", "/filings").json()["items"]:
            continue
        pair.asked(owner, 0, "POST", "/declaration", json={"version": "1"})
        pair.asked(owner, 0, "POST", "/folders", json={"name": "spring"})
        shot = [("file", ("x.jpg", saved(scene(number, (760, 720)))))]
        assert pair.asked(owner, 0, "POST", "/folders/spring/pictures", files=shot).status_code == 201
