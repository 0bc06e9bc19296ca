"""One case through each of its endings over HTTP: the same answers whether deadlines are run or only time goes by, on both engines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.system.settings import Settings
from tests.conftest import Place
from tests.contract.played import CURSOR, OPAQUE
from tests.contract.shop import Shop

WHY = {"reasons": ["seen"]}
DOWN, UP = "take_down", "restore"
FIRST, SECOND, LATER = "2026-03-05 16:00", "2026-03-11 16:00", "2026-03-20 00:00"
DIGEST = re.compile(rb"[0-9a-f]{64}")
"""Of a preview: made of ids that are random."""


class Court:
    """Cases by the names of their listings; every answer is written down."""

    def __init__(self, shop: Shop, run_deadlines: bool) -> None:
        self.shop, self.run_deadlines = shop, run_deadlines
        self.filings = {who: shop.filing(who) for who in ("alice", "bob")}
        self.cases: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.appeals: dict[str, str] = {}
        self.transcript: list[bytes] = []

    def go(self, until: str) -> None:
        self.shop.go(until, self.run_deadlines)

    def lodge(self, *names: str, by: str = "alice") -> None:
        for name in names:
            self.owners[name] = by
            self.cases[name] = self.shop.lodge(by, self.filings[by], self.shop.listing("mallory", name))[0]

    def desk(self, name: str, command: str, by: str = "desk", **body: Any) -> tuple[int, str | None]:
        return self.shop[by].code("POST", f"/desk/complaints/{self.cases[name]}/{command}", {**WHY, **body})

    def accept(self, *names: str) -> None:
        for name in names:
            assert self.desk(name, "acceptance") == (200, None)

    def notice(self, name: str) -> dict[str, Any] | None:
        notices = self.shop["mallory"].all("/notices")
        return next((one for one in notices if one["link"].endswith(f"/{name}.html")), None)

    def appeal(self, name: str) -> tuple[int, str | None]:
        notice = self.notice(name)
        assert notice is not None
        answer = self.shop["mallory"].code("POST", f"/notices/{notice['id']}/appeals", {"grounds": "mine"})
        if answer[1] is None:
            self.appeals[name] = json.loads(self.shop["mallory"].last.data)["id"]
        return answer

    def decide(self, name: str, outcome: str, by: str = "desk") -> tuple[int, str | None]:
        return self.shop[by].code("POST", f"/desk/appeals/{self.appeals[name]}/decision", {"outcome": outcome, **WHY})

    def withdraw(self, name: str) -> tuple[int, str | None]:
        return self.shop[self.owners[name]].code("POST", f"/complaints/{self.cases[name]}/withdrawal", {})

    def find(self, who: str) -> None:
        path = f"/desk/merchants/{who}/non-original-finding"
        listed = self.shop["desk"].ok("POST", f"{path}/preview", {"filing_id": self.filings[who]})
        self.shop["desk"].ok("POST", path, {"filing_id": self.filings[who], "digest": listed["digest"], **WHY})

    def told(self, name: str) -> tuple[str, str | None, list[str], list[str]]:
        """Status, because, what became of the appeals, and what the marketplace did, by all who may read it."""
        case = self.shop[self.owners[name]].ok("GET", f"/complaints/{self.cases[name]}")
        at_desk = self.shop["desk"].ok("GET", f"/desk/complaints/{self.cases[name]}")
        assert case.pop("thumbnail") != at_desk["thumbnail"]  # its own picture, where the desk has the listing's first
        assert {key: at_desk[key] for key in case} == case
        notice = self.notice(name)
        because = case["final_because"] or case["lifted_because"]
        if notice is not None:
            assert (notice["status"], notice["final_because"] or notice["lifted_because"]) == (case["status"], because)
            assert (notice["appeal_by"], notice["appeals_left"]) == (case["appeal_by"], case["appeals_left"])
            assert [one["status"] for one in notice["appeals"]] == [one["status"] for one in case["appeals"]]
        feed = [one["action"] for one in self.shop["market"].all("/marketplace/penalties") if one["listing_id"] == name]
        assert self.shop["market"].ok("GET", f"/marketplace/listings/{name}")["down"] == (feed[-1:] == [DOWN])
        assert case["status"] in ("lodged", "penalized", "appealed") or case["appeals_left"] == 0
        return case["status"], because, [one["status"] for one in case["appeals"]], feed

    def heard(self) -> list[bytes]:
        """Every answer to everybody, opaque ids being numbered by first appearance, and digests of bodies left out."""
        known: dict[bytes, bytes] = {}
        answers = [answer for name in ("alice", "bob", "mallory", "desk", "desk-2", "market") for answer in self.shop[name].heard]
        return [
            OPAQUE.sub(
                lambda found: known.setdefault(found[0], b"<%d>" % len(known)), CURSOR.sub(b"<cursor>", DIGEST.sub(b"<digest>", answer))
            )
            for answer in answers
        ]

    def messages(self) -> list[bytes]:
        """What the parties were told, by the instants at which it took effect: it was written down in the order in which it was noticed."""
        told = [self.shop[name].ok("GET", "/me/export")["messages"] for name in ("alice", "bob", "mallory")]
        return [" ".join(sorted(f"{one['at']} {one['kind']} {one['text']}\n" for one in heard)).encode() for heard in told]


def tell(court: Court) -> dict[str, Any]:
    """Every ending, side by side on one clock; how each ended."""
    court.lodge("declined", "withdrawn-lodged", "withdrawn-penalized", "withdrawn-appealed", "withdrawn-between", "withdrawn-second")
    court.lodge("lifted-first", "lifted-second", "desk-penalized", "desk-appealed", "desk-final", "exhausted", "unused", "unused-second")
    court.lodge("voided", "voided-lodged", "reopened", by="bob")
    assert court.desk("declined", "refusal") == (200, None)
    assert court.withdraw("declined") == (409, "not_withdrawable")
    assert court.withdraw("withdrawn-lodged") == (200, None)
    assert court.desk("withdrawn-lodged", "acceptance") == (409, "case_closed")
    assert court.notice("declined") is court.notice("withdrawn-lodged") is None
    undecided = ("declined", "withdrawn-lodged", "voided-lodged")
    court.accept(*(name for name in court.cases if name not in undecided))
    for name in (
        "withdrawn-appealed",
        "withdrawn-between",
        "withdrawn-second",
        "lifted-first",
        "lifted-second",
        "desk-appealed",
        "exhausted",
    ):
        assert court.appeal(name) == (201, None)
    assert court.appeal("lifted-first") == (409, "appeal_open")
    assert court.appeal("voided") == court.appeal("unused-second") == (201, None)

    for name in ("withdrawn-penalized", "withdrawn-appealed"):
        assert court.withdraw(name) == (200, None)
    assert court.decide("lifted-first", "upheld") == (200, None)
    for name in ("withdrawn-between", "withdrawn-second", "exhausted"):
        assert court.decide(name, "rejected") == (200, None)
    assert court.decide("lifted-second", "not_accepted") == (200, None)
    assert court.withdraw("withdrawn-between") == (200, None)
    for name in ("withdrawn-second", "lifted-second", "exhausted"):
        assert court.appeal(name) == (201, None)
    assert court.withdraw("withdrawn-second") == (200, None)
    assert court.decide("lifted-second", "upheld") == (409, "same_reviewer")
    assert court.decide("lifted-second", "upheld", "desk-2") == (200, None)
    assert court.decide("exhausted", "rejected", "desk-2") == (200, None)
    assert court.appeal("exhausted") == (409, "appeals_exhausted")
    assert court.desk("desk-penalized", "lift") == court.desk("desk-appealed", "lift") == (200, None)

    court.go("2026-03-05 15:59:59")
    assert court.told("unused")[0] == court.told("reopened")[0] == "penalized"
    court.go(FIRST)
    assert court.appeal("unused") == (409, "window_closed")
    assert court.withdraw("unused") == (409, "not_withdrawable")
    assert court.decide("unused-second", "rejected") == (200, None)
    court.go("2026-03-11 15:59:59")
    assert court.told("unused-second") == ("penalized", None, ["rejected"], [DOWN])
    court.go(SECOND)
    assert court.appeal("unused-second") == (409, "window_closed")
    assert court.desk("desk-final", "lift") == (200, None)
    court.find("bob")
    assert court.appeal("voided") == (409, "case_closed")
    assert court.desk("voided-lodged", "acceptance") == (409, "case_closed")
    assert court.told("reopened") == ("final", "no_appeal", [], [DOWN])
    assert court.desk("reopened", "reopening") == (200, None)
    court.go(LATER)
    return {name: court.told(name) for name in court.cases}


ENDINGS = {
    "declined": ("declined", None, [], []),
    "withdrawn-lodged": ("withdrawn", None, [], []),
    "withdrawn-penalized": ("withdrawn", None, [], [DOWN, UP]),
    "withdrawn-appealed": ("withdrawn", None, ["moot"], [DOWN, UP]),
    "withdrawn-between": ("withdrawn", None, ["rejected"], [DOWN, UP]),
    "withdrawn-second": ("withdrawn", None, ["rejected", "moot"], [DOWN, UP]),
    "lifted-first": ("lifted", "appeal", ["upheld"], [DOWN, UP]),
    "lifted-second": ("lifted", "appeal", ["not_accepted", "upheld"], [DOWN, UP]),
    "desk-penalized": ("lifted", "desk", [], [DOWN, UP]),
    "desk-appealed": ("lifted", "desk", ["moot"], [DOWN, UP]),
    "desk-final": ("lifted", "desk", [], [DOWN, UP]),
    "exhausted": ("final", "appeals_exhausted", ["rejected", "rejected"], [DOWN]),
    "unused": ("final", "no_appeal", [], [DOWN]),
    "unused-second": ("final", "no_appeal", ["rejected"], [DOWN]),
    "voided": ("voided", None, ["moot"], [DOWN, UP]),
    "voided-lodged": ("voided", None, [], []),
    "reopened": ("voided", None, [], [DOWN, UP]),
}


@pytest.fixture(scope="module")
def transcripts() -> Iterator[list[tuple[str, list[bytes]]]]:
    """What was answered in each of the ways in which the same story was told."""
    yield []


@pytest.mark.rule("C3", "C4", "C6", "D1", "D2", "D3", "D4", "H2", "B7", "T3", "T4")
@pytest.mark.parametrize(
    ("place", "run_deadlines"),
    [("sqlite", True), ("postgres", False)],
    ids=["deadlines run", "time goes by, on PostgreSQL"],
    indirect=["place"],
)
def test_every_ending(place: Place, run_deadlines: bool, transcripts: list[tuple[str, list[bytes]]]) -> None:
    shop = Shop(Settings(store=place.store, vault=place.vault))
    try:
        court = Court(shop, run_deadlines)
        assert tell(court) == ENDINGS
        transcripts.append((f"{place.store} {run_deadlines}", court.heard() + court.messages()))
    finally:
        shop.close()
    for name, heard in transcripts[:1]:
        for number, (one, other) in enumerate(zip(heard, transcripts[-1][1], strict=True)):
            assert one == other, (name, number)
