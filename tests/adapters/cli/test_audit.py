"""The history against an insider: who can write the database is found, and whatever is wrong is told on one line (rule G4)."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.serve import SIMULATED_START, Running
from adapters.evidence.keyfile import KEY_FILE, LAST_FILE, signer_in
from adapters.evidence.log import TreeStore
from adapters.evidence.tables import SqlTreeStore
from adapters.system.settings import Settings
from adapters.wiring.deployment import beside
from tests.adapters.cli.conftest import Played, Run

pytestmark = pytest.mark.rule("G4")
PATIENCE = 600


def change(store: Path, statement: str, *values: Any, file: str = "log") -> None:
    """What an insider does with a database tool."""
    with closing(sqlite3.connect(store / f"{file}.sqlite")) as database, database:
        assert database.execute(statement, values).rowcount != 0


def last_of(store: Path, topic: str) -> tuple[int, str, bytes]:
    """Position, id and bytes of the last event of a kind."""
    with closing(sqlite3.connect(store / "log.sqlite")) as log, log:
        query = "SELECT notification_id, originator_id, state FROM stored_events WHERE topic = ? ORDER BY notification_id DESC"
        at, stream, state = log.execute(query, (topic,)).fetchone()
    return at, stream, state


def numbered(settings: Settings) -> TreeStore:
    """The tree of a store."""
    tree = SqlTreeStore(beside(settings, "evidence"))
    tree.create()
    return tree


def awaited(true: Callable[[], bool]) -> None:
    """Wait until it is so."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.05)


def test_a_running_server_numbers_what_is_recorded_and_signs_it_at_its_end(originals: Run, tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path / "store"), port=0, copy_model="none")
    running = Running(settings, SIMULATED_START)
    running.start()
    tree = numbered(settings)
    awaited(lambda: tree.tail()[1] == running.deployment.stores.store.log_head())
    running.stop()
    signed = tree.latest_checkpoint()
    assert signed is not None
    assert signed.size == tree.tail()[0] > 0
    at, _, state = last_of(tmp_path / "store", "CalendarPublished")
    change(tmp_path / "store", "UPDATE stored_events SET state = ? WHERE notification_id = ?", state.replace(b"holidays", b"holidayz"), at)
    assert originals("audit", "export", tmp_path / "export", store=tmp_path / "store").code == 0
    said = originals("audit", "verify", tmp_path / "export")
    assert said.code == 1
    assert "its content is not the one that was hashed when it was recorded" in said.err


def test_a_command_that_records_something_numbers_it(originals: Run, store: Path, played: Played) -> None:
    assert originals("case", played.case(0), store=store).code == 0
    tree = numbered(Settings(store=str(store)))
    assert tree.tail()[1] == last_of(store, "HistoryRead")[0]


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"{" + b'"a":' * 3, b"[" * 100_000, b'{"id": "\xff"}', "a text"])
@pytest.mark.parametrize("topic", ["Accepted", "HistoryRead"])
def test_a_damaged_event_is_exported_and_named(
    topic: str, damage: bytes | str, originals: Run, store: Path, played: Played, tmp_path: Path
) -> None:
    originals("case", played.case(0), store=store)
    at, stream, _ = last_of(store, topic)
    change(store, "UPDATE stored_events SET state = ? WHERE notification_id = ?", damage, at)
    assert originals("audit", "export", tmp_path / "export", store=store).code == 0
    said = originals("audit", "verify", tmp_path / "export")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "event " in said.err
    if topic == "Accepted":
        told = originals("case", stream, store=store)
        assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
        assert f"an event cannot be read: Accepted {stream}/" in told.err


def test_a_damaged_calendar_stops_what_needs_it_and_not_the_export(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    at, stream, _ = last_of(store, "CalendarPublished")
    change(store, "UPDATE stored_events SET state = ? WHERE notification_id = ?", b"rotten", at)
    for command in (["calendars"], ["case", played.case(0)], ["replay"]):
        said = originals(*command, store=store)
        assert (said.code, said.err.count("\n")) == (1, 1), command
        assert stream in said.err
    said = originals("audit", "export", tmp_path / "export", store=store)
    assert said.code == 1
    assert all(f"CalendarPublished {stream}/" in line for line in said.err.splitlines())
    assert originals("audit", "verify", tmp_path / "export").code == 1


def test_a_leaf_that_was_taken_out_is_one_line(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    originals("audit", "checkpoint", store=store)
    change(store, "DELETE FROM evidence_leaf WHERE n = 7", file="evidence")
    for command in ("audit export FILE", "audit checkpoint", f"case {played.case(0)} --bundle FILE"):
        said = originals(*command.replace("FILE", str(tmp_path / "export")).split(), store=store)
        assert (said.code, said.out, len(said.wrong)) == (1, "", 1)
        assert "event 7 (id unknown): its leaf was taken out of the tree" in said.err
    assert not (tmp_path / "export").exists()
    assert "bad   evidence: event 7" in originals("doctor", store=store).out


def test_a_fork_is_not_signed(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    originals("audit", "checkpoint", store=store)
    for table in ("leaf", "checkpoint"):
        change(store, f"DELETE FROM evidence_{table}", file="evidence")
    at, _, state = last_of(store, "Accepted")
    change(store, "UPDATE stored_events SET state = ? WHERE notification_id = ?", state.replace(b'"by":"rui"', b'"by":"tui"'), at)
    for command in ("audit export FILE", "audit checkpoint", f"case {played.case(0)} --bundle FILE"):
        said = originals(*command.replace("FILE", str(tmp_path / "export")).split(), store=store)
        assert (said.code, said.out, len(said.wrong)) == (1, "", 1)
        assert "not a continuation of the checkpoint" in said.err
    assert "bad   evidence: the tree is not a continuation" in originals("doctor", store=store).out


def test_a_log_that_was_cut_is_found_by_the_checkup(originals: Run, store: Path) -> None:
    originals("audit", "checkpoint", store=store)
    at, _, _ = last_of(store, "Accepted")
    change(store, "DELETE FROM stored_events WHERE notification_id >= ?", at)
    said = originals("doctor", store=store)
    assert said.code == 1
    assert "positions before the last event in the tree: events were removed" in said.out


@pytest.mark.parametrize("remembered", [True, False])
def test_a_lost_key_is_not_replaced(remembered: bool, originals: Run, store: Path) -> None:
    originals("audit", "checkpoint", store=store)
    (store / "keys" / KEY_FILE).unlink()
    if not remembered:
        (store / "keys" / LAST_FILE).unlink()
    for command in ("key", "checkpoint"):
        said = originals("audit", command, store=store)
        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert "is gone, and the history was signed with it" in said.err
    assert "is gone, and the history was signed with it" in originals("doctor", store=store).out
    assert not (store / "keys" / KEY_FILE).exists()


def test_another_key_is_refused(originals: Run, store: Path, tmp_path: Path) -> None:
    originals("audit", "checkpoint", store=store)
    signer_in(tmp_path / "other" / "keys")
    (tmp_path / "other" / "keys" / KEY_FILE).rename(store / "keys" / KEY_FILE)
    (store / "keys" / LAST_FILE).unlink()
    for command in ("key", "checkpoint"):
        said = originals("audit", command, store=store)
        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert "was not signed by the key that is here" in said.err
    assert "was not signed by the key that is here" in originals("doctor", store=store).out


@pytest.mark.parametrize("given", ["file", "--key", "--checkpoint"])
def test_a_pipe_keeps_nobody_waiting(given: str, originals: Run, store: Path, tmp_path: Path) -> None:
    originals("audit", "export", tmp_path / "export", store=store)
    os.mkfifo(tmp_path / "pipe")
    line = [tmp_path / "pipe"] if given == "file" else [tmp_path / "export", given, tmp_path / "pipe"]
    said = originals("audit", "verify", *line)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "regular file" in said.err


def test_the_checkup_reads_originals_and_sealed_files(originals: Run, store: Path) -> None:
    assert "originals and sealed files were read, and each is what its digest says" in originals("doctor", store=store).out
    files = [next((store / "vault" / kind).glob("*/*")) for kind in ("original", "sealed")]
    for file in files:
        file.write_bytes(file.read_bytes() + b"x")
    said = originals("doctor", store=store)
    assert said.code == 1
    for file in files:
        assert f"{file.parent.parent.name}/{file.name}" in said.out
