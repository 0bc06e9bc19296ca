"""Statements reach the database 100 at a time, each once, and what it answered is kept."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.main import main
from adapters.cli.transparency import ANSWERS
from adapters.store.opening import open_store
from adapters.transparency.submitting import DatabaseAnswer, DatabaseAnswers, Unsendable, submit
from tests.application.world import World
from tests.domain.databases_rules import batch_refusals
from tests.domain.test_statement import drawn, stated


class Database(ThreadingHTTPServer):
    """Answers as the database does (see tests/domain/databases_rules.py): a batch is taken whole or not at all."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: dict[str, dict[str, Any]] = {}
        self.asked: list[int] = []
        self.sent_by_others: set[str] = set()
        self.down_after: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Database

    def do_GET(self) -> None:
        puid = self.path.rpartition("/")[2]
        self._answer(302 if puid in self.server.taken else 404, {"message": "statement of reason found or not", "puid": puid})

    def do_POST(self) -> None:
        database, batch = self.server, json.loads(self.rfile.read(int(self.headers["Content-Length"])))["statements"]
        database.asked.append(len(batch))
        if self.headers["Authorization"] != "Bearer let-me":
            return self._answer(401, {"message": "Unauthenticated."})
        if database.down_after is not None and len(database.asked) > database.down_after:
            return self._answer(503, "down for maintenance")
        if wrong := batch_refusals(batch):
            return self._answer(422, {"errors": wrong})
        if known := [one["puid"] for one in batch if one["puid"] in database.taken.keys() | database.sent_by_others]:
            why = "The platform identifier(s) are not all unique within this call."
            return self._answer(422, {"message": why, "errors": {"puid": [why], "existing_puids": known}})
        made = [{**one, "uuid": f"uuid-{one['puid']}", "permalink": f"{database.url}/statement/{one['puid']}"} for one in batch]
        database.taken |= {one["puid"]: one for one in made}
        return self._answer(201, {"statements": made})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def database() -> Iterator[Database]:
    with Database() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def statements(count: int) -> list[dict[str, Any]]:
    chance = random.Random(1)
    return [stated(drawn(chance)) for _ in range(count)]


def test_they_go_a_hundred_at_a_time_and_a_second_run_sends_nothing(database: Database, tmp_path: Path) -> None:
    made, kept = statements(230), tmp_path / "answers.ndjson"
    done = submit(made, database.url, "let-me", DatabaseAnswers(kept))
    assert (database.asked, done.created, done.existing, done.refused) == ([100, 100, 30], 230, 0, {})
    assert len(kept.read_text().splitlines()) == 230
    assert "permalink" in kept.read_text()
    assert submit(made, database.url, "let-me", DatabaseAnswers(kept)).created == 0
    assert database.asked == [100, 100, 30]


def test_a_run_that_broke_off_goes_on_where_it_was(database: Database, tmp_path: Path) -> None:
    made, kept = statements(150), tmp_path / "answers.ndjson"
    database.down_after = 1
    with pytest.raises(Unsendable, match="answered 503: without a reason"):
        submit(made, database.url, "let-me", DatabaseAnswers(kept))
    kept.write_bytes(kept.read_bytes()[:-20])  # the last answer was not written down in full
    database.down_after = None
    done = submit(made, database.url, "let-me", DatabaseAnswers(kept))
    assert (done.created, done.existing) == (50, 1)
    assert len(database.taken) == 150
    assert len(DatabaseAnswers(kept)._known) == 150


def test_what_the_database_has_or_refuses_is_found_and_the_rest_sent(database: Database, tmp_path: Path) -> None:
    made = statements(5)
    database.taken[made[0]["puid"]] = made[0]
    database.sent_by_others.add(made[1]["puid"])
    made[2]["category"] = "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"
    answers = DatabaseAnswers(tmp_path / "answers.ndjson")
    done = submit(made, database.url, "let-me", answers)
    assert (done.created, done.existing, list(done.refused), done.undecided) == (2, 1, [made[2]["puid"]], [made[1]["puid"]])
    assert [one["puid"] in answers for one in made] == [True, False, False, True, True]
    assert DatabaseAnswer(made[0]["puid"], "existing") in answers._known.values()


def test_who_may_not_send_is_told_so_in_one_line(database: Database, tmp_path: Path) -> None:
    answers = DatabaseAnswers(tmp_path / "answers.ndjson")
    with pytest.raises(Unsendable, match="answered 401: Unauthenticated"):
        submit(statements(1), database.url, "wrong", answers)
    with pytest.raises(Unsendable, match="not https"):
        submit(statements(1), "http://transparency.example", "let-me", answers)
    with pytest.raises(Unsendable, match="cannot be asked"):
        submit(statements(1), "http://127.0.0.1:1", "let-me", answers)


def test_the_command_sends_what_the_log_has_and_says_what_became_of_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(open_store(str(tmp_path / "store")))
    owner, seller = world.member("olga"), world.member("rene")
    world.accept(world.lodge(owner, world.filing(owner, "a"), world.listing(seller, "a")).cases[0].id)
    world.stores.close()
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "store"))
    send = ["transparency", "--from", "2026-03-01", "--to", "2026-04-01", "--out", str(tmp_path / "out"), "--send", database.url]
    assert main(send) == 2
    assert "ORIGINALS_DSA_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("ORIGINALS_DSA_TOKEN", "let-me")
    assert main(send) == 0
    assert "1 made, 0 there before" in capsys.readouterr().out
    assert next(iter(database.taken.values()))["source_identity"] is None
    (tmp_path / "out" / ANSWERS).unlink()
    assert main(send) == 0
    assert "0 made, 1 there before" in capsys.readouterr().out
    monkeypatch.setenv("ORIGINALS_DSA_TOKEN", "wrong")
    (tmp_path / "out" / ANSWERS).unlink()
    assert main(send) == 1
    assert "originals transparency: the database answered 401: Unauthenticated.\n" in capsys.readouterr().err
