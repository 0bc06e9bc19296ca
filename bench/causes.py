"""What it costs to say why each case ends otherwise (rule G6): `python -m bench.causes [--cases N]`.

One history is replayed under a rulebook that differs from the built-in one in six keys, with the causes and without, by turns in one
run, on one core, in processor time. The bar: with them at most 4 times as long.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from adapters.replay.as_json import report
from adapters.replay.running import replay
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from application.law import published_law
from bench.results import Ratio, record
from domain.rulebook import BUILT_IN, parse_rulebook
from domain.rulebook_differences import differences

BAR = 4.0
UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
OTHER = parse_rulebook(
    {
        "name": "six keys",
        "version": "1",
        "effective_from": "2000-01-01T00:00:00Z",
        "complaint": {"take_up_within": {"days": 2}, "on_lapse": "decline"},
        "appeal": {
            "windows": [{"days": 2}, {"days": 2, "count": "working", "from": "previous_decision"}],
            "decide_within": [{"from_days": 3, "days": 4}],
            "on_lapse": "release",
        },
    }
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--store", help="the directory of a store that is there already")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"{len(differences(BUILT_IN, OTHER))} keys differ from the built-in rulebook")
    with tempfile.TemporaryDirectory() as scratch:
        store = args.store or scratch
        stores = open_store(store)
        if args.store is None:
            simulate(stores, args.cases, 1)
        law = published_law(stores.store)
        stores.close()
        ratios = []
        for _ in range(args.rounds):
            took = []
            for why in (False, True):
                started = time.process_time()
                with tempfile.TemporaryDirectory() as kept:
                    replayed = replay(store, law, [("six", OTHER)], until=UNTIL, workers=1, keep=Path(kept), why=why)
                took.append(time.process_time() - started)
            told = report(replayed, 0)
            ratios.append(took[1] / took[0])
            print(f"without {took[0]:6.1f} s, with {took[1]:6.1f} s, ratio {ratios[-1]:.2f}")
    changed, unknown = told["changed_cases"], told["because_unknown"]
    print(f"{told['cases']} cases, {changed} end otherwise, {unknown} for reasons not found; {len(told['because'])} causes")
    print(f"worst ratio {max(ratios):.2f} (bar {BAR}): {'met' if max(ratios) <= BAR else 'MISSED'}")
    record(Ratio("a replay with causes, in time", "one replay", max(ratios), at_most=BAR, figures=f"{told['cases']:,} cases, six keys"))


if __name__ == "__main__":
    main()
