"""Desk notes: the desk reads what it noted on a case, no party ever does (rule H7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.http.desk import DESK
from adapters.http.schemas.common import page_of
from adapters.http.schemas.desk import Note
from adapters.replay.checking import assert_replays
from application import leave
from application.audit import case_history
from domain.case.events import DESK_ONLY, NoteAdded
from tests.adapters.http.documented import assert_documented
from tests.adapters.http.test_desk_misuse import Hall

pytestmark = pytest.mark.rule("H7")
SECRET = "the seller wrote to us twice"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path, DESK)
    yield hall
    hall.views.engine.dispose()
    hall.world.stores.close()


def case_of(hall: Hall) -> tuple[str, str]:
    """An accepted case, alice against mallory: its id and its notice's."""
    world = hall.world
    owner, seller = world.member("alice"), world.member("mallory")
    case = world.accept(world.lodge(owner, world.filing(owner, "coat"), world.listing(seller, "L1")).cases[0].id)
    assert case.notice_id is not None
    return case.id, case.notice_id


def test_a_reviewer_notes_and_the_desk_reads_oldest_first(hall: Hall) -> None:
    case, _ = case_of(hall)
    path = f"/desk/complaints/{case}/notes"
    assert hall.ask("GET", path, "rita", "reviewer") == (200, {"items": [], "next": None})
    status, first = hall.ask("POST", path, "rita", "reviewer", {"text": SECRET})
    assert status == 201
    assert_documented(first, Note)
    assert (first["text"], first["by"], first["at"]) == (SECRET, "rita", "2026-03-02T09:00:00Z")
    hall.world.go("2026-04-01 09:00")  # a case that has ended is noted on as well
    _, second = hall.ask("POST", path, "rolf", "reviewer", {"text": "closed"})
    status, listed = hall.ask("GET", path, "rolf", "reviewer")
    assert_documented(listed, page_of(Note))
    assert (status, listed["items"], listed["next"]) == (200, [first, second], None)
    _, part = hall.ask("GET", f"{path}?limit=1", "rolf", "reviewer")
    assert part["items"] == [first]
    assert hall.ask("GET", f"{path}?limit=1&after={part['next']}", "rolf", "reviewer")[1]["items"] == [second]
    assert_replays(hall.world.stores.store)


def test_what_is_refused(hall: Hall) -> None:
    case, _ = case_of(hall)
    path = f"/desk/complaints/{case}/notes"
    for method, body in (("POST", {"text": SECRET}), ("GET", None)):
        assert hall.ask(method, "/desk/complaints/none/notes", "rita", "reviewer", body)[0] == 404
        assert hall.ask(method, path, "alice", "merchant", body)[0] == 403
        for party in ("alice", "mallory"):  # a reviewer that is a party
            status, problem = hall.ask(method, path, party, "reviewer", body)
            assert (status, problem["code"]) == (403, "forbidden")
    status, problem = hall.ask("POST", path, "rita", "reviewer", {"text": "x" * 5_001})
    assert (status, problem["code"]) == (422, "text_too_long")
    assert hall.ask("POST", path, "rita", "reviewer", {"text": "  "})[0] == 422


def test_no_party_reads_it_and_only_sealed_text_is_kept(hall: Hall) -> None:
    case, notice = case_of(hall)
    reads = {"alice": [f"/complaints/{case}", "/complaints"], "mallory": [f"/notices/{notice}", "/notices"]}
    before = {path: hall.ask("GET", path, who) for who, paths in reads.items() for path in paths}
    hall.ask("POST", f"/desk/complaints/{case}/notes", "rita", "reviewer", {"text": SECRET})
    assert {path: hall.ask("GET", path, who) for who, paths in reads.items() for path in paths} == before
    stored = hall.world.stream(case)[-1].event
    assert isinstance(stored, NoteAdded)
    assert SECRET not in stored.text
    assert hall.world.stores.sealer.open(stored.text) == SECRET
    history = case_history(hall.world.platform, hall.world.stores.store, case)
    assert [line.kind for line in history.lines if isinstance(line.fact.event, NoteAdded)] == ["complaint"]
    assert not [line for line in history.without(DESK_ONLY).lines if isinstance(line.fact.event, NoteAdded)]


@pytest.mark.parametrize("leaves", ["alice", "mallory"])
def test_it_is_erased_when_either_party_is_forgotten(hall: Hall, leaves: str) -> None:
    case, _ = case_of(hall)
    path = f"/desk/complaints/{case}/notes"
    hall.ask("POST", path, "rita", "reviewer", {"text": SECRET})
    hall.world.go("2026-04-01 09:00")
    leave.forget(hall.world.platform, hall.world.member(leaves).member_id, "operator")
    (note,) = hall.ask("GET", path, "rita", "reviewer")[1]["items"]
    assert note["text"] == ""
    assert_replays(hall.world.stores.store)
