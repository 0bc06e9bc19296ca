"""That a view which changes its shape is made anew: by its version, which stores compare with their own."""

from __future__ import annotations

import json

from tests.projections.snapshot import SHAPES, shapes


def test_a_table_changes_only_with_the_version_of_its_view() -> None:
    known, now = json.loads(SHAPES.read_text()), shapes()
    forgotten = [
        name
        for name, shape in now.items()
        if name in known and shape["tables"] != known[name]["tables"] and shape["version"] <= known[name]["version"]
    ]
    assert forgotten == [], "a view of another shape needs a higher version: stores make it anew by that"
    assert now == known, "the shapes changed: `python -m tests.projections.snapshot` writes them down"
