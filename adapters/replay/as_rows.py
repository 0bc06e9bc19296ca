"""The cases that end otherwise, and the keys that made them so, as rows: CSV for a spreadsheet, Parquet for an engine.

Made of the cases as reports keep them, so that a replay done long ago can be had in either form.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Final

from adapters.wording.printer import cell

CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"

COLUMNS: Final = (
    "case",
    "from",
    "to",
    "first_divergence",
    "first_divergence_at",
    "undetermined_since",
    "penalty_days",
    "replayed_penalty_days",
    "acceptance_late",
    "windows_moved",
    "unreached",
    "refused",
    "heard",
    "because",
    "sets",
)
_INSTANTS: Final = ("first_divergence_at", "undetermined_since")
_COUNTS: Final = ("windows_moved", "unreached", "refused", "heard")
_DAYS: Final = ("penalty_days", "replayed_penalty_days")


def forms() -> list[str]:
    """In which forms the cases can be had here."""
    return ["csv", "parquet"] if find_spec("pyarrow") else ["csv"]


class NoParquet(Exception):
    """The library that writes Parquet is not installed (the extra `parquet`)."""


def row(changed: Mapping[str, Any]) -> dict[str, Any]:
    """One case: acts and moved windows as how many, `because` its keys, `sets` the least sets of them; both None where not found."""
    diverges = changed["first_divergence"] or {}
    because = changed.get("because")
    return {
        **{name: changed[name] for name in ("case", "from", "to", "undetermined_since", "acceptance_late")},
        "first_divergence": diverges.get("event"),
        "first_divergence_at": diverges.get("at"),
        "penalty_days": changed["penalty_days"]["actual"],
        "replayed_penalty_days": changed["penalty_days"]["replayed"],
        **{name: len(changed[name]) for name in _COUNTS},
        "because": None if because is None else [one["key"] for one in because],
        "sets": changed.get("sets"),
    }


def as_csv(changed: Iterable[Mapping[str, Any]]) -> bytes:
    """A line a case; of several keys, and of several sets, each is named."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for found in map(row, changed):
        found["because"] = "; ".join(found["because"] or ())
        found["sets"] = " or ".join(" and ".join(keys) for keys in found["sets"] or ())
        found["acceptance_late"] = "yes" if found["acceptance_late"] else "no"
        writer.writerow("" if found[name] is None else cell(found[name]) for name in COLUMNS)
    return lines.getvalue().encode()


def as_parquet(changed: Iterable[Mapping[str, Any]]) -> bytes:
    """The same with types: instants, numbers, lists of keys. Raises NoParquet."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise NoParquet from None
    types = {
        **dict.fromkeys(_INSTANTS, pa.timestamp("us", tz="UTC")),
        **dict.fromkeys(_COUNTS, pa.int32()),
        **dict.fromkeys(_DAYS, pa.float64()),
        "acceptance_late": pa.bool_(),
        "because": pa.list_(pa.string()),
        "sets": pa.list_(pa.list_(pa.string())),
    }
    rows = [found | {name: _instant(found[name]) for name in _INSTANTS} for found in map(row, changed)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])), out)
    return out.getvalue()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
