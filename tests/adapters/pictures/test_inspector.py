"""Machine review: what is refused and why, what comes out of a picture that is accepted (rules B2, B3)."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from adapters.pictures import Marks, PillowInspector
from adapters.pictures.pool import DecodingPool
from adapters.pictures.protocol import Order
from adapters.pictures.sniff import declared_pixels, suffix, true_format
from application.patience import TooBusy
from application.ports import Upload
from domain.picture import Flaw
from domain.rulebook import PictureRules
from tests.adapters.pictures.drawn import saved, scene

pytestmark = pytest.mark.rule("B2")
RULES = PictureRules()


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    return Image.open(io.BytesIO(content))


def test_an_accepted_picture_brings_everything(inspector: PillowInspector) -> None:
    seen = inspector.inspect_filing("a.jpg", saved(scene(1)), RULES)
    assert (seen.flaws, seen.format, seen.width, seen.height) == ((), "JPEG", 900, 800)
    assert seen.fingerprint is not None and len(seen.fingerprint) <= 1024
    assert seen.features and seen.query
    assert opened(seen.scaled).size == (900, 800)
    assert opened(seen.thumbnail).size == (320, 284)


@pytest.mark.parametrize(
    ("name", "form", "size", "flaws"),
    [
        ("a.gif", "JPEG", (900, 800), [Flaw("suffix_not_allowed", "jpg, jpeg, png", "gif")]),
        ("a", "JPEG", (900, 800), [Flaw("suffix_not_allowed", "jpg, jpeg, png", "")]),
        ("a.PNG", "JPEG", (900, 800), [Flaw("content_mismatch", "PNG", "JPEG")]),
        ("a.JPEG", "PNG", (900, 800), [Flaw("content_mismatch", "JPEG", "PNG")]),
        ("a.jpg", "GIF", (900, 800), [Flaw("content_mismatch", "JPEG", "GIF")]),
        ("a.jpg", "JPEG", (699, 800), [Flaw("too_small", 700, 699)]),
        ("a.webp", "JPEG", (300, 800), [Flaw("suffix_not_allowed", "jpg, jpeg, png", "webp"), Flaw("too_small", 700, 300)]),
    ],
)
def test_every_rule_broken_is_named(inspector: PillowInspector, name: str, form: str, size: tuple[int, int], flaws: list[Flaw]) -> None:
    seen = inspector.inspect_filing(name, saved(scene(2, size), form), RULES)
    assert list(seen.flaws) == flaws
    assert seen.fingerprint is None and seen.scaled is None


def test_size_in_bytes_is_a_limit_of_the_rulebook(inspector: PillowInspector) -> None:
    content = saved(scene(3))
    assert inspector.inspect_filing("a.jpg", content, PictureRules(max_bytes=len(content))).flaws == ()
    refused = inspector.inspect_filing("a.jpg", content, PictureRules(max_bytes=len(content) - 1, min_side=900))
    assert refused.flaws == (Flaw("too_large", len(content) - 1, len(content)), Flaw("too_small", 900, 800))


def test_pixels_and_the_longer_side_are_limits_too(inspector: PillowInspector) -> None:
    content = saved(scene(4), "PNG")
    assert inspector.inspect_filing("a.png", content, PictureRules(max_pixels=719_999)).flaws == (
        Flaw("too_many_pixels", 719_999, 720_000),
    )
    assert inspector.inspect_filing("a.png", content, PictureRules(min_side=900, min_side_of="longer")).flaws == ()


def test_the_longer_side_is_scaled_down_and_metadata_stays_behind(inspector: PillowInspector) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    seen = inspector.inspect_filing("a.jpg", saved(scene(5, (2400, 1200)), exif=exif, icc_profile=profile, comment=b"secret"), RULES)
    assert (seen.width, seen.height) == (1200, 2400)
    for content, size in ((seen.scaled, (1000, 2000)), (seen.thumbnail, (160, 320))):
        picture = opened(content)
        assert picture.size == size
        assert not picture.getexif() and not {"exif", "icc_profile", "comment", "xmp"} & picture.info.keys()
        assert b"secret" not in (content or b"")


def test_sides_count_after_orientation(inspector: PillowInspector) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    seen = inspector.inspect_filing("a.jpg", saved(scene(6, (1000, 699)), exif=exif), RULES)
    assert (seen.width, seen.height, seen.flaws) == (699, 1000, (Flaw("too_small", 700, 699),))


@pytest.mark.rule("B2")
def test_exif_spelled_out_in_the_text_of_a_png_turns_nothing(inspector: PillowInspector) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    block = exif.tobytes()
    text = PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(block):8d}\n{block.hex()}\n", zip=True)
    told = saved(scene(7, (1000, 750)), "PNG", pnginfo=text)
    assert opened(told).getexif()[0x0112] == 6  # Pillow reads it, browsers and OpenCV do not
    seen = inspector.inspect_filing("a.png", told, RULES)
    assert (seen.width, seen.height, seen.flaws) == (1000, 750, ())


def mean_color(content: bytes | None) -> tuple[int, ...]:
    return tuple(int(v) for v in np.asarray(opened(content).convert("RGB")).reshape(-1, 3).mean(axis=0).round())


def test_pictures_are_seen_as_a_person_sees_them(inspector: PillowInspector) -> None:
    clear = Image.new("RGBA", (800, 800), (255, 0, 0, 0))
    deep = Image.fromarray(np.full((800, 800), 40_000, np.uint16))
    inks = Image.new("CMYK", (800, 800), (0, 255, 255, 0))
    palette = Image.new("P", (800, 800), 1)
    palette.putpalette([0, 0, 0, 10, 200, 30])
    half = Image.new("LA", (800, 800), (0, 128))
    expected = [
        (clear, "PNG", (255, 255, 255)),
        (deep, "PNG", (155, 155, 155)),
        (inks, "JPEG", (254, 0, 0)),
        (palette, "PNG", (10, 200, 30)),
    ]
    for picture, form, color in [*expected, (half, "PNG", (127, 127, 127))]:
        seen = inspector.inspect_filing(f"a.{form.lower()}", saved(picture, form), RULES)
        assert seen.flaws == (), picture.mode
        assert np.abs(np.subtract(mean_color(seen.scaled), color)).max() <= 3, picture.mode


def test_a_wide_gamut_is_turned_into_srgb(inspector: PillowInspector) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    seen = inspector.inspect_filing("a.jpg", saved(scene(7), icc_profile=lab), RULES)
    assert seen.flaws == ()  # a profile of another kind than the picture's is left aside


def test_names_and_first_bytes() -> None:
    assert [suffix(n) for n in ("a.JPG", "a.tar.gz", "none", "x/y.d/none", "c:\\a.png", ".jpg", " .jpg")] == [
        "jpg",
        "gz",
        "",
        "",
        "png",
        "",
        "",
    ]
    assert [suffix(n) for n in ("a.jpg ", "a.jpg\u3000", "a.\uff4a\uff50\uff47")] == ["jpg ", "jpg\u3000", "\uff4a\uff50\uff47"]
    assert true_format(b"RIFF1234WEBPVP8 ") == "WEBP" and true_format(b"\0\0\0\x18ftypavif") == "AVIF" and true_format(b"nothing") is None
    assert declared_pixels(saved(scene(1, (300, 200)))) == 60_000 == declared_pixels(saved(scene(1, (300, 200)), "PNG"))
    assert declared_pixels(b"\xff\xd8\xff\xe0") is None and declared_pixels(b"GIF8") is None
    assert declared_pixels(b"\0\0\0\x18ftypavif") is None


def test_a_killed_decoder_costs_one_picture_at_most(fallback: Marks) -> None:
    inspector = PillowInspector(fallback, pool := DecodingPool(workers=1))
    content = saved(scene(10))
    assert inspector.inspect_filing("a.jpg", content, RULES).flaws == ()
    for process in pool._idle:
        os.kill(process._child.pid, signal.SIGKILL)
        process._child.wait()
    assert inspector.inspect_filing("a.jpg", content, RULES).flaws == ()
    inspector.close()


def test_however_many_files_are_open_a_picture_is_read(fallback: Marks) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1300:
        pytest.skip("this system allows no process that many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1300), hard))
    with ExitStack() as files:
        for _ in range(1100):
            files.enter_context(open(os.devnull, "rb"))  # noqa: PTH123
        inspector = PillowInspector(fallback, DecodingPool(workers=1))
        assert inspector.inspect_filing("a.jpg", saved(scene(10)), RULES).flaws == ()
        inspector.close()


@pytest.mark.rule("B2")
@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_a_machine_that_cannot_decode_refuses_nothing(fallback: Marks, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    inspector = PillowInspector(fallback, DecodingPool(workers=1))
    with monkeypatch.context() as machine, pytest.raises(TooBusy):
        machine.setattr(sys, "executable", program)
        inspector.inspect_filing("a.jpg", saved(scene(10)), RULES)
    assert inspector.inspect_filing("a.jpg", saved(scene(10)), RULES).flaws == ()
    inspector.close()


def test_a_picture_that_takes_too_much_work_is_unreadable_and_the_next_one_works(fallback: Marks) -> None:
    inspector = PillowInspector(fallback, pool := DecodingPool(workers=1))
    fine = saved(scene(11))
    assert inspector.inspect_filing("a.jpg", fine, RULES).flaws == ()
    pool._seconds = 0.0  # the process ends with the second of its own time that runs, in one of the next decodes
    order = Order(fine, ("JPEG",), RULES.max_pixels, 2000)
    told = next(report for _ in range(2000) if (report := pool.run(order, 0)).flaws)
    assert told.flaws == (("unreadable", None, "time"),)
    pool._seconds = 30
    assert inspector.inspect_filing("a.jpg", fine, RULES).flaws == ()
    inspector.close()


class Ended:
    """No patience at all, or only until something was begun."""

    def __init__(self, moments: int) -> None:
        self.moments = moments

    def left(self) -> float:
        self.moments -= 1
        return 0.3 if self.moments >= 0 else -1.0


@pytest.mark.parametrize("moments", range(4))
def test_a_busy_machine_refuses_nothing(fallback: Marks, moments: int) -> None:
    """Whatever is waited for: a process, memory, the decode of one that gets no time."""
    inspector = PillowInspector(fallback, pool := DecodingPool(workers=1))
    content = saved(scene(11))
    assert inspector.inspect_filing("a.jpg", content, RULES).flaws == ()
    os.kill(pool._idle[0]._child.pid, signal.SIGSTOP)
    with pytest.raises(TooBusy):
        inspector.inspect_filings([Upload("a.jpg", content)] * 3, RULES, Ended(moments))
    assert inspector.inspect_filings([Upload("a.jpg", content)] * 3, RULES)[2].flaws == ()
    inspector.close()


def test_many_threads_share_a_small_pool(fallback: Marks) -> None:
    inspector = PillowInspector(fallback, pool := DecodingPool(workers=2))
    contents = [saved(scene(seed, (700, 720))) for seed in range(6)]
    told: dict[int, bool] = {}

    def inspect(i: int) -> None:
        told[i] = inspector.inspect_filing("a.jpg", contents[i], RULES).flaws == ()

    threads = [threading.Thread(target=inspect, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == dict.fromkeys(range(6), True)
    assert 1 <= len(pool._idle) <= 2
    inspector.close()
    assert not pool._idle


def test_no_decoder_outlives_the_interpreter(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(saved(scene(12)))
    program = "\n".join(
        [
            "import sys",
            "from pathlib import Path",
            "from adapters.pictures import Marks, PillowInspector",
            "from domain.rulebook import PictureRules",
            "inspector = PillowInspector(Marks(None))",
            "assert not inspector.inspect_filing('a.jpg', Path(sys.argv[1]).read_bytes(), PictureRules()).flaws",
            "print(inspector._pool._idle[0]._child.pid)",
        ]
    )
    root = str(Path(__file__).parents[3])
    run = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": root})
    assert run.returncode == 0, run.stderr
    pid = int(run.stdout)
    for _ in range(6_000):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split(")")[1]:
            return
        time.sleep(0.1)
    raise AssertionError("the decoding process is still there")
