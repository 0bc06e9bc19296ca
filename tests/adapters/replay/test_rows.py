"""The cases that end otherwise as rows: what a spreadsheet and an engine read back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.replay.as_rows import COLUMNS, as_csv, as_parquet

CHANGED: list[dict[str, Any]] = [
    {
        "case": "c1",
        "from": "final",
        "to": "lifted",
        "first_divergence": {"event": "WindowClosed", "at": "2026-03-05T16:00:00Z"},
        "undetermined_since": None,
        "windows_moved": [{"round": 1, "from": "2026-03-05T16:00:00Z", "to": "2026-04-14T16:00:00Z"}],
        "penalty_days": {"actual": 3.25, "replayed": 1.5},
        "acceptance_late": False,
        "unreached": [],
        "refused": [{"command": "appeal", "at": "2026-03-09T02:00:00Z", "code": "window_closed"}],
        "heard": [],
        "because": [{"key": "appeal.windows[0].days", "from": 3, "to": 30}, {"key": "calendar", "from": "CN", "to": "FR"}],
        "sets": [["appeal.windows[0].days"], ["calendar"]],
    },
    {
        "case": "=c2",
        "from": "final",
        "to": "undetermined",
        "first_divergence": None,
        "undetermined_since": "2026-03-06T16:00:00.250000Z",
        "windows_moved": [],
        "penalty_days": {"actual": 0.0, "replayed": 0.0},
        "acceptance_late": True,
        "unreached": [],
        "refused": [],
        "heard": [],
        "because": None,
        "sets": None,
    },
]


@pytest.mark.rule("G6")
def test_a_spreadsheet_reads_a_line_a_case_with_its_keys() -> None:
    first, second = csv.DictReader(io.StringIO(as_csv(CHANGED).decode()))
    assert tuple(first) == COLUMNS
    assert (first["because"], first["sets"]) == ("appeal.windows[0].days; calendar", "appeal.windows[0].days or calendar")
    assert (first["first_divergence_at"], first["penalty_days"], first["refused"]) == ("2026-03-05T16:00:00Z", "3.25", "1")
    assert (second["case"], second["because"], second["acceptance_late"]) == ("'=c2", "", "yes")


@pytest.mark.rule("G6")
def test_an_engine_reads_instants_numbers_and_lists() -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(as_parquet(CHANGED)))
    assert tuple(table.column_names) == COLUMNS
    first, second = table.to_pylist()
    assert first["first_divergence_at"] == datetime(2026, 3, 5, 16, tzinfo=UTC)
    assert (first["sets"], first["windows_moved"]) == ([["appeal.windows[0].days"], ["calendar"]], 1)
    assert second["undetermined_since"].microsecond == 250_000
    assert (second["case"], second["because"], second["acceptance_late"]) == ("=c2", None, True)
    assert pq.read_table(pa.BufferReader(as_parquet([]))).schema == table.schema
