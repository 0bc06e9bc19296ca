"""A process that is killed while it folds leaves nothing half done: who goes on folds the rest, each event once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from projections import registry
from projections.dialect import open_engine
from projections.runner import Views
from tests.projections.test_runner import _states, everything, story
from tests.projections.world import World

ROOT = Path(__file__).parents[2]

FOLD = """
import sys
from projections import registry, runner
from projections.dialect import open_engine
from tests.projections.test_runner import story
from tests.projections.world import World

runner.BATCH = 1
world = World()
story(world)
views = runner.Views(open_engine(sys.argv[1]), world.log, registry.ALL)
views.prepare()
print("folding", flush=True)
views.caught_up(world.log.log_head(), timeout=600)
"""


def test_killed_time_and_again_the_views_come_out_as_if_nothing_had_happened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/views.sqlite"
    chance = random.Random(7)
    for _ in range(4):
        folding = subprocess.Popen([sys.executable, "-c", FOLD, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert folding.stdout is not None and folding.stdout.readline() == "folding\n"
        time.sleep(chance.uniform(0.02, 0.2))
        folding.kill()
        folding.communicate()
    world = World()
    story(world)
    engines = [open_engine(url), open_engine(f"sqlite:///{tmp_path}/reference.sqlite")]
    for engine in engines:
        views = Views(engine, world.log, registry.ALL)
        views.prepare()
        views.caught_up(world.log.log_head(), timeout=600)
    killed, reference = (_states(everything(engine)) for engine in engines)
    assert killed == reference
    for engine in engines:
        engine.dispose()
