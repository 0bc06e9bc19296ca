"""docs/journeys.md is run line by line: the curl of it against one server, the httpx of it against another."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.serving import ROOT
from tests.contract.test_idempotency import drawn

PAGE = ROOT / "docs" / "journeys.md"
BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
SAYS = re.compile(r"# => (.+)$", re.MULTILINE)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def blocks(language: str, port: int) -> list[str]:
    return [content.replace(":8000", f":{port}").replace("--port 8000", f"--port {port}") for kind, content in _found() if kind == language]


def _found() -> list[tuple[str, str]]:
    return BLOCK.findall(PAGE.read_text())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with the pictures of the page, and an environment that has the command `originals`."""
    commands = tmp_path / "bin"
    commands.mkdir()
    command = commands / "originals"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m adapters.cli.main "$@"\n')
    command.chmod(0o755)
    shot = drawn(0)
    (tmp_path / "coat.jpg").write_bytes(shot)
    (tmp_path / "copy.jpg").write_bytes(shot)
    (tmp_path / "contract.pdf").write_bytes(b"%PDF-1.4 a contract")
    path = os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORIGINALS_")}
    yield tmp_path, {**environment, "PATH": path, "PYTHONPATH": str(ROOT), "ORIGINALS_COPY_MODEL": "none"}


def run(script: list[str], where: Path, environment: dict[str, str]) -> list[str]:
    done = subprocess.run(script, cwd=where, env=environment, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout.splitlines()


STARTED = "set -euo pipefail\ntrap 'kill $(jobs -p); wait' EXIT\n"


def test_the_page_tells_each_journey_both_ways() -> None:
    text = PAGE.read_text()
    for journey in ("Feed", "File", "Complain", "Decide", "Answer a notice", "Audit"):
        section = text.partition(f"## {journey}\n")[2].partition("\n## ")[0]
        assert "```sh\n" in section and "```python\n" in section, journey


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq") and shutil.which("bash")), reason="needs curl, jq and bash")
def test_every_line_of_curl(desk: tuple[Path, dict[str, str]]) -> None:
    script = "".join(blocks("sh", free_port()))
    assert run(["bash", "-c", STARTED + script], *desk) == [said.strip() for said in SAYS.findall(script)]


@pytest.mark.slow
def test_every_line_of_httpx(desk: tuple[Path, dict[str, str]]) -> None:
    where, environment = desk
    port = free_port()
    script = "".join(blocks("python", port))
    (where / "journeys.py").write_text(script)
    begin = blocks("sh", port)[0].replace("jq -r .status ready.json", ":")
    begin = re.sub(r"until .*?; done", lambda _: _ready(port), begin)
    told = run(["bash", "-c", f"{STARTED}{begin}\n{sys.executable} journeys.py"], where, environment)
    assert told == [said.strip() for said in SAYS.findall(script)]


def _ready(port: int) -> str:
    """What waits as the page does, in one process and without curl."""
    return f"""{sys.executable} -c '
import time, urllib.request
while True:
    try:
        urllib.request.urlopen("http://127.0.0.1:{port}/readyz").close()
        break
    except OSError:
        time.sleep(0.3)'"""
