"""The demonstration, played once for all tests here: what it told, how it ended, and a copy of its store."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.cli.main import main

PATIENCE = 1200


class Played(NamedTuple):
    """The lines it told while it was up, the exit code after the signal, whether its folder is gone, and the copy of its store."""

    lines: list[str]
    code: int
    tidy: bool
    store: Path

    def case(self, number: int) -> str:
        """The id of the first or the second complaint."""
        return [found[1] for line in self.lines if (found := re.match(r" +Case ([0-9a-f]{32})[.,]", line))][number]


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def wrong(self) -> list[str]:
        """What it said was wrong; the store is a demonstration's, and by which clock something was recorded there is said as well."""
        return [line for line in self.err.splitlines() if not line.startswith("recorded at ")]


Run = Callable[..., Said]


def without_settings() -> dict[str, str]:
    """This environment without any setting of the product's; the fallback matcher is quick and always there."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ORIGINALS_")}
    return {**plain, "ORIGINALS_COPY_MODEL": "none"}


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play it in a process of its own, as its user does, and end it with Ctrl-C."""
    home = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "adapters.cli.main", "demo", "--story-only", "--port", "0"]
    environment = {**without_settings(), "TMPDIR": str(home), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as demo:
        watchdog = threading.Timer(PATIENCE, demo.kill)
        watchdog.start()
        assert demo.stdout is not None
        assert demo.stderr is not None
        lines: list[str] = []
        for line in demo.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("http://"):
                break
        folders = list(home.glob("originals-demo-*"))
        if folders:
            shutil.copytree(folders[0] / "store", home / "copy")
        demo.send_signal(signal.SIGINT)
        rest, wrong = demo.communicate()
        watchdog.cancel()
    assert folders, wrong
    yield Played([*lines, *rest.splitlines()], demo.returncode, not folders[0].exists(), home / "copy")


@pytest.fixture
def store(tmp_path: Path, played: Played) -> Path:
    """A copy of the demonstration's store for one test alone."""
    shutil.copytree(played.store, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def originals(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a store, in this process."""

    def run(*arguments: str | Path, store: Path | str | None = None) -> Said:
        for name in [name for name in os.environ if name.startswith("ORIGINALS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("ORIGINALS_COPY_MODEL", "none")
        if store is not None:
            monkeypatch.setenv("ORIGINALS_STORE", str(store))
        capfd.readouterr()
        try:
            code = main([str(one) for one in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return run
