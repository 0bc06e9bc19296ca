"""A reviewer that is a party to a case reads it at the desk no more than it decides it: the desk tells each party's side (rules C5, H3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.system.settings import Settings
from tests.adapters.console.browser import Browser
from tests.contract.shop import Asker, Shop

WHY = {"reasons": ["the same"]}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(Settings(store=str(tmp_path / "store")))
    yield shop
    shop.close()


@pytest.mark.rule("C5", "H3")
@pytest.mark.parametrize("party", ["rita", "alice"])
def test_what_the_desk_tells_of_ones_own_case_is_refused_wherever_it_is_told(shop: Shop, party: str) -> None:
    """`rita` is complained of, `alice` complains; either is a reviewer besides, under the same name."""
    filing, link = shop.filing("alice", "coat"), shop.listing("rita", "L1", b"")
    (case,) = shop.lodge("alice", filing, link)
    other = shop.lodge("bob", shop.filing("bob", "shoe"), shop.listing("sam", "L2"))[0]
    own = Asker(shop.app.test_client(), shop.token("reviewer", party), party)
    refused = [f"/desk/complaints/{case}", f"/desk/complaints/{case}/picture", f"/desk/complaints/{case}/notes", f"/desk/merchants/{party}"]
    for path in refused:
        assert own.code("GET", path) == (403, "forbidden"), path
    assert own.code("POST", f"/desk/complaints/{case}/acceptance", WHY) == (403, "forbidden")
    assert [one["id"] for one in own.all("/desk/complaints")] == [other]
    assert {one["id"] for one in shop["desk"].all("/desk/complaints")} == {case, other}
    shop["desk"].ok("POST", f"/desk/complaints/{case}/acceptance", WHY)
    evidence = shop["rita"].ok("POST", "/evidence", files=[("contract.pdf", b"a contract")])["id"]
    grounds = {"grounds": "mine", "evidence": [evidence]}
    appeal = shop["rita"].ok("POST", f"/notices/{shop.notice('rita', link)}/appeals", grounds)["id"]
    for path in (f"/desk/appeals/{appeal}", f"/desk/appeals/{appeal}/evidence/{evidence}"):
        assert own.code("GET", path) == (403, "forbidden"), path
    assert own.all("/desk/appeals") == []
    assert [one["id"] for one in shop["desk"].all("/desk/appeals")] == [appeal]
    pages = Browser(shop, party, role="reviewer")
    for address in (f"/console/desk/complaints/{case}", f"/console/desk/appeals/{appeal}", f"/console/pictures/case/{case}"):
        pages.open(address)
        assert pages.last.status_code == 403, address
    assert not [link for link in pages.open("/console/desk/complaints?status=appealed").links() if case in link]
    assert not [link for link in pages.open("/console/desk/appeals").links() if appeal in link]


@pytest.mark.rule("C5", "H3")
def test_whoever_is_complained_of_finds_no_trace_of_it_at_the_desk(shop: Shop) -> None:
    """`rita` is a reviewer and a seller: nothing that the desk reads of others tells her of a complaint, or who made it."""
    coat, shoe = shop.filing("alice", "coat"), shop.filing("alice", "shoe")
    (before,) = shop.lodge("alice", shoe, shop.listing("sam", "L2"))
    (waiting, seen) = shop.lodge("alice", coat, shop.listing("rita", "L1"), shop.listing("rita", "L3"))
    shop["desk"].ok("POST", f"/desk/complaints/{seen}/acceptance", WHY)
    shop.go("2026-03-02 12:00", run_deadlines=False)
    (after,) = shop.lodge("alice", shoe, shop.listing("sam", "L4"))
    rita = Asker(shop.app.test_client(), shop.token("reviewer", "rita"), "rita")
    counts = rita.ok("GET", "/desk/counts")
    assert (counts["complaints"]["waiting"], shop["desk"].ok("GET", "/desk/counts")["complaints"]["waiting"]) == (2, 3)
    alice = rita.ok("GET", "/desk/merchants/alice")
    assert [one["id"] for one in alice["cases"]] == [after, before] and alice["figures"]["complaints"] == 2
    case = rita.ok("GET", f"/desk/complaints/{after}")
    assert {one["id"] for one in case["earlier"]} == {before}
    found = rita.ok("POST", "/desk/merchants/alice/non-original-finding/preview", {"filing_id": coat})
    whole = shop["desk"].ok("POST", "/desk/merchants/alice/non-original-finding/preview", {"filing_id": coat})
    assert (found["complaints"], found["penalties"]) == ([before, after], []) and found["digest"] == whole["digest"]
    assert len(whole["complaints"]) == 4 and len(whole["penalties"]) == 1
    pages = Browser(shop, "rita", role="reviewer")
    for address in ("", "/desk/complaints", "/desk/merchants/alice", f"/desk/complaints/{after}", "/desk/reviews"):
        pages.open(f"/console{address}")
        heard = pages.last.get_data(as_text=True)
        assert not [one for one in (waiting, seen, "item/L1", "item/L3") if one in heard], address
    heard_all = [rita("GET", path).get_data(as_text=True) for path in shop.readable_by("reviewer")]
    assert not [one for one in heard_all if waiting in one or seen in one]
