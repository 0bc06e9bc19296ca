"""The shapes of the views' tables: whoever changes one gives the view another version, so that stores make it anew from their logs.

python -m tests.projections.snapshot        writes the shapes of today down
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct
from msgspec.structs import fields

from projections.registry import ALL
from projections.shape import View

SHAPES = Path(__file__).with_name("views.json")


def shapes() -> dict[str, Any]:
    """Of each view its version, and of each table the columns, the indexes and what a stored row is."""
    return {view.name: {"version": view.version, "tables": _tables(view)} for view in ALL}


def _tables(view: View) -> dict[str, Any]:
    return {
        table.name: {
            "columns": [f"{column.name} {column.kind}" for column in table.columns],
            "indexes": sorted(" ".join(index) for index in table.indexes),
            "row": _fields(getattr(table, "state", None) or getattr(table, "line", None)),
        }
        for table in view.tables
    }


def _fields(row: Any) -> list[str]:
    """The fields of a stored row, by the names that are written; of a union those of each kind."""
    kinds = [kind for kind in get_args(row) or (row,) if isinstance(kind, type) and issubclass(kind, Struct)]
    tagged = [(kind.__struct_config__.tag, field.encode_name) for kind in kinds for field in fields(kind)]
    return sorted(name if tag is None else f"{tag}: {name}" for tag, name in tagged)


if __name__ == "__main__":
    SHAPES.write_text(json.dumps(shapes(), indent=1, sort_keys=True) + "\n")
