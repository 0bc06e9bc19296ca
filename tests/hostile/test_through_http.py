"""Every hostile file sent to a real server: a clear verdict, no crash, no hang, and memory that stays near what it was (rules B2, B3).

Idle is the server with its decoding processes after ordinary pictures have been filed, as many at once as there are such
processes: the model and the decoders are loaded then. Memory is that of the whole family of processes, shared pages once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from adapters.pictures import limits
from adapters.pictures.descriptor import installed
from tests.contract.serving import Served
from tests.hostile.generate import Case, cases, drawing, saved
from tests.hostile.served import Verdict, Watched, filed, memory

pytestmark = [
    pytest.mark.rule("B2", "B3"),
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc"),
]
ALLOWED = 300 * 2**20
HANGS = 60.0
"""Seconds: more than twice the longest that a decoding process may take before it is killed, twice."""
MODELS = ["none", *([str(path)] if (path := installed()[0]) else [])]


@pytest.fixture(scope="module")
def files() -> list[Case]:
    return list(cases())


@pytest.fixture(params=MODELS, ids=lambda model: "fallback" if model == "none" else "learned")
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Served, httpx.Client]]:
    """A server that has seen ordinary pictures, and somebody who files."""
    server = Served(str(tmp_path / "store"), str(tmp_path / "vault"), more={"ORIGINALS_COPY_MODEL": request.param})
    with server, server.as_("alice") as client:
        assert client.post("/declaration", json={"version": "1"}).status_code < 300
        assert client.post("/folders", json={"name": "spring"}).status_code == 201
        with ThreadPoolExecutor(limits.WORKERS) as pool:
            ordinary = [saved(drawing(1800, 1500 + 100 * number), quality=92) for number in range(limits.WORKERS)]
            told = list(pool.map(lambda content: filed(client, "ordinary.jpg", content), ordinary))
        assert any(one.status == 201 for one in told)
        time.sleep(1)
        yield server, client


def clear(case: Case, told: Verdict) -> bool:
    """Whether the verdict is what is expected. A picture that is accepted may be refused as a copy of one before."""
    if told.seconds > HANGS or told.status not in (201, 422):
        return False
    accepted = told.codes <= {"duplicate"}
    return (told.status == 201) == (not told.codes) and (case.codes is None or (accepted if not case.codes else told.codes == case.codes))


@pytest.mark.parametrize("at_once", [1, 4])
def test_every_hostile_file_gets_its_verdict_in_bounded_memory(
    served: tuple[Served, httpx.Client], files: Sequence[Case], at_once: int
) -> None:
    server, client = served
    assert server.process is not None
    idle = memory(server.process.pid)
    with Watched(server.process.pid) as watched, ThreadPoolExecutor(at_once) as pool:
        told = list(pool.map(lambda case: filed(client, case.name, case.content), files))
    wrong = [(case.name, one) for case, one in zip(files, told, strict=True) if not clear(case, one)]
    assert wrong == [] and len(files) >= 50
    assert server.process.poll() is None
    assert filed(client, "another.jpg", saved(drawing(900, 1600).rotate(30), quality=90)).status in (201, 422)
    assert (watched.peak - idle) / ALLOWED <= 1, f"{(watched.peak - idle) >> 20} MiB over {idle >> 20}"
