"""The marketplace around the story: every state has a case, every queue something in it."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from adapters.demo import world
from adapters.demo.market import COURSES, LISTED, Garment
from adapters.demo.narrator import Narrator
from adapters.demo.pictures import Picture
from adapters.demo.stage import Stage
from adapters.system.settings import Settings
from tests.contract.shop import Shop
from tests.fakes import picture

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store")), start=datetime.fromisoformat("2026-02-26T01:30:00Z"))
    yield opened
    opened.close()


def _drawn(garment: Garment) -> Picture:
    return Picture(f"{garment.name}.jpg", picture(garment.name))


def _copied(original: Picture, disguise: str) -> Picture:
    return Picture("copy.jpg", original.content.replace(b"|first|", f"|{disguise}|".encode()))


@pytest.mark.rule("B6", "B7", "C3", "D4", "H1")
def test_forty_cases_take_their_course(shop: Shop) -> None:
    server = make_server("127.0.0.1", 0, shop.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage = Stage(shop.settings, f"http://127.0.0.1:{server.server_port}", Narrator(io.StringIO()), [])
    for name in ("lin", "mo", "pia"):
        shop["market"].ok("PUT", f"/marketplace/members/{name}", {"nickname": name.capitalize(), "categories": ["apparel"]})
    shop["lin"].ok("POST", "/declaration", {"version": "1"})
    world.furnish(stage, _drawn, _copied)
    server.shutdown()
    server.server_close()
    cases = Counter(one["status"] for one in shop["aud"].all("/audit/cases"))
    assert cases == {
        "lodged": 9,
        "declined": 3,
        "noticed": 2,
        "penalized": 5,
        "appealed": 6,
        "lifted": 3,
        "withdrawn": 3,
        "voided": 2,
        "final": 5,
    }
    assert sum(cases.values()) + 2 == 40
    assert {listed.course for listed in LISTED} == set(COURSES)
    queues = shop["desk"].ok("GET", "/desk/counts")
    assert [queues[name]["overdue"] for name in ("complaints", "appeals")] == [2, 1]
    assert all(queue["waiting"] for queue in queues.values())
    final = [shop["desk"].ok("GET", f"/desk/complaints/{one['id']}")["bodies"] for one in shop["aud"].all("/audit/cases?status=final")]
    assert sorted(body["status"] for bodies in final for body in bodies) == ["open", "rejected"]
    assert shop["aud"].ok("GET", "/shadow/report")["report"]["changed_cases"] > 0
    (replay,) = shop["aud"].all("/audit/replays")
    assert replay["sealed"] is not None
