"""What lists tell beside their items, for whoever shows them: counts by status, titles, small pictures, covers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.system.settings import Settings
from tests.contract.shop import Shop
from tests.fakes import picture


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path_factory.mktemp("lists"))))
    yield opened
    opened.close()


@pytest.mark.rule("B1", "C2", "F2")
def test_lists_tell_titles_small_pictures_and_how_many_there_are(shop: Shop) -> None:
    alice = shop["alice"]
    coat, hat = shop.filing("alice", "coat"), shop.filing("alice", "hat")
    alice.ok("POST", "/folders", {"name": "empty"})
    alice("DELETE", f"/filings/{hat}")
    link = shop.listing("mallory", "L1", picture("coat", "stolen"))
    filings = alice.ok("GET", "/filings?folder=spring")
    assert filings["counts"] == {"protected": 1, "withdrawn": 1}
    assert alice.ok("GET", "/filings?folder=none")["counts"] == {}
    folders = {one["name"]: one for one in alice.all("/folders")}
    assert (folders["spring"]["filings"], folders["empty"]["filings"], folders["empty"]["cover"]) == (2, 0, None)
    assert folders["spring"]["cover"] == f"/v1/filings/{coat}/picture?size=thumbnail"
    for path in (folders["spring"]["cover"], filings["items"][0]["thumbnail"]):
        assert alice("GET", path.removeprefix("/v1")).status_code == 200
    sightings = alice.ok("GET", "/sightings")
    (seen,) = sightings["items"]
    assert (sightings["counts"], seen["title"]) == ({"new": 1}, "A coat")
    assert alice("GET", seen["picture"].removeprefix("/v1")).status_code == 200
    assert shop["mallory"].code("GET", seen["picture"].removeprefix("/v1")) == (404, "not_found")
    (case,) = shop.lodge("alice", coat, link)
    complaints = alice.ok("GET", "/complaints?status=declined")
    assert (complaints["items"], complaints["counts"]) == ([], {"lodged": 1})
    (lodged,) = alice.ok("GET", "/complaints")["items"]
    assert (lodged["id"], lodged["title"]) == (case, "A coat")
    assert lodged["thumbnail"] == f"/v1/filings/{coat}/picture?size=thumbnail"
