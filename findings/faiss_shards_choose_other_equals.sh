#!/usr/bin/env bash
# faiss-cpu 1.15.1: where more vectors are equally near than were asked for, IndexShards answers others than one index over the same
# vectors. An exact index keeps the equals that it saw first, and lists them last first; IndexShards joins its shards by the highest
# numbers. So an exact search in shards is not the search in one index, and what is joined by hand has to ask for all equals and tell
# them apart by a key of its own. Equal vectors are common: the same pixels in another file are the same vector. We expected both to give
# the same, or equals by ascending number. It holds for IndexFlatIP and for signed bytes alike.
#
# Seen here:
#   IndexFlatIP: one index [3, 2, 1, 0], two shards [8, 7, 6, 5]
#   IndexScalarQuantizer: one index [3, 2, 1, 0], two shards [8, 7, 6, 5]
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q faiss-cpu==1.15.1 numpy

cat >"$work/tried.py" <<'PY'
import sys

import faiss
import numpy as np

SIDE, EQUAL, ASKED = 64, 10, 4
vector = np.arange(-32, 32, dtype=np.float32)[None]
kinds = {
    "IndexFlatIP": lambda: faiss.IndexFlatIP(SIDE),
    "IndexScalarQuantizer": lambda: faiss.IndexScalarQuantizer(
        SIDE, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
    ),
}
answers = set()
for name, make in kinds.items():
    whole, halves, sharded = make(), [make(), make()], faiss.IndexShards(SIDE, False, True)
    whole.add(np.repeat(vector, EQUAL, 0))
    for half in halves:
        half.add(np.repeat(vector, EQUAL // 2, 0))
        sharded.add_shard(half)
    one, two = (index.search(vector, ASKED)[1][0].tolist() for index in (whole, sharded))
    print(f"{name}: one index {one}, two shards {two}")
    answers.add((tuple(one), tuple(two)))
sys.exit(answers != {((3, 2, 1, 0), (8, 7, 6, 5))})
PY
"$work/venv/bin/python" "$work/tried.py"
