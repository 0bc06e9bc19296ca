"""A picture with a clear ground is known by what is drawn on it, whatever ground a thief puts behind (rules B4, F2)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from adapters.pictures import Marks, PictureMatcher, PillowInspector, cli, limits
from adapters.pictures.behind import behind
from adapters.pictures.decode import execute
from adapters.pictures.features import pack, unpack
from adapters.pictures.grounds import NOTHING_ON_WHITE
from adapters.pictures.marks import Suspect, decoded, with_opacity
from adapters.pictures.matcher import _layer
from adapters.pictures.protocol import Order, Report
from adapters.pictures.rematch import reexamine
from adapters.pictures.store import Space
from adapters.pictures.warned import WITHIN, KeptWarnings
from adapters.vault.contract import VaultAway
from adapters.vault.files import DirectoryVault
from application.ports import Inspection
from bench.clear_art import GROUNDS, flat, glow, mixed, on, shaded, strokes
from domain.picture import Likeness, Verdict
from domain.rulebook import PictureRules
from tests.adapters.pictures.drawn import Stored, saved, scene
from tests.adapters.pictures.test_index import Standing

pytestmark = pytest.mark.rule("B4", "F2")
RULES = PictureRules(min_side=200)
SIDE = 420
DRAWN = {
    "white": flat(1, 250, SIDE),
    "grey": strokes(2, 128, SIDE),
    "black": shaded(3, 8, SIDE),
    "shades": glow(4, 250, SIDE),
    "mixed": mixed(5, 128, SIDE),
}
ON = [
    ("white", "white"),
    ("white", "red"),
    ("grey", "black"),
    ("black", "pastel"),
    ("black", "black"),
    ("shades", "blue"),
    ("mixed", "grey"),
]


def filed(inspector: PillowInspector, art: Image.Image, **options: Any) -> Inspection:
    seen = inspector.inspect_filing("a.png", saved(art, "PNG", **options), RULES)
    assert seen.flaws == ()
    return seen


@pytest.fixture(scope="module")
def store(inspector: PillowInspector) -> Stored:
    kept = Stored()
    for art in DRAWN.values():
        kept.store(filed(inspector, art))
    return kept


@pytest.fixture(scope="module")
def matcher(store: Stored, fallback: Marks) -> PictureMatcher:
    return PictureMatcher(store, store, fallback)


def found_in(matcher: PictureMatcher, inspector: PillowInspector, page: Image.Image) -> list[tuple[str, Likeness]]:
    found = matcher.seek_originals(inspector.inspect_listing("x", saved(page, quality=85))).found
    return [(one.digest, one.likeness) for one in found if one.likeness.verdict is Verdict.COPY]


@pytest.mark.parametrize(("kind", "ground"), ON)
def test_what_is_drawn_is_found_alone_on_any_ground(
    kind: str, ground: str, inspector: PillowInspector, matcher: PictureMatcher, store: Stored
) -> None:
    digests = [row.digest for row in store.kept["filings"]]
    ((digest, likeness),) = found_in(matcher, inspector, on(DRAWN[kind], GROUNDS[ground]))
    assert digest == digests[list(DRAWN).index(kind)] and likeness.whole


def test_other_art_on_the_same_ground_is_no_copy(inspector: PillowInspector, matcher: PictureMatcher) -> None:
    for number, (draw, tone) in enumerate([(flat, 250), (strokes, 128), (shaded, 8), (glow, 250), (mixed, 128)]):
        assert found_in(matcher, inspector, on(draw(20 + number, tone, SIDE), GROUNDS["red"])) == []
    assert found_in(matcher, inspector, Image.new("RGB", (SIDE, SIDE), GROUNDS["red"])) == []


def test_nobody_files_it_again_on_another_ground_or_in_another_container(
    inspector: PillowInspector, matcher: PictureMatcher, store: Stored
) -> None:
    digest = store.kept["filings"][0].digest
    opaque = inspector.inspect_filing("a.jpg", saved(on(DRAWN["white"], GROUNDS["blue"])), RULES)
    again = filed(inspector, DRAWN["white"], compress_level=1)
    colours = filed(inspector, DRAWN["white"].quantize(64))
    assert len({digest, opaque.digest, again.digest, colours.digest}) == 4 and colours.layer
    for seen in (opaque, again, colours):
        found = matcher.seek_originals(seen).found
        assert [(one.digest, one.likeness.verdict, one.likeness.whole) for one in found] == [(digest, Verdict.COPY, True)]
    assert [one.digest for one in matcher.seek_among(opaque, [again])] == [again.digest]


@pytest.mark.parametrize("marks", [Marks(None), Marks(Standing())], ids=["fallback", "learned"])
def test_a_copy_listed_before_is_found_when_the_art_is_filed(marks: Marks, inspector: PillowInspector) -> None:
    taking, store = PillowInspector(marks, inspector._pool), Stored()
    listed = taking.inspect_listing("x", saved(on(DRAWN["white"], GROUNDS["red"])))
    store.store(listed, "listings")
    store.store(taking.inspect_listing("x", saved(on(flat(30, 250, SIDE), GROUNDS["red"]))), "listings")
    seen = filed(taking, DRAWN["white"])
    found = PictureMatcher(store, store, marks).seek_copies(seen).found
    assert [(one.digest, one.likeness.verdict) for one in found] == [(listed.digest, Verdict.COPY)]
    assert seen.fingerprint is not None
    if marks.learned:
        assert len(seen.fingerprint) == 4 + 2 * 512  # one as it is shown, on black here, and one on white
        assert marks.wholes(b"", marks.suspect(seen.query or b"")).shape == (1, 512)
        store.store(seen)
        assert Space("filings", store, store, marks)._anew(seen.digest) == pytest.approx(seen.fingerprint, abs=1)


def test_what_was_lost_or_made_by_another_version_is_taken_anew_from_the_layer(inspector: PillowInspector, fallback: Marks) -> None:
    store, seen = Stored(), filed(inspector, DRAWN["grey"])
    store.store(seen)
    layer = store.files.pop(("layer", seen.digest))
    del store.files["features", seen.digest]
    night = inspector.inspect_listing("x", saved(on(DRAWN["grey"], GROUNDS["black"])))
    assert PictureMatcher(store, store, fallback).seek_originals(night).found == []  # filed before layers were kept
    del store.files["features", seen.digest]
    store.put("layer", seen.digest, layer)
    store.put("scaled", night.digest, night.scaled or b"")
    (found,) = PictureMatcher(store, store, fallback).seek_originals(night).found
    (again,) = reexamine([(night.digest, seen.digest, found.likeness)], store, fallback)
    assert again.now is not None and again.now.verdict is Verdict.COPY and not again.relocated
    assert unpack(store.files["features", seen.digest]).clear and not unpack(pack(features_of(scene(1), fallback))).clear
    for broken in (None, b"", scene_jpeg := saved(scene(1))):
        assert _layer(broken) is None
    with pytest.raises(ValueError, match="layer"):
        with_opacity(scene_jpeg)


def features_of(picture: Image.Image, marks: Marks) -> Any:
    return marks.features(Suspect(np.asarray(picture), marks))


def test_the_ground_is_told_where_little_or_nothing_of_it_is_seen(fallback: Marks) -> None:
    out = io.BytesIO()
    DRAWN["white"].save(out, "WEBP")
    original = fallback.features(Suspect(np.asarray(on(DRAWN["white"], (0, 0, 0))), fallback), out.getvalue())
    suspect = np.full((SIDE, SIDE), 90, np.uint8)
    margins = behind(suspect, original)
    assert margins.drawn is not None and int(margins.grey[0, 0]) == 90 and behind(suspect, margins) is margins
    away = np.array([[1.0, 0, 5], [0, 1, 5], [0, 0, 1]])
    assert int(behind(suspect, original, away).grey[0, 0]) == 255
    within = np.array([[8.0, 0, -3.5], [0, 8, -3.5], [0, 0, 1]])  # the suspect shows the middle of what is drawn alone
    assert int(behind(suspect, original, within).grey[0, 0]) == 90
    assert fallback.features(Suspect(np.asarray(scene(1)), fallback)).drawn is None


def decoded_alone(picture: Image.Image, **options: Any) -> Report:
    content = saved(picture, "PNG", **options)
    report = execute(Order(content, ("PNG",), 10**8, 2000))
    assert report.flaws == () and report.scaled
    return report


@pytest.mark.rule("B2")
def test_the_review_warns_where_nothing_is_seen_on_white_and_shows_it_on_black(monkeypatch: pytest.MonkeyPatch) -> None:
    white, black = decoded_alone(DRAWN["white"]), decoded_alone(DRAWN["black"])
    assert (white.warnings, black.warnings) == ((NOTHING_ON_WHITE,), ())
    corners = [decoded(one.scaled or b"")[2, 2].tolist() for one in (white, black)]
    assert corners == [[0, 0, 0], [255, 255, 255]]
    nothing = decoded_alone(Image.new("RGBA", (300, 300)))
    assert nothing.warnings == (NOTHING_ON_WHITE,) and decoded(nothing.scaled or b"").min() == 255
    whole = DRAWN["white"].copy()
    whole.putalpha(Image.new("L", whole.size, 255))
    ImageDraw.Draw(whole).point([(0, 0)], fill=(0, 0, 0, 0))
    assert (decoded_alone(whole).layer, decoded_alone(scene(1)).layer) == (None, None)
    pale = decoded_alone(Image.new("RGB", (300, 300), (9, 9, 9)), transparency=(8, 8, 8))
    assert pale.layer is None
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    monkeypatch.setattr(limits, "HEAVY_PIXELS", 1000)
    for options in ({}, {"icc_profile": profile}):
        strips = with_opacity(decoded_alone(DRAWN["mixed"], **options).layer or b"")
        assert np.abs(strips.astype(int) - np.asarray(DRAWN["mixed"]))[..., 3].max() <= 2


@pytest.mark.rule("B2")
def test_by_command_the_warning_stands_beside_what_is_accepted(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (art := tmp_path / "art.png").write_bytes(saved(DRAWN["white"], "PNG"))
    (red := tmp_path / "red.jpg").write_bytes(saved(on(DRAWN["white"], GROUNDS["red"])))
    assert cli.check([art], RULES) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "  warning: nothing_on_white: on white nothing of it is seen"
    assert cli.compare(art, red) == 0
    assert capsys.readouterr().out.splitlines()[0] == "copy"


def test_a_kept_layer_is_looked_at_once_and_while_it_is_away_never_taken_for_none(tmp_path: Path) -> None:
    class Counted(DirectoryVault):
        asked, away = 0, False

        def get(self, kind: str, digest: str, *, within: float | None = None) -> bytes:
            self.asked += 1
            if self.away:
                raise VaultAway("just now")
            assert within == WITHIN
            return super().get(kind, digest, within=within)

    vault, pale, none = Counted(tmp_path), "ab" * 32, "cd" * 32
    vault.put("layer", pale, saved(Image.new("RGBA", (8, 8), (255, 255, 255, 200)), "WEBP", lossless=True))
    kept = KeptWarnings(vault)
    assert kept.of(pale, "JPEG") == () and vault.asked == 0  # of a JPEG nothing is clear
    vault.away = True
    assert [kept.of(one, "PNG") for one in (pale, none)] == [(), ()] and vault.asked == 2
    vault.away = False
    for _ in range(5):
        assert [kept.of(one, "PNG") for one in (pale, none)] == [(NOTHING_ON_WHITE,), ()]
    assert vault.asked == 4
