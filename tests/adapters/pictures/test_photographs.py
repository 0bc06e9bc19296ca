"""Recall and precision on photographs: ORIGINALS_PICTURES names a folder with products, studio, distractors and attacks.py."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from adapters.pictures.descriptor import descriptor
from bench.copies import groups_of, measure

FOLDER = Path(os.environ.get("ORIGINALS_PICTURES", "/nowhere"))
SAME = Path(__file__).with_name("same-studio.txt")

pytestmark = [
    pytest.mark.rule("B4"),
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="ORIGINALS_PICTURES names no folder of photographs"),
]


@pytest.mark.parametrize("kind", ["products", "studio"])
@pytest.mark.parametrize("fallback", [False, True])
def test_disguised_photographs_are_found_and_nobody_is_accused(kind: str, fallback: bool) -> None:
    if not fallback and descriptor() is None:
        pytest.skip("the extra `copies` is not installed")
    told = measure(
        argparse.Namespace(
            pictures=FOLDER / kind,
            distractors=FOLDER / "distractors",
            attacks=FOLDER / "attacks.py",
            same=SAME,
            journal=None,
            fallback=fallback,
            limit=6,
            jobs=os.cpu_count() or 1,
        )
    )
    assert told["false_pairs"] == []
    assert told["mean_recall"] >= (0.9 if fallback else 0.97), told["missed"]
    assert told["bytes_per_picture"] <= 1024


def test_groups_of_same_shots_are_read(tmp_path: Path) -> None:
    assert len(groups_of(SAME)["mg_luma-yoga-kit-2.jpg"]) == 8
    file = tmp_path / "same.json"
    file.write_text('[["a b.jpg", "c.jpg"], ["c.jpg", "d.jpg"]]')
    assert groups_of(file)["a b.jpg"] == {"a b.jpg", "c.jpg", "d.jpg"}
