"""A reviewer that is a member too reads nothing at the desk of what it is a party to (rules B4, C5, H3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.system.settings import Settings
from tests.contract.shop import Asker, Shop
from tests.fakes import picture


@pytest.mark.rule("B4", "C5", "H3")
def test_the_desk_tells_a_reviewer_nothing_of_disputes_and_cases_of_its_own(tmp_path: Path) -> None:
    shop = Shop(Settings(store=str(tmp_path)))
    filing, desk = shop.filing("alice", "first"), shop["desk"]
    shop.filing("carol", "of her own")
    shop["carol"]("POST", "/folders", {"name": "f"})
    shop["carol"]("POST", "/folders/f/pictures", files=[("theirs.jpg", picture("first", "1"))])
    (refused,) = shop["carol"].all("/refused-pictures")
    dispute = shop["carol"].ok("POST", "/filings/disputes", {"refused_picture_id": refused["id"], "statement": "mine"})["id"]
    shop["carol"].ok("POST", f"/filings/disputes/{dispute}/vouchers", {"kind": "original"}, files=[("raw.dng", b"raw")])
    (lodged,) = shop.lodge("alice", filing, shop.listing("carol", "L1"))
    (other,) = shop.lodge("alice", filing, shop.listing("mallory", "L2"))

    def reviewing(name: str) -> Asker:
        return Asker(shop.app.test_client(), shop.token("reviewer", name), name)

    parts = ("picture", "credentials", "vouchers", "vouchers/1")
    assert [one["id"] for one in desk.all("/desk/disputes")] == [dispute]
    for name in ("alice", "carol"):
        reviewer = reviewing(name)
        assert reviewer.all("/desk/disputes") == []
        for part in parts:
            assert desk("GET", f"/desk/disputes/{dispute}/{part}").status_code in (200, 404), part
            assert reviewer.code("GET", f"/desk/disputes/{dispute}/{part}") == (403, "forbidden"), (name, part)
    assert reviewing("alice").code("GET", f"/desk/filings/{filing}") == (403, "forbidden")

    counts, carol = desk.ok("GET", "/desk/counts"), reviewing("carol")
    assert (counts["complaints"]["waiting"], counts["disputes"]["waiting"]) == (2, 1)
    own = carol.ok("GET", "/desk/counts")
    assert (own["complaints"]["waiting"], own["disputes"]["waiting"]) == (1, 0)
    assert [one["id"] for one in carol.ok("GET", "/desk/merchants/alice")["cases"]] == [other]
    assert lodged in [one["id"] for one in desk.ok("GET", "/desk/merchants/alice")["cases"]]
    assert lodged not in [one["id"] for one in carol.ok("GET", f"/desk/complaints/{other}")["earlier"]]
    shop.close()
