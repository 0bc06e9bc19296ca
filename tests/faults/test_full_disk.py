"""The disk is full: commands are told so, reads go on, nothing is half there, and when there is room again nobody has to do anything.

A small file system in memory is mounted for it; where that is not allowed, it is left out.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.adapters.pictures.drawn import saved, scene
from tests.conftest import _started
from tests.contract.serving import Served

SIZES = {"sqlite": 60, "postgres": 190}
"""MiB of the disk."""
LEFT = (2_000, 8_000, 40_000)
"""KiB that others leave of it: less than commands leave for what follows on them, or so much that they take what they may have."""
READS = (
    *(("ann", path) for path in ("/folders", "/complaints", "/filings", "/messages", "/me/export")),
    ("desk", "/desk/complaints"),
)


@contextmanager
def small_disk(size: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder], capture_output=True, check=False).returncode:
            pytest.skip("needs to be allowed to mount a file system")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, left: int) -> Path:
    """Others take all of it but so many KiB."""
    ballast, about = disk / "ballast", os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, about.f_bavail * about.f_frsize - left * 1024)
    return ballast


class Complaining:
    """Somebody who complains again and again; `acknowledged` are the cases of which she was told."""

    def __init__(self, server: Served, stack: ExitStack) -> None:
        self.by = {name: stack.enter_context(server.as_(name)) for name in ("ann", "desk", "market")}
        self.by["ann"].post("/declaration", json={"version": "1"}).raise_for_status()
        self.by["ann"].post("/folders", json={"name": "spring"}).raise_for_status()
        self.filing = self.file(0).json()["filings"][0]["id"]
        self.acknowledged: list[str] = []
        self._asked = 0

    def file(self, number: int) -> httpx.Response:
        return self.by["ann"].post("/folders/spring/pictures", files=[("file", ("x.jpg", saved(scene(number, (760, 720)))))])

    def complain(self) -> httpx.Response:
        self._asked += 1
        link = f"https://shop.example/{self._asked}"
        fed = self.by["market"].put(f"/marketplace/listings/{self._asked}", json={"link": link, "seller": "mo", "title": "A coat"})
        if fed.status_code >= 300:
            return fed
        body = {"filing_id": self.filing, "links": [link], "statement": "it is mine " * 100}
        lodged = self.by["ann"].post("/complaints", json=body)
        if lodged.status_code == 201:
            self.acknowledged.append(lodged.json()["complaints"][0]["id"])
        return lodged

    def listed(self) -> list[str]:
        found, after = [], ""
        while True:
            page = self.by["ann"].get(f"/complaints?limit=200{after}").raise_for_status().json()
            found += [one["id"] for one in page["items"]]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"


def ready(server: Served) -> tuple[int, str]:
    answer = httpx.get(f"{server.url}/readyz", timeout=60)
    return answer.status_code, answer.json()["checks"]["disk"]


@pytest.mark.slow
@pytest.mark.parametrize("engine", SIZES)
def test_reads_go_on_and_commands_wait_for_room(engine: str, tmp_path: Path) -> None:
    with small_disk(SIZES[engine]) as disk, ExitStack() as stack:
        store, vault = str(disk / "store"), str(disk / "store" / "vault")
        if engine == "postgres":
            postgres = _started(disk / "pg")
            stack.callback(postgres.cleanup)
            store, vault = postgres.get_uri(), str(tmp_path / "vault")
        (disk / "tmp").mkdir()
        more = {"TMPDIR": str(disk / "tmp"), "ORIGINALS_RATE_LIMIT": "1000000/hour"}
        server = stack.enter_context(Served(store, vault, more=more))
        ann = Complaining(server, stack)
        for left in LEFT:
            ballast, last = fill(disk, left), time.monotonic() + 300
            while (answer := ann.complain()).status_code == 201:
                assert time.monotonic() < last
            assert (answer.status_code, answer.json()["code"]) == (503, "disk_full")
            assert ready(server) == (503, "failing")
            filed = ann.file(left + 1)
            assert (filed.status_code, filed.json()["code"]) == (503, "disk_full")
            assert [ann.by[who].get(path).status_code for who, path in READS] == [200] * len(READS)
            assert sorted(ann.listed()) == sorted(ann.acknowledged)
            ballast.unlink()
            while ready(server) != (200, "ok") or ann.complain().status_code != 201:
                assert time.monotonic() < last, "there is room again, and nothing goes on"
                time.sleep(0.2)
            assert sorted(ann.listed()) == sorted(ann.acknowledged)
