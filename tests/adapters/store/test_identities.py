"""Who the members are, apart from the log, and how they are forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.store.opening import Stores, open_store
from adapters.system.moment import one_moment
from adapters.vault.sealing import SealBroken
from application.acting import Answer, IdempotencyKey
from application.index import ForgetAnswers
from tests.adapters.store.acts import append, batch, event
from tests.conftest import Place


@pytest.mark.rule("A2")
def test_a_subject_is_enrolled_once_under_an_opaque_id(stores: Stores) -> None:
    first = stores.identities.enrol("sub-1", "Nick", ["apparel", "shoes"])
    assert stores.identities.enrol("sub-1", "Nick", ["apparel", "shoes"]) == first
    assert stores.identities.enrol("sub-1") == first
    assert len(first.member_id) == 32
    assert "sub" not in first.member_id
    assert stores.identities.by_subject("sub-1") == first
    assert stores.identities.by_id(first.member_id) == first
    assert stores.identities.by_nickname("Nick") == first
    assert stores.identities.enrol("sub-2").member_id != first.member_id


def test_what_the_token_says_is_taken_over(stores: Stores) -> None:
    first = stores.identities.enrol("sub-1")
    assert (first.nickname, first.categories) == (None, ())
    assert stores.identities.enrol("sub-1", nickname="Nick").nickname == "Nick"
    assert stores.identities.enrol("sub-1", categories=["apparel"]) == first._replace(nickname="Nick", categories=("apparel",))
    assert stores.identities.enrol("sub-1", categories=[]).categories == ()


@pytest.mark.rule("F1")
def test_a_nickname_belongs_to_the_latest_that_bears_it(stores: Stores) -> None:
    first = stores.identities.enrol("sub-1", "Nick")
    second = stores.identities.enrol("sub-2", "Nick")
    assert stores.identities.by_nickname("Nick") == second
    assert stores.identities.by_id(first.member_id) == first._replace(nickname=None)


@pytest.mark.rule("H6")
def test_a_person_can_be_forgotten(stores: Stores) -> None:
    member = stores.identities.enrol("sub-1", "Nick")
    sealed, file = stores.sealer.seal(member.member_id, "secret"), stores.sealer.seal_bytes(member.member_id, b"file")
    stores.identities.forget(member.member_id)
    assert stores.identities.by_subject("sub-1") is None
    assert stores.identities.by_id(member.member_id) is None
    assert stores.identities.by_nickname("Nick") is None
    assert stores.sealer.open(sealed) is None
    assert stores.sealer.open_bytes(file) is None
    assert stores.identities.enrol("sub-1", "Nick").member_id != member.member_id


@pytest.mark.rule("H6")
def test_what_one_process_forgets_no_other_remembers(place: Place) -> None:
    one, other = place.open(), place.open()
    member = one.identities.enrol("sub-1", "Nick")
    sealed = other.sealer.seal(member.member_id, "secret")
    assert one.sealer.open(sealed) == "secret"
    one.identities.forget(member.member_id)
    assert other.sealer.open(sealed) is None
    assert other.identities.by_id(member.member_id) is None
    one.close()
    other.close()


@pytest.mark.rule("H6")
def test_neither_name_nor_key_is_left_in_the_files(tmp_path: Path) -> None:
    stores = open_store(str(tmp_path))
    member = stores.identities.enrol("subject-to-forget", "nickname-to-forget")
    append(stores.store, event("a", 1))
    key = stores.identities.key_made(member.member_id)
    stores.identities.forget(member.member_id)
    stores.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert content
    for gone in (b"subject-to-forget", b"nickname-to-forget", key):
        assert gone not in content


@pytest.mark.rule("H6")
def test_an_answer_that_told_of_a_forgotten_member_is_in_no_file_even_while_the_store_is_open(tmp_path: Path) -> None:
    stores = open_store(str(tmp_path))
    member = stores.identities.enrol("subject")
    body = b"a statement to forget" * 1000
    key = IdempotencyKey("desk /x", "key", "fingerprint")
    kept = batch(stores.store.head(), event("a", 1), key=key, answer=Answer(201, body))._replace(concerned=(member.member_id,))
    stores.store.append(kept)
    append(stores.store, event("a", 2), entries=[ForgetAnswers(member.member_id)])
    stores.identities.forget(member.member_id)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"ListingTakenDown" in content
    assert b"a statement to forget" not in content
    assert stores.store.answer(key) is None
    stores.close()


def test_the_log_and_its_copies_carry_neither_names_nor_keys(tmp_path: Path) -> None:
    stores = open_store(str(tmp_path))
    member = stores.identities.enrol("subject-apart", "nickname-apart")
    key = stores.identities.key_made(member.member_id)
    append(stores.store, event("a", 1))
    stores.close()
    log = b"".join(path.read_bytes() for path in tmp_path.glob("log.sqlite*"))
    assert b"ListingTakenDown" in log
    assert not any(apart in log for apart in (b"subject-apart", b"nickname-apart", key))


def test_identities_are_for_their_owner_alone(tmp_path: Path) -> None:
    open_store(str(tmp_path)).close()
    assert (tmp_path / "identities.sqlite").stat().st_mode & 0o077 == 0


def test_texts_and_files_are_sealed_under_a_key_per_person(stores: Stores) -> None:
    sealed = stores.sealer.seal("m1", "grounds: ünïcode ✓")
    assert sealed.startswith("v1.m1.")
    assert "grounds" not in sealed
    assert stores.sealer.open(sealed) == "grounds: ünïcode ✓"
    assert stores.sealer.seal("m1", "grounds") != stores.sealer.seal("m1", "grounds")
    assert stores.sealer.open_bytes(stores.sealer.seal_bytes("m1", b"\x00file")) == b"\x00file"
    assert stores.sealer.open(stores.sealer.seal("staff.anna", "")) == ""


def test_a_broken_seal_is_told(stores: Stores) -> None:
    sealed, file = stores.sealer.seal("m1", "text"), stores.sealer.seal_bytes("m1", b"text")
    stores.sealer.seal("m2", "other")
    turned = "A" if sealed[10] != "A" else "B"
    for broken in (
        sealed[:10] + turned + sealed[11:],
        sealed.replace("v1.m1", "v1.m2"),
        "v1.m1.",
        "v1.m1.%%%",
        "v2" + sealed[2:],
        "plain",
        "",
    ):
        with pytest.raises(SealBroken):
            stores.sealer.open(broken)  # type: ignore[arg-type]
    for damaged in (file[:-1] + bytes([file[-1] ^ 1]), file[:6], b"v2" + file[2:], b"", file.replace(b"m1", b"m2", 1)):
        with pytest.raises(SealBroken):
            stores.sealer.open_bytes(damaged)


def test_a_text_is_no_file_and_a_file_no_text(stores: Stores) -> None:
    from base64 import urlsafe_b64decode

    body = stores.sealer.seal("m1", "text").rpartition(".")[2]
    with pytest.raises(SealBroken):
        stores.sealer.open_bytes(b"v1\x00\x02m1" + urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_equal_texts_of_one_member_have_one_blind_name(stores: Stores) -> None:
    assert stores.sealer.blind("m1", "Summer") == stores.sealer.blind("m1", "Summer")
    assert len({stores.sealer.blind("m1", "Summer"), stores.sealer.blind("m1", "Winter"), stores.sealer.blind("m2", "Summer")}) == 3


@pytest.mark.rule("A2")
def test_the_later_word_stands_for_each_of_nickname_and_categories_and_a_nickname_passes_to_the_latest(stores: Stores) -> None:
    enrol, days = stores.identities.enrol, [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 9)]
    enrol("ann", "Ann", ["a"], days[4])
    assert enrol("ann", "Old", ["b"], days[3])[2:] == ("Ann", ("a",))
    assert enrol("ann", None, ["b"], days[5])[2:] == ("Ann", ("b",))
    assert enrol("ann", "Ann", None, days[6])[2:] == ("Ann", ("b",))  # said again, later
    assert enrol("ann", "Old", ["c"], days[5])[2:] == ("Ann", ("b",))
    assert enrol("bob", "Ann", (), days[5]).nickname is None  # it had passed to ann since
    assert enrol("bob", "Ann", None, days[7]).nickname == "Ann"
    assert enrol("ann", "Ann", None, days[6]).nickname is None
    assert enrol("ann", "Now", [])[2:] == ("Now", ())
    stores.databases[-1].write(lambda s: s.run("DELETE FROM identity_word"))  # as a former version left it
    assert enrol("ann", "Ann", ["a"], days[0])[2:] == ("Ann", ("a",))


def test_members_of_a_list_are_looked_up_together_with_their_keys(stores: Stores) -> None:
    table = stores.identities
    anna, ben = (table.enrol(name, f"{name}-nick", []) for name in ("anna", "ben"))
    table.key_made(anna.member_id)
    assert table.by_ids({anna.member_id, ben.member_id, "nobody"}) == {anna.member_id: anna, ben.member_id: ben}
    assert table.by_ids([]) == {}
    with one_moment():
        table.by_ids([anna.member_id, "nobody"])
        assert (table.by_id(anna.member_id), table.by_id("nobody")) == (anna, None)
        assert table.key(anna.member_id) == table.key_made(anna.member_id)
        assert table.enrol("anna") == anna
    table.forget(anna.member_id)
    with one_moment():
        assert table.by_ids([anna.member_id]) == {}
        assert table.key(anna.member_id) is None
