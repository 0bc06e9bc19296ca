"""The database goes away and comes back, alone or together with the server: nothing is lost, nothing doubled, and reads are right again.

ORIGINALS_KILLS=150 ORIGINALS_KILLS_FOLDER=/some/where pytest tests/faults/test_outages.py    goes on where it was stopped
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.conftest import _started
from tests.contract.serving import Served

KILLS = int(os.environ.get("ORIGINALS_KILLS", "3"))


@contextmanager
def folder() -> Iterator[Path]:
    """Where the long run goes on, or one for this test alone; short, for a socket lies in it."""
    if kept := os.environ.get("ORIGINALS_KILLS_FOLDER"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
    else:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
            yield Path(made)


def kill_database(directory: Path) -> None:
    process = int((directory / "postmaster.pid").read_text().split()[0])
    os.kill(process, signal.SIGKILL)
    last = time.monotonic() + 120
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < last
        time.sleep(0.05)


def put_back(postgres: Any) -> None:
    """Start the database; what the killed one left running may be in the way for a moment."""
    last = time.monotonic() + 120
    while True:
        try:
            postgres.start()
            psycopg.connect(postgres.get_uri()).close()
            return
        except Exception:
            assert time.monotonic() < last
            time.sleep(0.5)


def asked(client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
    """The answer, which is never 500."""
    answer = client.request(method, path, **more)
    assert answer.status_code != 500, answer.text
    return answer


def names(client: httpx.Client) -> list[str]:
    """All folders, once a read is right again; nobody writes meanwhile."""
    last = time.monotonic() + 120
    while True:
        first = asked(client, "GET", "/folders", params={"limit": 200})
        if first.status_code == 200:
            break
        assert (first.status_code, time.monotonic() < last) == (503, True)
        assert first.headers["Retry-After"]
        time.sleep(0.2)
    found, page = [], first.json()
    while True:
        found += [one["name"] for one in page["items"]]
        if page["next"] is None:
            return found
        page = client.get("/folders", params={"limit": 200, "after": page["next"]}).json()


@pytest.mark.slow
def test_killed_together_server_and_database_lose_and_double_nothing() -> None:
    with folder() as place:
        acknowledged = place / "acknowledged"
        done = json.loads(acknowledged.read_text()) if acknowledged.exists() else []
        postgres = _started(place / "pg")
        for turn in range(len(done), KILLS):
            server = Served(postgres.get_uri(), str(place / "vault"))
            with server, server.as_("ophelia") as client:
                before = names(client)
                assert sorted(before) == sorted(set(before))
                assert {name for one in done for name in one} <= set(before)
                made = []
                for number in range(10):
                    name = f"{turn}-{number}"
                    if asked(client, "POST", "/folders", json={"name": name}).status_code == 201:
                        made.append(name)
                kill_database(place / "pg")
                if turn % 2:
                    server.end(signal.SIGKILL)
                put_back(postgres)
                if server.process is not None:
                    assert set(made) <= set(names(client))
                    server.end(signal.SIGTERM)
            done.append(made)
            acknowledged.write_text(json.dumps(done))
        postgres.stop() if hasattr(postgres, "stop") else postgres.cleanup()


@pytest.mark.slow
def test_while_the_database_is_away_everything_is_told_to_come_again(tmp_path: Path) -> None:
    with folder() as place:
        postgres = _started(place / "pg")
        with Served(postgres.get_uri(), str(place / "vault")) as server, server.as_("ophelia") as client:
            assert asked(client, "POST", "/folders", json={"name": "a"}).status_code == 201
            kill_database(place / "pg")
            for method, path, more in (("GET", "/folders", {}), ("POST", "/folders", {"json": {"name": "b"}}), ("GET", "/complaints", {})):
                answer = asked(client, method, path, **more)
                assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
            assert httpx.get(f"{server.url}/readyz", timeout=60).json()["checks"]["store"] == "failing"
            assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200
            put_back(postgres)
            assert names(client) == ["a"]
            assert server.process is not None
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(120) == 0
        postgres.stop() if hasattr(postgres, "stop") else postgres.cleanup()
