"""Filings, listings, grants and other things in the index of both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.store.log import EventLog
from adapters.store.opening import Stores
from application import index
from application.acting import Conflict
from application.index import FilingRow, GrantRow, ListingRow, RefusedRow, ThingRow
from application.ports import FingerprintRow
from tests.adapters.store.acts import NOON, append


def filing(name: str, digest: str = "", standing: str = "protected", owner: str = "owner") -> index.PutFiling:
    return index.PutFiling(name, owner, digest or f"d-{name}", standing)  # type: ignore[arg-type]


def standings(store: EventLog, owner: str = "owner") -> dict[str, str]:
    return {row.filing_id: row.standing for row in store.ask(index.FilingsOfMember(owner))}


def test_filings_are_found_by_id_digest_and_owner(store: EventLog) -> None:
    append(store, entries=[filing("f1"), filing("f2", "shared", "withdrawn"), filing("f3", "shared", owner="other")])
    assert store.ask(index.FilingById("f1")) == FilingRow("f1", "owner", "d-f1", "protected")
    assert store.ask(index.FilingById("f9")) is None
    assert [row.filing_id for row in store.ask(index.FilingsOfDigests(("shared", "d-f1")))] == ["f1", "f2", "f3"]
    assert store.ask(index.FilingsOfDigests(())) == ()
    assert [row.filing_id for row in store.ask(index.FilingsOfMember("owner"))] == ["f1", "f2"]


@pytest.mark.rule("B4")
def test_a_digest_is_protected_once(store: EventLog) -> None:
    append(store, entries=[filing("f1", "d")])
    with pytest.raises(Conflict):
        append(store, entries=[filing("f2", "d", owner="other")])
    append(store, entries=[filing("f1", "d", "cancelled"), filing("f2", "d", owner="other")])
    assert standings(store) == {"f1": "cancelled"}


@pytest.mark.rule("B7")
def test_the_standing_of_all_filings_turns_at_once_and_is_written_down_afterwards(store: EventLog) -> None:
    append(store, entries=[filing("f1"), filing("f2"), filing("gone", standing="withdrawn"), filing("f3", owner="other")])
    assert store.ask(index.FilingsToWriteDown("owner", 10)) == ()
    append(store, entries=[index.SetFilingsOfMember("owner", "protected", "cancelled")])
    assert standings(store) == {"f1": "cancelled", "f2": "cancelled", "gone": "withdrawn"}
    assert standings(store, "other") == {"f3": "protected"}
    assert [row.filing_id for row in store.ask(index.FilingsToWriteDown("owner", 1))] == ["f1"]
    append(store, entries=[filing("f1", standing="cancelled")])
    assert [row.filing_id for row in store.ask(index.FilingsToWriteDown("owner", 10))] == ["f2"]


@pytest.mark.rule("B7", "B4")
def test_reinstatement_leaves_out_what_another_has_protected_since(store: EventLog) -> None:
    append(store, entries=[filing("f1", "a"), filing("f2", "b"), filing("old", "c", "cancelled"), filing("new", "c")])
    append(store, entries=[index.SetFilingsOfMember("owner", "protected", "cancelled")])
    append(store, entries=[filing("theirs", "a", owner="other")])
    append(store, entries=[index.SetFilingsOfMember("owner", "cancelled", "protected")])
    assert standings(store) == {"f1": "cancelled", "f2": "protected", "old": "cancelled", "new": "protected"}


def test_fingerprints_are_numbered_by_space_and_each_digest_once(stores: Stores) -> None:
    store = stores.store
    assert store.ask(index.FingerprintsHead("filings")) == 0
    append(store, entries=[index.PutFingerprint("filings", "d1", b"\x00\x01"), index.PutFingerprint("listings", "d1", b"l")])
    append(store, entries=[index.PutFingerprint("filings", "d1", b"again"), index.PutFingerprint("filings", "d2", b"two")])
    rows = list(stores.fingerprints.rows("filings", 0))
    assert [(row.digest, row.fingerprint) for row in rows] == [("d1", b"\x00\x01"), ("d2", b"two")]
    assert list(stores.fingerprints.rows("filings", rows[0].seq)) == [FingerprintRow(rows[1].seq, "d2", b"two")]
    assert store.ask(index.FingerprintsHead("filings")) == rows[1].seq
    assert [row.digest for row in stores.fingerprints.rows("listings", 0)] == ["d1"]


def test_many_fingerprints_are_followed_in_order(stores: Stores) -> None:
    append(stores.store, entries=[index.PutFingerprint("listings", f"d{n}", b"x") for n in range(4100)])
    seqs = [row.seq for row in stores.fingerprints.rows("listings", 0)]
    assert len(seqs) == 4100
    assert seqs == sorted(set(seqs))


@pytest.mark.rule("B1")
def test_a_folder_name_belongs_to_its_owner_once(store: EventLog) -> None:
    append(store, entries=[index.PutFolder("o1", "owner", "blind"), index.PutFolder("o2", "other", "blind")])
    assert store.ask(index.FolderByName("owner", "blind")) == "o1"
    assert store.ask(index.FolderByName("owner", "else")) is None
    with pytest.raises(Conflict):
        append(store, entries=[index.PutFolder("o3", "owner", "blind")])
    append(store, entries=[index.PutFolder("o4", "owner", "more"), index.NameFolder("o1", "new")])
    assert [store.ask(index.FolderByName("owner", name)) for name in ("new", "blind", "more")] == ["o1", None, "o4"]
    with pytest.raises(Conflict):
        append(store, entries=[index.NameFolder("o4", "new")])


@pytest.mark.rule("H1")
def test_a_refused_picture_is_disputed_once(store: EventLog) -> None:
    append(store, entries=[index.PutRefused("r1", "owner", "s", "d", "rival"), index.PutRefused("r2", "owner", "s", "d", None)])
    assert store.ask(index.RefusedById("r1")) == RefusedRow("r1", "owner", "s", "d", "rival", None)
    assert store.ask(index.RefusedById("r3")) is None
    append(store, entries=[index.PutRefused("r1", "owner", "s", "d", "rival", "x1")])
    append(store, entries=[index.PutRefused("r1", "owner", "s", "d", "rival", "x1")])
    for second in (index.PutRefused("r1", "owner", "s", "d", "rival", "x2"), index.PutRefused("r2", "owner", "s", "d", None, "x1")):
        with pytest.raises(Conflict):
            append(store, entries=[second])
    assert store.ask(index.RefusedById("r1")) == RefusedRow("r1", "owner", "s", "d", "rival", "x1")


def test_things_by_id_by_subject_and_by_owner(store: EventLog) -> None:
    append(
        store,
        entries=[
            index.PutThing("sighting", "s1", "owner", "f1", "pair-1"),
            index.PutThing("sighting", "s2", "owner", "f2"),
            index.PutThing("evidence", "s1", "owner", "f1", "pair-1"),
        ],
    )
    assert store.ask(index.ThingById("sighting", "s1")) == ThingRow("sighting", "s1", "owner", "f1")
    assert store.ask(index.ThingById("dispute", "s1")) is None
    assert [thing.thing_id for thing in store.ask(index.ThingsOf("sighting", "owner"))] == ["s1", "s2"]
    assert [thing.kind for thing in store.ask(index.ThingsAbout("evidence", "f1"))] == ["evidence"]
    for taken in (index.PutThing("sighting", "s1", "x", "y"), index.PutThing("sighting", "s3", "x", "y", "pair-1")):
        with pytest.raises(Conflict):
            append(store, entries=[taken])


@pytest.mark.rule("F1")
def test_grants_stand_until_they_are_ended(store: EventLog) -> None:
    until = NOON + timedelta(days=3)
    append(store, entries=[index.PutGrant("g1", "owner", "a", "f1", until), index.PutGrant("g1", "owner", "a", "f2", until)])
    append(store, entries=[index.PutGrant("g2", "owner", "b", None, None), index.PutGrant("g3", "other", "a", None, None)])
    assert store.ask(index.GrantsOf("owner", "a")) == (GrantRow("g1", "owner", "a", "f1", until), GrantRow("g1", "owner", "a", "f2", until))
    assert [grant.authorization_id for grant in store.ask(index.GrantsOf("owner"))] == ["g1", "g1", "g2"]
    append(store, entries=[index.EndGrant("g1")])
    assert store.ask(index.GrantsOf("owner")) == (GrantRow("g2", "owner", "b", None, None),)


@pytest.mark.rule("F2", "C1")
def test_a_link_passes_to_the_listing_that_was_fed_it_last(store: EventLog) -> None:
    append(store, entries=[index.PutListing("l1", "s1", "shop/1", "seller")])
    assert store.ask(index.ListingByLink("shop/1")) == ListingRow("l1", "s1", "shop/1", "seller")
    append(store, entries=[index.PutListing("l2", "s2", "shop/1", "other")])
    assert store.ask(index.ListingByLink("shop/1")) == ListingRow("l2", "s2", "shop/1", "other")
    assert store.ask(index.ListingById("l1")) == ListingRow("l1", "s1", "shop/1", "seller")
    append(store, entries=[index.PutListing("l2", "s2", "shop/2", "other")])
    assert store.ask(index.ListingByLink("shop/1")) is None
    append(store, entries=[index.PutListing("l1", "s1", "shop/1", "seller")])
    assert store.ask(index.ListingByLink("shop/1")) == ListingRow("l1", "s1", "shop/1", "seller")
    assert store.ask(index.ListingById("l9")) is None


def test_the_pictures_of_a_listing_are_replaced_as_a_set(store: EventLog) -> None:
    append(store, entries=[index.PutListingPictures("l1", ("d1", "d2", "d1")), index.PutListingPictures("l2", ("d2",))])
    assert store.ask(index.ListingsOfPictures(("d1", "d2"))) == (("l1", "d1"), ("l1", "d2"), ("l2", "d2"))
    append(store, entries=[index.PutListingPictures("l1", ("d3",)), index.PutListingPictures("l2", ())])
    assert store.ask(index.ListingsOfPictures(("d1", "d2", "d3"))) == (("l1", "d3"),)
