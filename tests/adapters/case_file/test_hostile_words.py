"""A case in which everybody writes what should forge, hide or break something: it is told all the same, line by line."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode

import pytest
from msgspec.structs import replace

from adapters.case_file.as_json import history_body as history
from adapters.case_file.report import CaseReport, Visibility, page, report, text
from adapters.store.opening import Stores
from adapters.wording.sealed import UNREADABLE
from application import appeals, audit, decide
from application.audit import CaseHistory, case_history
from domain.case.events import ComplaintLodged
from domain.events.base import Sealed
from tests.application.world import World

FORGED = "mine\r\n2026-03-03T01:00:00Z  the clock: the case became final\x1b[8m\u202e\u2028"
SEAL_LIKE = "v1.looks like a seal"
ALL = Visibility(identities=True, statements=True)


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


def told(world: World, case_id: str) -> tuple[CaseHistory, CaseReport]:
    found = case_history(world.platform, world.stores.store, case_id)
    return found, report(found, world.platform.sealer, world.platform.identities, ALL)


def played(world: World) -> str:
    """A complaint, an appeal with a file, marked special and rejected, and a disclosure; each with words of its writer."""
    owner, seller = world.member("olga\n2026"), world.member("rene")
    case = world.lodge(owner, world.filing(owner, FORGED), world.listing(seller, "L1")).cases[0]
    notice = world.act("acceptance", "desk-1", lambda act: decide.accept(act, case.id, [FORGED, SEAL_LIKE]).notice_id)
    file = world.act("evidence", seller.member_id, lambda act: appeals.upload_evidence(act, seller, f'"; {FORGED}.html', b"x"))
    opened = world.act("appeal", seller.member_id, lambda act: appeals.open_appeal(act, seller, notice or "", FORGED, [file])).appeal
    world.act("special", "desk-1", lambda act: decide.mark_special(act, opened.id, SEAL_LIKE))
    world.decide(opened.id, "rejected", "desk-2")
    world.act("disclosure", "root", lambda act: audit.disclose(act, case.id, "court", FORGED, SEAL_LIKE))
    return case.id


@pytest.mark.rule("G1")
def test_nobody_forges_a_line_and_what_looks_like_a_seal_is_told_as_it_was_written(world: World) -> None:
    found, said = told(world, played(world))
    lines = text(said).splitlines()
    assert len([line for line in lines if re.match(r"\d{4}-\d\d-\d\dT", line)]) == len(said.lines) + len(said.messages)
    shown = page(said, [], [], [])
    assert shown.count("<tr") == len(said.lines) + len(said.messages) + len(said.proof) + 2
    for written in (text(said), shown):
        assert not set(written) & set("\x1b\u202e\u2028\r")
        assert "mine\\r\\n2026-03-03T01:00:00Z  the clock" in written
        assert SEAL_LIKE in written
    body = history(found, world.platform.sealer)
    data = {one["type"]: one["data"] for one in body["events"]}
    assert (data["AppealMarkedSpecial"]["reason"], data["IdentityDisclosed"]["reason"]) == (SEAL_LIKE, SEAL_LIKE)
    assert (data["AppealOpened"]["grounds"], data["IdentityDisclosed"]["order"]) == (FORGED, FORGED)
    assert data["ComplaintLodged"]["statement"] == "it is mine"
    assert json.dumps(body)


def with_statement(found: CaseHistory, sealed: Sealed) -> CaseHistory:
    """The history, had this been stored as the complainant's statement."""
    lines = list(found.lines)
    for number, line in enumerate(lines):
        if isinstance(line.fact.event, ComplaintLodged):
            lines[number] = line._replace(fact=replace(line.fact, event=replace(line.fact.event, statement=sealed)))
    return found._replace(case=replace(found.case, statement=sealed), lines=tuple(lines))


@pytest.mark.rule("G1", "H6")
def test_a_seal_that_cannot_be_opened_reads_so_and_one_whose_key_was_erased_is_empty(world: World) -> None:
    case_id = played(world)
    member = told(world, case_id)[0].case.complainant
    other = world.member("other").member_id
    world.platform.sealer.seal(other, "another key")
    sealed = world.platform.sealer.seal(member, "it is mine")
    broken = Sealed(sealed[:-8] + urlsafe_b64encode(b"broken").decode())
    for forged in (broken, Sealed("no seal at all"), Sealed(sealed.replace(member, other))):
        found = with_statement(told(world, case_id)[0], forged)
        body = history(found, world.platform.sealer)
        assert (body["complaint"]["statement"], body["events"][1]["data"]["statement"]) == (UNREADABLE, UNREADABLE)
        assert UNREADABLE in text(report(found, world.platform.sealer, world.platform.identities, ALL))
    world.stores.identities.forget(member)
    found, said = told(world, case_id)
    assert "complained of https://shop.example/item/L1.html: (erased)" in text(said)
    assert history(found, world.platform.sealer)["complaint"]["statement"] == ""
