"""What happens after a decision or beside it: a person is asked for, outside bodies are told of, a draft runs along, a replay is sealed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from adapters.demo.beginning import link
from adapters.demo.client import WentWrong
from adapters.demo.market import LISTED
from adapters.demo.stage import Stage

DRAFT: Final[Mapping[str, Any]] = {
    "name": "original-protection",
    "version": "2026-06-one-appeal",
    "effective_from": "2026-05-31T16:00:00Z",
    "appeal": {"rounds": 1, "windows": [{"days": 5, "count": "working", "from": "notice"}]},
}
"""One appeal with a longer window, as somebody has proposed."""
PATIENCE: Final = 120.0
"""Seconds that a replay is waited for."""


def _number(course: str, nth: int = 0) -> int:
    """The listing whose case takes a course, the nth of them."""
    return [number for number, listed in enumerate(LISTED) if listed.course == course][nth]


def a_person_is_asked_for(stage: Stage, *_: object) -> None:
    """The desk was silent for too long, and Lin asks that a person looks at it (rule H8)."""
    case = stage.facts[f"case {_number('declined by silence')}"]
    reason = "Nobody looked at my complaint. The listing shows my picture with a caption over it."
    stage["lin"].post(f"/complaints/{case}/review", {"reason": reason}, expect=201)


def outside_bodies_are_told_of(stage: Stage, *_: object) -> None:
    """Two respondents took their ended cases to a body; the desk files what became of one (rule H9)."""
    for nth, reference in ((0, "UR-2026-0117"), (2, "UR-2026-0094")):
        number = _number("final, silent", nth)
        seller = stage[LISTED[number].seller]
        notice = next(one["id"] for one in seller.get("/notices?limit=200")["items"] if one["link"] == link(f"item-{101 + number}"))
        told = {"body": "User Rights", "reference": reference}
        seller.post(f"/notices/{notice}/body", told, expect=201)
        if nth:
            outcome = {**told, "outcome": "rejected", "reasons": ["The body holds that the listing shows the complainant's picture."]}
            stage["rui"].post(f"/desk/complaints/{stage.facts[f'case {number}']}/body-outcome", outcome)


def a_draft_runs_along(stage: Stage, *_: object) -> None:
    """The draft runs beside the rules from the fortnight's first case on, and decides nothing (rule G7)."""
    stage["admin"].put("/shadow", {"rulebook": DRAFT, "since": "2026-02-27T00:00:00Z"})


def a_replay_is_sealed(stage: Stage, *_: object) -> None:
    """What the draft would have changed is sealed, and an admin has read it (rule G8)."""
    id = stage["audra"].post("/audit/replays", {"rulebook": DRAFT, "seal": True}, expect=202).body["id"]
    latest = time.monotonic() + PATIENCE
    while stage["audra"].get(f"/audit/replays/{id}")["status"] == "running":
        if time.monotonic() > latest:
            raise WentWrong("the replay is not done")
        time.sleep(0.2)
    stage["admin"].post(f"/audit/replays/{id}/reading")
