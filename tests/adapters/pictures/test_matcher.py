"""Finding copies, without the model: disguises are found, strangers are not accused (rules B4, F2)."""

from __future__ import annotations

import threading

import pytest
from PIL import Image, ImageDraw, ImageOps

from adapters.pictures import Marks, PictureMatcher, PillowInspector, doctor_lines
from application.ports import FingerprintRow, Inspection
from domain.picture import Likeness, Verdict
from domain.rulebook import PictureRules
from tests.adapters.pictures.drawn import Stored, saved, scene

pytestmark = pytest.mark.rule("B4", "F2")
RULES = PictureRules(min_side=200)
FILED = range(8)


def framed(picture: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1000, 1300), "white")
    page.paste(picture.resize((500, 444)), (300, 600))
    ImageDraw.Draw(page).rectangle((0, 0, 1000, 90), fill=(240, 90, 20))
    return page


DISGUISES = {
    "same": lambda p: p,
    "mirrored": ImageOps.mirror,
    "turned": lambda p: p.rotate(90, expand=True),
    "askew": lambda p: p.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
    "cropped": lambda p: p.crop((150, 150, 720, 700)),
    "halved": lambda p: p.resize((450, 400)),
    "stretched": lambda p: p.resize((1170, 800)),
    "on a page": framed,
    "grey": lambda p: ImageOps.grayscale(p).convert("RGB"),
}


@pytest.fixture(scope="module")
def filed(inspector: PillowInspector) -> tuple[Stored, list[Inspection]]:
    store = Stored()
    seen = [inspector.inspect_filing("a.jpg", saved(scene(seed)), RULES) for seed in FILED]
    for one in seen:
        store.store(one)
    return store, seen


@pytest.fixture(scope="module")
def matcher(filed: tuple[Stored, list[Inspection]], fallback: Marks) -> PictureMatcher:
    return PictureMatcher(filed[0], filed[0], fallback)


def copies(sought: list[tuple[str, Likeness]]) -> list[str]:
    return [digest for digest, likeness in sought if likeness.verdict is Verdict.COPY]


@pytest.mark.parametrize("how", DISGUISES)
def test_a_disguised_copy_is_found_alone(
    how: str, inspector: PillowInspector, matcher: PictureMatcher, filed: tuple[Stored, list[Inspection]]
) -> None:
    suspect = inspector.inspect_listing("x", saved(DISGUISES[how](scene(3)), quality=70))
    sought = matcher.seek_originals(suspect)
    assert sought.upto == len(FILED)
    assert [found.digest for found in sought.found] == [filed[1][3].digest]
    assert sought.found[0].likeness.verdict is Verdict.COPY and sought.found[0].likeness.matcher == matcher.version


def test_the_transform_says_how_the_copy_was_made(inspector: PillowInspector, matcher: PictureMatcher) -> None:
    def likeness(picture: Image.Image) -> Likeness:
        return matcher.seek_originals(inspector.inspect_listing("x", saved(picture))).found[0].likeness

    crop = likeness(scene(3).crop((150, 150, 720, 700)))
    assert not crop.whole and crop.transform.covers == pytest.approx(570 * 550 / 720_000, abs=0.02)
    box = crop.original_region
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((150 / 900, 150 / 800, 720 / 900, 700 / 800), abs=0.01)
    small = likeness(ImageOps.mirror(scene(3)).resize((450, 400)))
    assert small.whole and small.transform.mirrored and small.transform.scaled_by == pytest.approx(0.5, abs=0.01)
    turned = likeness(scene(3).rotate(-30, Image.Resampling.BICUBIC, expand=True))
    assert turned.transform.rotated_by == pytest.approx(30, abs=1)
    page = likeness(framed(scene(3)))
    assert not page.whole and page.transform.covers > 0.95
    assert (page.region.left, page.region.top) == pytest.approx((0.3, 600 / 1300), abs=0.02)


def test_the_same_bytes_need_no_proof(inspector: PillowInspector, matcher: PictureMatcher) -> None:
    found = matcher.seek_originals(inspector.inspect_filing("a.jpg", saved(scene(5)), RULES)).found
    assert [(f.likeness.confidence, f.likeness.whole) for f in found] == [(1.0, True)]


def test_strangers_are_not_accused(inspector: PillowInspector, matcher: PictureMatcher) -> None:
    strangers = [inspector.inspect_filing("a.jpg", saved(scene(seed)), RULES) for seed in range(100, 105)]
    assert [sought.found for sought in matcher.seek_originals_of_many(strangers)] == [[]] * 5
    assert matcher.seek_copies(strangers[0]).found == []


def test_flat_and_featureless_pictures_do_not_resemble_each_other(inspector: PillowInspector, fallback: Marks) -> None:
    store = Stored()
    flats = [Image.new("RGB", (400, 400), color) for color in ("white", "black", (200, 30, 40), (201, 31, 41))]
    ramps = [Image.linear_gradient("L").resize((400, 400)).rotate(turn) for turn in (0, 90, 180)]
    plain = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(plain).rectangle((50, 50, 150, 150), fill="black")
    seen = [inspector.inspect_filing("a.png", saved(p, "PNG"), RULES) for p in [*flats, plain, ramps[0]]]
    matcher = PictureMatcher(store, store, fallback)
    for one in seen:
        assert one.flaws == ()
        assert matcher.seek_originals(one).found == []
        store.store(one)
    assert [f.digest for f in matcher.seek_originals(seen[0]).found] == [seen[0].digest]


def test_listings_known_already_are_found_by_a_new_filing(inspector: PillowInspector, fallback: Marks) -> None:
    store = Stored()
    matcher = PictureMatcher(store, store, fallback)
    listed = [inspector.inspect_listing("x", saved(picture)) for picture in (ImageOps.mirror(scene(20)), framed(scene(20)), scene(21))]
    for one in listed:
        store.store(one, "listings")
    found = matcher.seek_copies(inspector.inspect_filing("a.jpg", saved(scene(20)), RULES))
    assert found.upto == 3 and {f.digest for f in found.found} == {listed[0].digest, listed[1].digest}
    page = next(f.likeness for f in found.found if f.digest == listed[1].digest)
    assert page.region.left == pytest.approx(0.3, abs=0.02) and page.original_region.left == pytest.approx(0, abs=0.02)


def test_rows_are_followed_once_and_features_come_back(inspector: PillowInspector, fallback: Marks) -> None:
    store = Stored()
    matcher = PictureMatcher(store, store, fallback)
    seen = inspector.inspect_filing("a.jpg", saved(scene(30)), RULES)
    suspect = inspector.inspect_listing("x", saved(scene(30).crop((100, 100, 800, 700))))
    assert matcher.seek_originals(suspect)[:2] == ([], 0)
    store.store(seen)
    del store.files["features", seen.digest]
    assert copies(matcher.seek_originals(suspect).found) == [seen.digest]
    assert ("features", seen.digest) in store.files
    assert store.asked == [0, 0]
    matcher.seek_originals(suspect)
    assert store.asked[-1] == 1


def test_fingerprints_of_another_version_are_taken_anew(inspector: PillowInspector, fallback: Marks) -> None:
    store = Stored()
    seen = inspector.inspect_filing("a.jpg", saved(scene(31)), RULES)
    store.store(seen)
    store.kept["filings"] = [
        FingerprintRow(1, seen.digest, b"S9??" + bytes(512)),
        FingerprintRow(2, "f" * 64, b"S9??" + bytes(512)),  # its picture is lost
        FingerprintRow(3, "e" * 64, b""),  # a picture that could not be read
    ]
    matcher = PictureMatcher(store, store, fallback)
    sought = matcher.seek_originals(inspector.inspect_listing("x", saved(ImageOps.mirror(scene(31)))))
    assert copies(sought.found) == [seen.digest] and sought.upto == 3


def test_many_threads_search_while_rows_come_in(
    inspector: PillowInspector, fallback: Marks, filed: tuple[Stored, list[Inspection]]
) -> None:
    store = Stored()
    matcher = PictureMatcher(store, store, fallback)
    wrong: list[object] = []

    def search(one: Inspection) -> None:
        for _ in range(2):
            found = matcher.seek_originals(one).found
            if any(f.digest != one.digest for f in found):
                wrong.append(found)

    threads = [threading.Thread(target=search, args=(one,)) for one in filed[1][:4]]
    for thread in threads:
        thread.start()
    for one in filed[1][:4]:
        store.store(one)
    for thread in threads:
        thread.join()
    assert wrong == []
    assert all(matcher.seek_originals(one).found for one in filed[1][:4])


def test_doctor_tells_the_mode() -> None:
    assert doctor_lines("none") == ["copies: fallback matcher phash-local-sift/6 (pHash and local codes): ORIGINALS_COPY_MODEL is none"]
    assert Marks("none").version == "phash-local-sift/6"
    assert "fallback" in doctor_lines("/nowhere.onnx")[0]
