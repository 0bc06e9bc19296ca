"""The same of real pictures, through the real machine review (rule C5): names hidden in them come no further, in any form."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from adapters.evidence.bundle import verify_bundle
from adapters.evidence.trust import Trust
from adapters.system.settings import Settings
from adapters.wiring.pictures import real_pictures
from tests.contract.played import Complainant, Played, Step, Story, difference, numbered, somebody
from tests.contract.shop import Shop

STORY = Story(
    1,
    (("copy",), ("part", "other")),
    (
        Step(6, "look"),
        Step(25, "accept", 0, "original"),
        Step(26, "accept", 1),
        Step(28, "appeal", 0),
        Step(29, "reject", 0),
        Step(30, "withdraw", 1),
    ),
)


def photograph(scene: str) -> Image.Image:
    """A picture with enough in it to be recognised; the same for the same scene."""
    chance = random.Random(scene)
    image = Image.new("RGB", (900, 720), (200, 190, 180))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, side = chance.randrange(900), chance.randrange(720), chance.randrange(20, 160)
        colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
        shape = draw.rectangle if chance.random() < 0.5 else draw.ellipse
        shape((x, y, x + side, y + side // 2), fill=colour)
    return image


def original(scene: str, who: Complainant) -> bytes:
    """As its camera wrote it: the author in EXIF, XMP, a comment, a text chunk."""
    image, content = photograph(scene), io.BytesIO()
    exif = Image.Exif()
    exif[0x013B], exif[0x8298], exif[0x010E] = who.nickname, who.subject, who.statement
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{who.nickname}</dc:creator></x:xmpmeta>'.encode()
    if who.file.endswith("png"):
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", who.nickname)
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        image.save(content, "PNG", pnginfo=text, exif=exif)
    else:
        image.save(content, "JPEG", quality=90, exif=exif, comment=who.subject.encode(), xmp=xmp)
        content.write(who.folder.encode())  # and a tail behind the picture
    return content.getvalue()


def copy(scene: str, part: bool) -> bytes:
    image, content = photograph(scene), io.BytesIO()
    (image.crop((60, 40, 860, 700)) if part else image.resize((860, 688))).save(content, "JPEG", quality=75)
    return content.getvalue()


SUFFIXES = ("jpg", "png")


class Told(NamedTuple):
    """A story as it was played, what the respondent heard, and the case files for an outside body."""

    played: Played
    heard: list[bytes]
    files: list[bytes]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Told]]:
    """The story told twice, with other names in the pictures."""
    chance, told = random.Random(7), []
    for name in ("coat", "secret-of-lin"):
        cast = [replace(somebody(chance), file=f"{name}-{suffix}{chance.random()}.{suffix}", others=0) for suffix in SUFFIXES]
        shop = Shop(Settings(store=str(tmp_path_factory.mktemp("pictures")), copy_model="none"), pictures=real_pictures)
        played = Played(shop, STORY, cast, "p", original, copy)
        heard = played.play()
        shop.member(cast[1].subject, cast[1].nickname).ok(
            "POST", f"/complaints/{played.cases[1]}/body", {"body": cast[1].folder, "reference": cast[1].statement}
        )
        files = []
        for _, case in sorted(played.cases.items()):
            answer = shop["desk"]("GET", f"/desk/complaints/{case}/body-file")
            assert (answer.status_code, answer.content_type) == (200, "application/zip"), answer.data
            files.append(answer.data)
        told.append(Told(played, heard, files))
        shop.close()
    yield told


@pytest.mark.rule("C5")
def test_other_names_in_a_picture_make_no_difference_even_where_it_is_shown(worlds: list[Told]) -> None:
    one, other = (numbered(told.heard) for told in worlds)
    assert sum(answer.count(b"image/jpeg") for answer in one) >= 4
    assert difference(one, other) is None


@pytest.mark.rule("C5")
def test_nothing_that_is_hidden_in_a_picture_comes_out(worlds: list[Told]) -> None:
    for played, heard, _ in worlds:
        shown = [answer.partition(b"\r\n\r\n")[2] for answer in heard if b"Content-Type: image/" in answer]
        assert len(shown) >= 4
        originals = {hashlib.sha256(original(f"scene-p-{n}", who)).digest() for n, who in enumerate(played.cast)}
        assert not originals & {hashlib.sha256(content).digest() for content in shown}
        for content in shown:
            with Image.open(io.BytesIO(content)) as picture:
                assert not picture.getexif()
                assert not {"exif", "xmp", "comment", "Author", "XML:com.adobe.xmp", "icc_profile"} & set(picture.info)
        for secret in played.secrets:
            assert not [answer for answer in heard if secret.encode().lower() in answer.lower()], secret


EVIDENCE = re.compile(r"sealed file \(not this one\) has SHA-256 ([0-9a-f]{64})")
SEALED = re.compile(r"v1\.[0-9a-f]{32}\.[\w-]+")


def in_file(content: bytes) -> dict[str, bytes]:
    """The files of a bundle, in the order in which they stand there."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def plain(content: bytes) -> list[bytes]:
    """What a bundle says, without what is random in any world: ids, keys, hashes, seals, and where in the log an event lies."""
    said = []
    sealed = {digest for one in in_file(content).values() for digest in EVIDENCE.findall(one.decode(errors="replace"))}
    for name, one in in_file(content).items():
        match name.partition("/")[0]:
            case "manifest.json":
                files = [
                    (file["name"], file["size"])
                    for file in json.loads(one)["files"]
                    if not file["name"].startswith(("receipts/", "proofs/"))
                ]
                said.append(repr((files, json.loads(one)["missing"])).encode())
            case "receipts":
                reads: dict[str, Any] = json.loads(one)["reads"]
                said.append(SEALED.sub("sealed", json.dumps(reads)).encode())
            case "proofs":
                extra = [line[6:] for line in one.decode().split("\n") if line.startswith("extra ")]
                said += [SEALED.sub("sealed", base64.b64decode(line).decode()).encode() for line in extra]
            case "manifest.note":
                pass
            case _:
                said += [name.encode(), one]
    for digest in sealed:
        said = [one.replace(digest.encode(), b"sealed").replace(digest[:16].encode(), b"sealed") for one in said]
    return numbered(said)


@pytest.mark.rule("C5", "H9")
def test_the_case_file_for_an_outside_body_is_the_same_whoever_complained(worlds: list[Told]) -> None:
    for one, other in zip(worlds[0].files, worlds[1].files, strict=True):
        assert len(in_file(one)) > 12
        assert difference(plain(one), plain(other)) is None


@pytest.mark.rule("C5", "H9", "H7")
def test_nothing_of_the_complainant_is_in_the_case_file_for_an_outside_body(worlds: list[Told], tmp_path: Path) -> None:
    for played, _, files in worlds:
        words = {secret.encode().lower() for secret in played.secrets - set(played.cases.values())}
        for content in files:
            read = in_file(content)
            receipts = [json.loads(one) for name, one in read.items() if name.startswith("receipts/")]
            events = [base64.b64decode(one["event"]) for one in receipts if one["event"] is not None]
            assert len(events) >= 3
            assert sum(b"\nextra " in one for name, one in read.items() if name.startswith("proofs/")) == len(events)
            said = b"\n".join([content, *events]).lower()
            assert not [word for word in words if word in said]
            kinds = {json.loads(event)["event"]["type"] for event in events}
            assert not kinds & {"ComplaintLodged", "Filed", "SightingMade", "SightingComplained", "TakenToBody", "NoteAdded"}
            assert {name for name in read if name.startswith("pictures/")} == {"pictures/filed.jpg", "pictures/listing-1.jpg"}
            (tmp_path / "case.zip").write_bytes(content)
            assert len(verify_bundle(tmp_path / "case.zip", Trust()).receipts) == len(receipts)
