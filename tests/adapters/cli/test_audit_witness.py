"""An operator asks witnesses, a server does so by itself, and the check-up says how it stands with each (rule G4)."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.checkup.witnesses import witnesses as checked
from adapters.cli.serve import SIMULATED_START, Running
from adapters.evidence.checkpoint import PublicKey, public_key_from_text
from adapters.evidence.keyfile import LAST_FILE
from adapters.system.settings import Settings
from adapters.wiring.deployment import open_deployment
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.test_audit import awaited
from tests.adapters.witnesses.little_witness import LittleWitness, served
from tests.adapters.witnesses.signing import BOTH_KINDS, Pen

pytestmark = pytest.mark.rule("G4")


@pytest.fixture
def log(originals: Run, store: Path) -> PublicKey:
    return public_key_from_text(originals("audit", "key", store=store).out)


@pytest.fixture
def witnesses(log: PublicKey) -> Iterator[list[LittleWitness]]:
    made = [LittleWitness(log, Pen(f"w{n}.example", kind)) for n, kind in enumerate(BOTH_KINDS, 1)]
    with served(made[0]), served(made[1]):
        yield made


def policy(folder: Path, log: PublicKey, witnesses: list[LittleWitness], quorum: str = "any") -> Path:
    lines = [f"witness w{n} {one.pen.key.text} {one.url}" for n, one in enumerate(witnesses, 1)]
    file = folder / f"policy-{quorum}"
    file.write_text("\n".join([f"log {log.text}", *lines, f"group g {quorum} w1 w2", "quorum g", ""]))
    return file


def test_an_operator_asks_and_everything_that_leaves_afterwards_is_witnessed(
    originals: Run, store: Path, tmp_path: Path, log: PublicKey, witnesses: list[LittleWitness]
) -> None:
    file = policy(tmp_path, log, witnesses, "all")
    said = originals("audit", "witness", "--policy", file, store=store)
    assert (said.code, said.err, said.out.count(": cosigned the first ")) == (0, "", 2)
    (tmp_path / "noted").write_text(originals("audit", "checkpoint", "--attested", store=store).out)
    originals("audit", "export", tmp_path / "export", store=store)
    proof = tmp_path / "1.tlog-proof"
    proof.write_text(originals("audit", "proof", "1", store=store).out)
    for artefact in ("noted", "export", "1.tlog-proof"):
        checked = originals("audit", "verify", tmp_path / artefact, "--policy", file, "--max-age", "1")
        assert (checked.code, "by w1 at " in checked.out, ", w2 at " in checked.out) == (0, True, True), checked
    with_given = originals("audit", "verify", tmp_path / "export", "--checkpoint", tmp_path / "noted", "--policy", file)
    assert with_given.code == 0


def test_who_refuses_or_is_silent_is_said_and_fails_only_what_it_must(
    originals: Run, store: Path, tmp_path: Path, log: PublicKey, witnesses: list[LittleWitness]
) -> None:
    witnesses[1].answer = 503, b""
    enough = originals("audit", "witness", "--policy", policy(tmp_path, log, witnesses), store=store)
    assert (enough.code, enough.err) == (0, "w2: answered 503\n")
    short = originals("audit", "witness", "--policy", policy(tmp_path, log, witnesses, "all"), store=store)
    assert (short.code, "the quorum is not met: the policy asks for 2 of w1, w2, and w1 cosigned" in short.err) == (1, True)
    witnesses[1].answer = 422, b""
    assert originals("audit", "witness", "--policy", policy(tmp_path, log, witnesses), store=store).code == 1
    for wrong in ("log nothing\n", "quorum none\nquorum none\n", f"witness w {witnesses[0].pen.key.text}\nquorum w\n"):
        (tmp_path / "wrong").write_text(wrong)
        assert originals("audit", "witness", "--policy", tmp_path / "wrong", store=store).code == 2
    assert originals("audit", "witness", store=store).code == 2


def test_a_server_asks_by_itself_and_a_silent_witness_delays_nothing_but_is_told(
    originals: Run, store: Path, tmp_path: Path, log: PublicKey, witnesses: list[LittleWitness]
) -> None:
    witnesses[1].silent = True
    file = policy(tmp_path, log, witnesses)
    running = Running(Settings(store=str(store), port=0, copy_model="none", witness_policy=str(file)), SIMULATED_START)
    running.start()
    try:
        kept = running.deployment.attestations
        awaited(lambda: kept.last_of_witness(witnesses[0].pen.key.text)[0] > 0)
        awaited(lambda: running.deployment.evidence.signed_size() == running.deployment.evidence.size())
    finally:
        running.stop()  # ends though one that was asked still has not answered
    deployment = open_deployment(Settings(store=str(store), copy_model="none", witness_policy=str(file)), look_only=True)
    states = {found.what.split()[0]: found.state for found in checked(deployment)}
    assert states["w1"] == "ok"
    assert states["w2"] == "warn"  # nothing was heard of it
    deployment.close()


def fork(store: Path, into: Path) -> None:
    """Another history, signed with the log's own key: an event is changed, the tree emptied, and the key forgets what it signed."""
    shutil.copytree(store, into)
    (into / "keys" / LAST_FILE).unlink()
    with sqlite3.connect(into / "log.sqlite") as database:
        at, state = database.execute("SELECT notification_id, state FROM stored_events WHERE topic = 'Accepted' LIMIT 1").fetchone()
        changed = state.replace(b'"reasons"', b'"reasonz"')
        assert changed != state
        database.execute("UPDATE stored_events SET state = ? WHERE notification_id = ?", (changed, at))
    with sqlite3.connect(into / "evidence.sqlite") as database:
        for table in ("leaf", "node", "checkpoint", "tick", "cosignature", "contact"):
            database.execute(f"DELETE FROM evidence_{table}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.slow
def test_an_independent_witness_cosigns_and_finds_the_same_fork(originals: Run, store: Path, tmp_path: Path, log: PublicKey) -> None:
    """`aics-witness`, which others wrote from the same specification, on a loopback address."""
    command = Path(sysconfig.get_path("scripts")) / "aics-witness"
    if not command.exists():
        pytest.skip("aics-witness is not installed (it asks for Python 3.12)")
    config = tmp_path / "witness.json"
    made = subprocess.run(
        [command, "init", "--config", config, "--name", "witness.example/w1"], capture_output=True, text=True, check=True, timeout=120
    )
    key = made.stdout.strip().splitlines()[-1].split()[-1]
    subprocess.run([command, "add-log", "--config", config, "--origin", log.name, "--vkey", log.text], check=True, timeout=120)
    port = free_port()
    with subprocess.Popen([command, "serve", "--config", config, "--listen", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL) as process:
        try:
            (tmp_path / "policy").write_text(f"log {log.text}\nwitness w1 {key} http://127.0.0.1:{port}\nquorum w1\n")
            ask = ("audit", "witness", "--policy", tmp_path / "policy")
            awaited(lambda: originals(*ask, store=store).code == 0)
            originals("doctor", store=store)
            originals("audit", "proof", "1", store=store)  # an event more
            again = originals(*ask, store=store)
            assert (again.code, again.err) == (0, "")
            forked = tmp_path / "forked"
            fork(store, forked)
            refused = originals(*ask, store=forked)
            assert refused.code == 1
            assert "not a continuation of what it saw (422)" in refused.err
        finally:
            process.terminate()
