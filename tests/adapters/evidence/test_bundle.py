"""A case bundle: a page, files and receipts in one zip, sound as a whole or refused."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.evidence.bundle import MANIFEST, NOTE, PAGE, MissingFile, verify_bundle, write_bundle
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keyfile import signer_in
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.trust import Trust
from tests.adapters.evidence.store import MemoryLog, event_id, evidence_in, state

pytestmark = pytest.mark.rule("G4")
PICTURE = b"\xff\xd8 a picture " * 1000


@pytest.fixture
def evidence(tmp_path: Path) -> TamperEvidence:
    pictured = state(3, digest=sha256(PICTURE).hexdigest())
    return evidence_in(tmp_path, MemoryLog([*(state(number) for number in range(3)), pictured, *(state(number) for number in range(4, 9))]))


@pytest.fixture
def bundle(tmp_path: Path, evidence: TamperEvidence) -> Path:
    receipts = evidence.receipts([event_id(5), event_id(3)])
    evidence.bundle(
        tmp_path / "case.zip", "<h1>案件</h1>", {"pictures/1.jpg": PICTURE, "notes.txt": b""}, [receipts[0].withheld(), receipts[1]]
    )
    return tmp_path / "case.zip"


def rewritten(bundle: Path, changed: dict[str, bytes | None], compression: int = zipfile.ZIP_STORED) -> Path:
    """The bundle with files replaced, added, or (None) left out."""
    with zipfile.ZipFile(bundle) as archive:
        contents: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(bundle.with_name("other.zip"), "w", compression) as archive:
        for name, content in (contents | changed).items():
            if content is not None:
                archive.writestr(name, content)
    return bundle.with_name("other.zip")


def test_a_bundle_is_verified_offline(bundle: Path) -> None:
    verified = verify_bundle(bundle, Trust())
    assert [(receipt.index, receipt.event is None) for receipt in verified.receipts] == [(3, False), (5, True)]
    assert {PAGE, "pictures/1.jpg", "notes.txt"} < set(verified.files)
    assert (verified.in_events, verified.by_seal) == (["pictures/1.jpg"], [PAGE, "notes.txt"])


def test_a_digest_in_a_text_that_somebody_wrote_names_no_file(tmp_path: Path) -> None:
    evidence = evidence_in(tmp_path, MemoryLog([state(0, f"see {sha256(PICTURE).hexdigest()}")]))
    evidence.bundle(tmp_path / "case.zip", "", {"1.jpg": PICTURE}, evidence.receipts([event_id(0)]))
    verified = verify_bundle(tmp_path / "case.zip", Trust())
    assert (verified.in_events, verified.by_seal) == ([], [PAGE, "1.jpg"])


def test_what_is_missing_is_said_under_the_seal(tmp_path: Path, evidence: TamperEvidence) -> None:
    gone = MissingFile("pictures/2", "The picture of the listing", "it is not in the vault")
    evidence.bundle(tmp_path / "case.zip", "", {}, [], [gone])
    assert verify_bundle(tmp_path / "case.zip", Trust()).missing == [gone]


def test_the_same_case_gives_the_same_bytes(tmp_path: Path, evidence: TamperEvidence, bundle: Path) -> None:
    receipts = evidence.receipts([event_id(5), event_id(3)])
    files = {"pictures/1.jpg": PICTURE, "notes.txt": b""}
    evidence.bundle(tmp_path / "again.zip", "<h1>案件</h1>", files, [receipts[0].withheld(), receipts[1]])
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_a_bundle_that_was_packed_again_still_verifies(bundle: Path) -> None:
    assert len(verify_bundle(rewritten(bundle, {}, zipfile.ZIP_DEFLATED), Trust()).receipts) == 2


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"pictures/1.jpg": PICTURE[:-1] + b"x"}, "pictures/1.jpg is not the one of the manifest"),
        ({"pictures/1.jpg": PICTURE + b"x"}, "pictures/1.jpg is not the one of the manifest"),
        ({PAGE: b"<h1>other</h1>"}, "index.html is not the one"),
        ({"notes.txt": None}, "does not hold the files of its manifest: notes.txt"),
        ({"more.txt": b""}, "does not hold the files of its manifest: more.txt"),
        ({"receipts/5.json": b"{}"}, "receipts/5.json is not the one"),
        ({MANIFEST: b"{}"}, "manifest"),
        ({NOTE: b"nothing"}, "manifest"),
    ],
)
def test_a_changed_bundle_is_refused(bundle: Path, changed: dict[str, bytes | None], found: str) -> None:
    with pytest.raises(Tampered, match=found):
        verify_bundle(rewritten(bundle, changed), Trust())


def test_a_bundle_of_someone_else_is_not_the_trusted_logs(tmp_path: Path, bundle: Path, evidence: TamperEvidence) -> None:
    stranger = signer_in(tmp_path / "stranger")
    with pytest.raises(Tampered, match="not by the trusted key"):
        verify_bundle(bundle, Trust(key=stranger.public))
    write_bundle(tmp_path / "mixed.zip", "page", {}, [evidence.receipts([event_id(3)])[0]], stranger)
    with pytest.raises(Tampered, match="not by the trusted key"):
        verify_bundle(tmp_path / "mixed.zip", Trust())


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a\\b", "C:x", PAGE, MANIFEST, NOTE, "receipts/1.json", "a\nb", "a/"]
)
def test_a_name_that_leads_elsewhere_or_is_taken_is_refused(tmp_path: Path, evidence: TamperEvidence, name: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        evidence.bundle(tmp_path / "case.zip", "", {name: b""}, [])
    assert not (tmp_path / "case.zip").exists()


def test_a_zip_bomb_ends_at_the_size_that_was_promised(bundle: Path) -> None:
    bomb = rewritten(bundle, {"pictures/1.jpg": bytes(200 * 1024 * 1024)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(Tampered, match=r"pictures/1\.jpg is not the one of the manifest"):
        verify_bundle(bomb, Trust())
    with pytest.raises(Tampered, match="too large"):
        verify_bundle(rewritten(bundle, {MANIFEST: bytes(200 * 1024 * 1024)}, zipfile.ZIP_DEFLATED), Trust())


def test_a_directory_without_end_is_not_read(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60_000, 60_000, 2**31, 0, 0)
    (tmp_path / "many.zip").write_bytes(b"PK\x03\x04" + bytes(100) + end)
    with pytest.raises(Tampered, match="more than a case bundle can"):
        verify_bundle(tmp_path / "many.zip", Trust())


def test_another_zip_is_no_bundle(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(NotAnExport, match="not a case bundle"):
        verify_bundle(tmp_path / "other.zip", Trust())


@pytest.mark.parametrize("keep", [4, 100, 5000, -30, -1])
def test_a_cut_bundle_is_refused_on_one_line(bundle: Path, keep: int) -> None:
    bundle.write_bytes(bundle.read_bytes()[:keep])
    with pytest.raises(Tampered) as found:
        verify_bundle(bundle, Trust())
    assert found.value.line.isprintable()


def packed(bundle: Path, kind: int = 0) -> bytes:
    """The bundle packed again, its pictures as entries of a kind."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(buffer, "w") as other:
        for name in archive.namelist():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (kind if name.startswith("pictures") else stat.S_IFREG | 0o644) << 16
            other.writestr(entry, archive.read(name))
    return buffer.getvalue()


def other_zip() -> bytes:
    """Another zip file with a page of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(PAGE, "<h1>another</h1>")
    return buffer.getvalue()


def moved(content: bytes, by: int) -> bytes:
    """The zip's offsets corrected for bytes that were put before it, as `zip -A` does."""
    moved, end = bytearray(content), content.rfind(b"PK\x05\x06")
    (start,) = struct.unpack_from("<L", content, end + 16)
    struct.pack_into("<L", moved, end + 16, start + by)
    at = start
    while content[at : at + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", content, at + 28)
        struct.pack_into("<L", moved, at + 42, struct.unpack_from("<L", content, at + 42)[0] + by)
        at += 46 + name + extra + comment
    return bytes(moved)


@pytest.mark.parametrize("before", [b"#!/bin/sh\n", b"PK\x03\x04", other_zip()])
def test_bytes_before_the_first_entry_are_refused(bundle: Path, before: bytes) -> None:
    content = bundle.read_bytes()
    for attack in (before + content, before + moved(content, len(before))):
        bundle.write_bytes(attack)
        with pytest.raises(Tampered, match="something besides its entries"):
            verify_bundle(bundle, Trust())


def test_bytes_after_the_end_or_between_entries_are_refused(bundle: Path) -> None:
    content = bundle.read_bytes()
    first = content.index(b"PK\x03\x04", 4)
    start = content.index(b"PK\x01\x02")
    within = [content[:at] + b"junk" + content[at:] for at in (first, start)]
    for attack in (content + b"\n", content + other_zip(), *within):
        bundle.write_bytes(attack)
        with pytest.raises(Tampered, match="zip file"):
            verify_bundle(bundle, Trust())


def test_links_are_refused_and_plain_files_are_not(bundle: Path) -> None:
    bundle.write_bytes(packed(bundle, stat.S_IFREG | 0o600))
    assert len(verify_bundle(bundle, Trust()).receipts) == 2
    bundle.write_bytes(packed(bundle, stat.S_IFLNK | 0o777))
    with pytest.raises(Tampered, match="no plain file"):
        verify_bundle(bundle, Trust())
