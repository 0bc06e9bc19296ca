"""Who is forgotten is in no file of the store any more, but for the originals, which are named and can be sealed away (rule H6)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from adapters.checkup.forgotten import originals_of
from adapters.http.files import WHOLE
from adapters.identity.secrets import local_secret
from adapters.pictures.inspector import PillowInspector
from adapters.system.settings import Settings
from adapters.vault.away import KEY_NAME, seal_away, taken_out
from adapters.vault.sealing import SealBroken
from application import leave
from application.ports import Upload
from tests.contract.shop import Shop
from tests.fakes import picture

NAMES = ("subject", "nick", "statement", "folder", "file", "voucher", "grounds", "reason", "typed", "webhook")
WORDS = [f"zq-{name}-quartz" for name in NAMES]
SUBJECT, NICK, STATEMENT, FOLDER, FILE, VOUCHER, GROUNDS, REASON, TYPED, HOOK = WORDS


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(Settings(store=str(tmp_path / "store"), webhook_allow_private=True))
    yield opened
    opened.close()


def found_in(store: Path, words: list[str]) -> set[tuple[str, str]]:
    """Each word with the file that holds it, whatever the file is."""
    files = [(path.relative_to(store).parts[0], path.read_bytes()) for path in store.rglob("*") if path.is_file()]
    return {(name, word) for name, content in files for word in words if word.encode() in content}


def lived(shop: Shop) -> str:
    """A member that did everything, both as owner and as respondent, under idempotency keys; its id."""
    owner = shop.member(SUBJECT, NICK)
    owner.ok("POST", "/folders", {"name": FOLDER})
    owner.ok("POST", "/declaration", {"version": "1"})
    filed = owner.ok("POST", f"/folders/{FOLDER}/pictures", files=[(f"{FILE}.jpg", picture("life"))])
    filing = filed["filings"][0]["id"]
    owner.ok("POST", f"/filings/{filing}/vouchers", {"kind": "other"}, files=[(f"{VOUCHER}.pdf", VOUCHER.encode())])
    owner.ok("PUT", "/webhooks", {"url": f"http://127.0.0.1:9/{HOOK}"})
    link = shop.listing("mallory", "L1")
    body = {"filing_id": filing, "links": [link, f"https://elsewhere.example/{TYPED}"], "statement": STATEMENT}
    case = owner.ok("POST", "/complaints", body)["complaints"][0]["id"]
    desk, market = shop["desk"], shop["market"]
    desk.ok("POST", f"/desk/filings/{filing}/voucher-request", {"what": ["the original"]})
    own = shop.listing(SUBJECT, "L2")
    market.ok("PUT", "/marketplace/listings/L2/pictures", files=[("a.jpg", b"no picture")])
    other = shop.lodge("alice", shop.filing("alice"), own)[0]
    desk.ok("POST", f"/desk/complaints/{other}/acceptance", {"reasons": ["the same"]})
    notice = owner.all("/notices")[0]["id"]
    evidence = owner.ok("POST", "/evidence", files=[(f"{FILE}.pdf", GROUNDS.encode())])["id"]
    owner.ok("POST", f"/notices/{notice}/appeals", {"grounds": GROUNDS, "evidence": [evidence]})
    appeal = desk.all("/desk/appeals")[0]["id"]
    desk.ok("POST", f"/desk/appeals/{appeal}/decision", {"outcome": "upheld", "reasons": ["a licence"]})
    shop["alice"].ok("POST", "/authorizations", {"nickname": f"{SUBJECT}-nick", "filings": "all"})
    shop["root"].ok("POST", f"/audit/cases/{case}/disclosures", {"to": "court", "order": "7", "reason": "suit"})
    desk.ok("GET", f"/desk/complaints/{case}")
    owner.ok("GET", "/me/export")
    owner.ok("POST", f"/complaints/{case}/withdrawal", {"reason": REASON})
    member = shop.deployment.platform.identities.by_subject(SUBJECT)
    assert member is not None
    return member.member_id


@pytest.mark.rule("H6")
def test_a_raw_search_finds_nothing_but_the_originals_and_those_can_be_sealed_away(shop: Shop, tmp_path: Path) -> None:
    member, store, vault = lived(shop), tmp_path / "store", shop.deployment.stores.vault
    assert {word for _, word in found_in(store, WORDS)} >= {SUBJECT, NICK}
    leave.forget(shop.deployment.platform, member, "root")
    assert found_in(store, WORDS) == set()
    (original,) = originals_of(shop.deployment.stores.store, member)
    plain, key = vault.get("original", original), local_secret(shop.settings.keys_directory, KEY_NAME)
    assert seal_away(vault, key, original)
    assert not seal_away(vault, key, original)
    assert not vault.has("original", original)
    assert taken_out(vault, key, original) == plain
    with pytest.raises(SealBroken):
        taken_out(vault, bytes(32), original)


@pytest.mark.rule("H6")
def test_what_a_picture_warned_of_is_told_no_more_when_its_owner_was_forgotten(shop: Shop) -> None:
    owner = shop.member(SUBJECT, NICK)
    owner.ok("POST", "/folders", {"name": FOLDER})
    owner.ok("POST", "/declaration", {"version": "1"})
    (filed,) = owner.ok("POST", f"/folders/{FOLDER}/pictures", files=[("a.png", picture("pale", "clear"))])["filings"]
    layer = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 255, 255, 200)).save(layer, "WEBP", lossless=True)
    shop.deployment.stores.vault.put("layer", filed["digest"], layer.getvalue())
    read = f"/desk/filings/{filed['id']}"
    assert shop["desk"].ok("GET", read)["warnings"] == ["nothing_on_white"]
    member = shop.deployment.platform.identities.by_subject(SUBJECT)
    assert member is not None
    leave.forget(shop.deployment.platform, member.member_id, "root")
    assert "warnings" not in shop["desk"].ok("GET", read)


@pytest.mark.rule("C5")
def test_a_picture_for_the_desk_tells_nothing_of_its_maker_at_its_full_size_too(shop: Shop) -> None:
    filing = shop.filing("alice", "meadow")
    seen = [
        shop["desk"]("GET", f"/desk/filings/{filing}/picture?size={size}").data.split()[0] for size in ("original", "scaled", "thumbnail")
    ]
    assert seen == [b"scaled", b"scaled", b"thumbnail"]
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = SUBJECT  # the artist, as a camera writes it
    Image.new("RGB", (2400, 64), "teal").save(written, "JPEG", exif=exif)
    assert SUBJECT.encode() in written.getvalue()
    inspector = PillowInspector()
    (whole,) = inspector.inspect_filings([Upload("a.jpg", written.getvalue())], WHOLE)
    inspector.close()
    assert whole.scaled is not None
    assert SUBJECT.encode() not in whole.scaled
    assert Image.open(io.BytesIO(whole.scaled)).size == (2400, 64)
