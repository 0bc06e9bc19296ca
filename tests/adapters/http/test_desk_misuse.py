"""Misuse and statements of reasons as callers meet them: refused by name until a date, heard at the desk, stated with each penalty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.http.app import HttpParts, create_app
from adapters.http.complainant import COMPLAINANT
from adapters.http.desk import DeskContext
from adapters.http.desk_misuse import DESK_MISUSE
from adapters.http.endpoint import Router
from adapters.http.respondent import RESPONDENT
from adapters.http.schemas.desk_members import ConductState
from adapters.http.schemas.respondent import Notice
from adapters.identity.keys import keys_from
from adapters.identity.tokens import TokenVerifier
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from application import decide
from application.settle_due import Settling
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from tests.adapters.http.documented import assert_documented
from tests.adapters.http.house import token
from tests.application.test_misuse import strict
from tests.application.world import World


class Hall:
    """A world and its counter."""

    def __init__(self, tmp: Path, *more: Router[DeskContext]) -> None:
        self.tmp, self.world = tmp, World(open_store(str(tmp / "store")))
        self.views = Views(open_engine(f"sqlite:///{tmp / 'views.sqlite'}"), self.world.stores.store, ALL)
        self.views.prepare()
        settings = Settings(store=str(tmp))
        verifier = TokenVerifier(keys_from(None, settings.keys_directory), settings.token_issuer, settings.token_audience)
        context = DeskContext(self.world.platform, Settling(self.world.platform, {}), self.views)
        routers = [router.bound_to(context) for router in (COMPLAINANT, RESPONDENT, DESK_MISUSE, *more)]
        parts = HttpParts(settings=settings, verifier=verifier, cursor_secret=b"k" * 32, routers=routers)
        self.client = create_app(parts).test_client()

    def ask(self, method: str, path: str, subject: str, role: str = "merchant", body: object = None) -> tuple[int, dict]:  # type: ignore[type-arg]
        headers = {"Authorization": f"Bearer {token(self.tmp, role, subject)}"}
        answer = self.client.open(f"/v1{path}", method=method, headers=headers, json=body)
        return answer.status_code, json.loads(answer.data)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.views.engine.dispose()
    hall.world.stores.close()


@pytest.mark.rule("H5")
def test_a_suspended_member_is_refused_until_a_date_and_heard_at_the_desk(hall: Hall) -> None:
    world = hall.world
    strict(world)
    owner, seller = world.member("olga"), world.member("rene")
    for hour, key in enumerate("ab", start=10):
        case = world.lodge(owner, world.filing(owner, key), world.listing(seller, key)).cases[0]
        world.act("refusal", "desk-1", lambda act, case_id=case.id: decide.decline(act, case_id, ["no"]))  # type: ignore[misc]
        world.go(f"2026-03-03 {hour}:00")
    body = {"filing_id": world.filing(owner, "c"), "links": [world.listing(seller, "c")], "statement": "mine"}
    status, problem = hall.ask("POST", "/complaints", "olga", body=body)
    assert (status, problem["code"], problem["until"]) == (403, "suspended", "2026-03-13T10:00:00Z")
    lift = "/desk/merchants/olga/suspension-lift"
    assert hall.ask("POST", lift, "olga", body={"reasons": ["please"]})[0] == 403
    assert hall.ask("POST", "/desk/merchants/nobody/suspension-lift", "desk-1", "reviewer", {"reasons": ["sorry"]})[0] == 404
    status, lifted = hall.ask("POST", lift, "desk-1", "reviewer", {"reasons": ["the desk was wrong"]})
    assert_documented(lifted, ConductState)
    assert (status, lifted["warned"], lifted["complaints_suspended_until"]) == (200, [], None)
    assert hall.ask("POST", lift, "desk-1", "reviewer", {"reasons": ["again"]})[1]["code"] == "not_suspended"
    assert hall.ask("POST", "/complaints", "olga", body=body)[0] == 201


@pytest.mark.rule("C4")
@pytest.mark.rule("C5")
def test_a_notice_carries_the_statement_of_its_penalty(hall: Hall) -> None:
    world = hall.world
    owner, seller = world.member("olga"), world.member("rene")
    case = world.lodge(owner, world.filing(owner, "a"), world.listing(seller, "a")).cases[0]
    notice_id = world.accept(case.id).notice_id
    _, notice = hall.ask("GET", f"/notices/{notice_id}", "rene")
    assert_documented(notice, Notice)
    stated = notice["statement_of_reasons"]
    assert (stated["application_date"], stated["end_date_visibility_restriction"], stated["source_identity"]) == ("2026-03-02", None, None)
    world.go("2026-03-03 09:00")
    world.withdraw(owner, case.id)
    _, notice = hall.ask("GET", f"/notices/{notice_id}", "rene")
    assert notice["statement_of_reasons"] == {**stated, "end_date_visibility_restriction": "2026-03-03"}
