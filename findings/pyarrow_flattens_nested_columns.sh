#!/usr/bin/env bash
# pyarrow 26.0.1 (2026): a column inside a struct, asked for by its path ("event.at"), comes back inside its struct from
# `ParquetFile.read`, and under its last name alone from `read_table` and datasets. We expected one answer. Where an event's envelope
# and the event itself both have an `at`, `read_table(columns=["at", "event.at"])` gives two columns of one name, and whoever takes
# them by name takes neither (KeyError) or, turned into dictionaries, loses one. So typed readers of a history in Parquet ask
# `ParquetFile`, or for the whole struct.
#
# Seen here:
#   ParquetFile.read: ['event'] struct<at: int64>
#   read_table: ['at']
#   both asked for: ['at', 'at']
#   as dictionaries: {'at': 10}
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q pyarrow==26.0.1

cat >"$work/tried.py" <<'PY'
import sys

import pyarrow as pa
import pyarrow.parquet as pq

path = f"{sys.argv[1]}/events.parquet"
pq.write_table(pa.table({"at": pa.array([1]), "event": pa.array([{"at": 10, "by": "x"}])}), path)
nested = pq.ParquetFile(path).read(columns=["event.at"])
print("ParquetFile.read:", nested.column_names, nested.schema.field("event").type)
flat = pq.read_table(path, columns=["event.at"])
print("read_table:", flat.column_names)
both = pq.read_table(path, columns=["at", "event.at"])
print("both asked for:", both.column_names)
as_dictionary = dict(zip(both.column_names, (column[0].as_py() for column in both.columns), strict=True))
print("as dictionaries:", as_dictionary)
seen = nested.column_names, flat.column_names, both.column_names, as_dictionary
sys.exit(seen != (["event"], ["at"], ["at", "at"], {"at": 10}))
PY
"$work/venv/bin/python" "$work/tried.py" "$work"
