"""How much a member may hand in, and for what (rule H11)."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from application import appeals, vouchers
from application.ports import Upload
from application.publish_rules import Known, publish_rulebook
from application.refusals import NotFound
from domain.events.appeal import EvidenceUploaded
from domain.refusal import Refusal
from tests.application.studio import Studio
from tests.fakes import picture

KNOWN = Known({"Asia/Shanghai"}, {"CN"})


def under(stores: Stores, **storage: int) -> Studio:
    """A studio whose rulebook says so of storage."""
    studio = Studio(stores)
    document = {"name": "t", "version": "small", "effective_from": "2026-03-02T09:00:01Z", "storage": storage}
    studio.act("rulebook", "root", lambda act: publish_rulebook(act, document, KNOWN))
    studio.go("2026-03-02 10:00")
    return studio


def refusal(ask: object, *given: object) -> tuple[str, object, object]:
    with pytest.raises(Refusal) as refused:
        ask(*given)  # type: ignore[operator]
    return refused.value.code, refused.value.facts.get("limit"), refused.value.facts.get("measured")


def hand_in(studio: Studio, who: object, content: bytes = b"12345") -> str:
    member = studio.member(who) if isinstance(who, str) else who
    return studio.act("evidence", member.member_id, lambda act: appeals.upload_evidence(act, member, "a.pdf", content))  # type: ignore[union-attr, arg-type, return-value]


@pytest.mark.rule("H11")
def test_evidence_is_for_a_notice_that_has_not_ended(stores: Stores) -> None:
    studio = under(stores, files_a_case=2)
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    assert refusal(hand_in, studio, bob)[0] == "no_open_notice"
    filing, links = studio.file(ann, "coat"), [studio.listing(bob, key) for key in ("L1", "L2")]
    first, second = studio.lodge(ann, filing, *links).cases
    assert refusal(hand_in, studio, bob)[0] == "no_open_notice"  # lodged, and nobody has told bob
    studio.accept(first.id)
    assert len({hand_in(studio, bob) for _ in range(2)}) == 2
    assert refusal(hand_in, studio, bob) == ("storage_exhausted", 2, 3)
    assert refusal(hand_in, studio, ann)[0] == "no_open_notice"
    studio.accept(second.id)
    hand_in(studio, bob)
    studio.go("2026-03-20 09:00")  # both windows have lapsed: whether anybody wrote that down does not matter
    assert refusal(hand_in, studio, bob)[0] == "no_open_notice"


@pytest.mark.rule("H11")
def test_a_member_hands_in_so_many_bytes_a_day_whatever_they_are(stores: Stores) -> None:
    one = len(picture("coat", "first"))
    studio = under(stores, bytes_a_day=one + 12, files_a_case=2)
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    filing = studio.file(ann, "coat")

    def give(*contents: bytes) -> object:
        files = [Upload("a.pdf", content) for content in contents]
        return studio.act("voucher", ann.member_id, lambda act: vouchers.give(act, ann, "filing", filing, "other", files))

    give(b"1234567890")
    assert refusal(give, b"123") == ("storage_exhausted", one + 12, one + 13)
    assert refusal(studio.send, ann, picture("hat"))[0] == "storage_exhausted"
    studio.file(bob, "hat")  # another's day is another's
    give(b"12")
    studio.go("2026-03-03 10:00")
    assert refusal(give, b"1") == ("storage_exhausted", 2, 3)
    studio.send(ann, picture("scarf"))


@pytest.mark.rule("D1")
def test_a_file_that_the_vault_lost_is_not_there(stores: Stores) -> None:
    studio = Studio(stores)
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    studio.accept(studio.lodge(ann, studio.file(ann, "coat"), studio.listing(bob, "L1")).cases[0].id)
    evidence = hand_in(studio, bob)
    assert appeals.open_evidence(studio.platform, bob, evidence) == b"12345"
    uploaded = studio.stream(evidence)[0].event
    assert isinstance(uploaded, EvidenceUploaded)
    stores.vault.remove("sealed", uploaded.digest)
    with pytest.raises(NotFound):
        appeals.open_evidence(studio.platform, bob, evidence)
