"""One photograph is one picture, however a camera or a phone stores it (rule B2): the table of docs/pictures.md, row by row."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adapters.pictures import PillowInspector, cli, jpeg
from domain.rulebook import PictureRules
from tests.adapters.pictures import containers as c
from tests.adapters.pictures.drawn import saved, scene

pytestmark = pytest.mark.rule("B2")
RULES = PictureRules()


@pytest.fixture(scope="module")
def table() -> list[c.Container]:
    return c.every()


def test_every_container_is_accepted_or_refused_as_the_table_says(inspector: PillowInspector, table: list[c.Container]) -> None:
    wrong = []
    plain = c.pixels(inspector.inspect_filing("a.jpg", table[0].content, RULES).scaled)
    for one in table:
        seen = inspector.inspect_filing(one.name, one.content, RULES)
        if tuple(flaw.code for flaw in seen.flaws) != one.flaws:
            wrong.append((one.what, seen.flaws))
        if one.name == "a.jpg" and not one.flaws and one.what not in ("JPEG in inks (CMYK)", "grey JPEG"):
            assert seen.format == "JPEG" and np.abs(c.pixels(seen.scaled) - plain).max() <= 2, one.what  # the main picture, not another
    assert wrong == []


def test_the_command_says_the_same(table: list[c.Container], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for number, one in enumerate(table):
        folder = tmp_path / str(number)
        folder.mkdir()
        files.append(folder / one.name)
        files[-1].write_bytes(one.content)
    assert cli.check(files) == 1
    told = capsys.readouterr().out
    for file, one in zip(files, table, strict=True):
        verdict = told.partition(f"{file}: ")[2].partition("\n/")[0]
        assert verdict.startswith("refused" if one.flaws else "accepted"), one.what
        assert all(f"  {code}: " in verdict for code in one.flaws), one.what


def test_the_table_in_the_documentation_has_these_rows(table: list[c.Container]) -> None:
    text = (Path(__file__).parents[3] / "docs" / "pictures.md").read_text()
    rows = {cells[1].strip(): cells[3].strip() for line in text.splitlines() if len(cells := line.split("|")) == 6}
    for one in table:
        assert rows.get(one.what, "").startswith(f"refused: `{'`, `'.join(one.flaws)}`" if one.flaws else "accepted"), one.what


def test_exif_turns_a_picture_and_xmp_alone_does_not(inspector: PillowInspector) -> None:
    exif, told = c.turned(scene(60), 6), c.xmp('xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>')
    packet = told[4 + len(c.XMP) :]
    lying = saved(scene(60, (900, 720)))
    png = {name: saved(scene(60, (900, 720)), "PNG", **more) for name, more in (("exif", {"exif": exif}), ("none", {}))}
    chunk = b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + packet
    png["xmp"] = png["none"][:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png["none"][33:]
    cases = [
        ("a.jpg", saved(scene(60, (900, 720)), exif=exif), (720, 900)),
        ("a.jpg", c.with_segments(lying, told), (900, 720)),
        ("a.jpg", c.with_segments(saved(scene(60, (900, 720)), exif=c.turned(scene(60), 1)), told), (900, 720)),
        ("a.png", png["exif"], (720, 900)),
        ("a.png", png["xmp"], (900, 720)),
    ]
    for name, content, size in cases:
        seen = inspector.inspect_filing(name, content, RULES)
        assert (seen.flaws, (seen.width, seen.height)) == ((), size)
        assert Image.open(io.BytesIO(seen.scaled or b"")).size == size
    assert Image.open(io.BytesIO(png["xmp"])).getexif()[0x0112] == 6  # what Pillow itself would do


def test_grey_of_16_bits_keeps_its_tones(inspector: PillowInspector) -> None:
    ramp = np.tile(np.linspace(0, 65535, 900).astype(np.uint16), (720, 1))
    seen = inspector.inspect_filing("a.png", saved(Image.fromarray(ramp), "PNG"), RULES)
    tones = c.pixels(seen.scaled)[360, :, 0]
    assert np.abs(tones - np.linspace(0, 255, 900)).max() <= 3


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=80), st.lists(st.integers(0, 0xFFFFFF), min_size=1, max_size=5), st.sampled_from("<>"), st.data())
def test_an_index_is_read_as_it_is_written_and_never_trusted(junk: bytes, kinds: list[int], order: str, data: st.DataObject) -> None:
    written = c.index(kinds, [7] * len(kinds), order)
    assert [entry.kind for entry in jpeg.entries(written[8:])] == kinds
    assert jpeg.views(b"\xff\xd8" + written + b"\xff\xd9") == 1 + sum(kind in jpeg.VIEWS for kind in kinds[1:])
    at = data.draw(st.integers(0, len(written) - 1))
    for broken in (written[:at], written[:at] + junk + written[at:], written[:at] + junk):
        assert jpeg.views(b"\xff\xd8" + broken + b"\xff\xd9") >= 1 and jpeg.scans(b"\xff\xd8" + broken) >= 0


def test_scans_of_the_main_picture_alone_are_counted() -> None:
    progressive = saved(scene(60, (300, 200)), progressive=True)
    alone = jpeg.scans(progressive)
    assert 2 <= alone == progressive.count(b"\xff\xda")
    assert jpeg.scans(progressive + progressive * 30 + b"\xff\xda" * 500) == alone and jpeg.scans(saved(scene(60, (300, 200)))) == 1
