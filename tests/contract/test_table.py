"""The contract's table over HTTP: every command in every state answers the tabled status and code, and a refusal moves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from adapters.system.settings import Settings
from tests.contract.shop import Shop
from tests.domain.test_case_table import CODES, ROWS

RULES: dict[str, dict[str, Any]] = {
    "built-in": {},
    "final": {"penalty": {"when": "final"}},
    "lapses": {"complaint": {"on_lapse": "decline"}, "appeal": {"on_lapse": "release"}},
    "first": {"withdrawal": {"until": "first_appeal_decided"}},
    "strict": {"appeal": {"decide_within": [{"from_days": 3, "days": 5, "count": "working", "not_before": True}]}},
    "all": {"appeal": {"fresh_reviewer": "all"}},
    "none": {"appeal": {"fresh_reviewer": "none"}},
}
WHY = {"reasons": ["seen"]}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path_factory.mktemp("table"))))
    yield opened
    opened.close()


@dataclass
class Told:
    """A case that was brought into a state, over HTTP."""

    shop: Shop
    owner: str
    filing: str
    link: str
    case: str
    notice: str | None = None
    appeal: str | None = None

    def do(self, step: str) -> None:
        shop, desk = self.shop, self.shop["desk"]
        match step:
            case "accept" | "accept3":
                who = shop["desk-3" if step == "accept3" else "desk"]
                who.ok("POST", f"/desk/complaints/{self.case}/acceptance", WHY)
                self.notice = shop.notice("mallory", self.link)
            case "decline":
                desk.ok("POST", f"/desk/complaints/{self.case}/refusal", WHY)
            case "appeal":
                self.appeal = shop["mallory"].ok("POST", f"/notices/{self.notice}/appeals", {"grounds": "mine"})["id"]
            case "special":
                desk.ok("POST", f"/desk/appeals/{self.appeal}/special", {"reason": "a court decides"})
            case "claim":
                shop["desk-2"].ok("POST", f"/desk/complaints/{self.case}/claim")
            case "reject" | "reject2" | "reject3" | "not_accept" | "uphold" | "uphold2":
                outcome = {"r": "rejected", "n": "not_accepted", "u": "upheld"}[step[0]]
                who = shop[f"desk-{step[-1]}" if step[-1].isdigit() else "desk"]
                who.ok("POST", f"/desk/appeals/{self.appeal}/decision", {"outcome": outcome, **WHY})
            case "withdraw":
                shop[self.owner].ok("POST", f"/complaints/{self.case}/withdrawal", {})
            case "lift":
                desk.ok("POST", f"/desk/complaints/{self.case}/lift", WHY)
            case "reopen":
                desk.ok("POST", f"/desk/complaints/{self.case}/reopening", WHY)
            case "void":
                listed = desk.ok("POST", f"/desk/merchants/{self.owner}/non-original-finding/preview", {"filing_id": self.filing})
                found = {"filing_id": self.filing, "digest": listed["digest"], **WHY}
                desk.ok("POST", f"/desk/merchants/{self.owner}/non-original-finding", found)
            case _:
                shop.go(shop.clock.now() + timedelta(days=12))

    def ask(self, command: str) -> tuple[int, str | None]:
        shop, desk = self.shop, self.shop["desk-3"]
        match command:
            case "appeal":
                return shop["mallory"].code("POST", f"/notices/{self.notice or self.case}/appeals", {"grounds": "mine"})
            case "decision":
                return desk.code("POST", f"/desk/appeals/{self.appeal}/decision", {"outcome": "rejected", **WHY})
            case "special":
                return desk.code("POST", f"/desk/appeals/{self.appeal}/special", {"reason": "a court decides"})
            case "withdrawal":
                return shop[self.owner].code("POST", f"/complaints/{self.case}/withdrawal", {})
            case "body":
                return shop[self.owner].code("POST", f"/complaints/{self.case}/body", {"body": "A body", "reference": "1"})
            case _:
                return desk.code("POST", f"/desk/complaints/{self.case}/{command}", WHY)

    def read(self) -> dict[str, Any]:
        seen: dict[str, Any] = self.shop[self.owner].ok("GET", f"/complaints/{self.case}")
        return seen


def brought_about(shop: Shop, name: str, rules: str, steps: str) -> Told:
    now = shop.clock.now()
    morning = now.replace(hour=1, minute=0, second=0) + timedelta(days=(7 - now.weekday()) % 7 or 7)
    if rules != "built-in" or now.weekday() != 0:
        document = {"name": "t", "version": name, "effective_from": morning.strftime("%Y-%m-%dT%H:%M:%SZ"), **RULES[rules]}
        shop["root"].ok("POST", "/rulebooks", document)
        shop.go(morning)
    filing, link = shop.filing(name), shop.listing("mallory", name)
    told = Told(shop, name, filing, link, shop.lodge(name, filing, link)[0])
    for step in steps.split():
        told.do(step)
    return told


COMMANDS = ["acceptance", "refusal", "appeal", "decision", "special", "withdrawal", "lift", "reopening", "body"]


@pytest.mark.rule("C1", "C3", "C4", "C6", "D1", "D2", "D3", "D4", "D5", "H2", "H3", "B7", "T5")
@pytest.mark.parametrize(("number", "rules", "steps", "state", "wants"), [(n, *row) for n, row in enumerate(ROWS)])
def test_every_command_in_this_state(shop: Shop, number: int, rules: str, steps: str, state: str, wants: str) -> None:
    told = brought_about(shop, f"m{number}", rules, steps)
    before = told.read()
    assert " ".join(filter(None, [before["status"], before["final_because"] or before["lifted_because"]])) == state
    wanted = dict(zip(COMMANDS, wants.split(), strict=True))
    for command, want in wanted.items():
        if want not in ("ok", "-") and not (command in ("decision", "special") and told.appeal is None):
            assert told.ask(command) == (409, CODES[want]), command
    if told.notice is None:
        assert told.ask("appeal") == (404, "not_found")
    moved = told.read()
    assert {**moved, "overdue": None} == {**before, "overdue": None}
    allowed = [command for command, want in wanted.items() if want == "ok"]
    for command in allowed[:1]:
        status, code = told.ask(command)
        assert (status, code) == (201 if command in ("appeal", "body") else 200, None), command


@pytest.mark.rule("C1", "B7")
@pytest.mark.parametrize(
    ("steps", "deletion", "lodging"),
    [
        ("", (409, "filing_in_use"), (422, "case_open")),
        ("accept appeal", (409, "filing_in_use"), (422, "case_open")),
        ("decline", (204, None), (201, None)),
        ("withdraw", (204, None), (201, None)),
        ("accept wait", (204, None), (422, "already_decided")),
        ("accept lift", (204, None), (422, "already_decided")),
        ("accept void", (409, "filing_not_protected"), (403, "terminated")),
    ],
)
def test_the_filing_and_a_new_complaint_in_this_state(
    shop: Shop, steps: str, deletion: tuple[int, str | None], lodging: tuple[int, str | None]
) -> None:
    told = brought_about(shop, f"f-{steps.replace(' ', '-')}", "built-in", steps)
    again = {"filing_id": told.filing, "links": [told.link], "statement": "mine"}
    assert shop[told.owner].code("POST", "/complaints", again) == lodging
    if lodging[1] is None:
        new = next(one["id"] for one in shop[told.owner].all("/complaints") if one["status"] == "lodged")
        shop[told.owner].ok("POST", f"/complaints/{new}/withdrawal", {})
    assert shop[told.owner].code("DELETE", f"/filings/{told.filing}") == deletion
