"""The same of real pictures, through the real machine review (rule C5): names hidden in them come no further, in any form."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

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


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Played, list[bytes]]]]:
    """The story told twice, with other names in the pictures, and what the respondent heard."""
    chance, told = random.Random(7), []
    for name in ("coat", "secret-of-lin"):
        cast = [replace(somebody(chance), file=f"{name}-{suffix}{chance.random()}.{suffix}", others=0) for suffix in SUFFIXES]
        shop = Shop(Settings(store=str(tmp_path_factory.mktemp("pictures")), copy_model="none"), pictures=real_pictures)
        played = Played(shop, STORY, cast, "p", original, copy)
        told.append((played, played.play()))
        shop.close()
    yield told


@pytest.mark.rule("C5")
def test_other_names_in_a_picture_make_no_difference_even_where_it_is_shown(worlds: list[tuple[Played, list[bytes]]]) -> None:
    one, other = (numbered(heard) for _, heard in worlds)
    assert sum(answer.count(b"image/jpeg") for answer in one) >= 4
    assert difference(one, other) is None


@pytest.mark.rule("C5")
def test_nothing_that_is_hidden_in_a_picture_comes_out(worlds: list[tuple[Played, list[bytes]]]) -> None:
    for played, heard in worlds:
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
