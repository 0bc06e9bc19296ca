"""What a draft beside the live rules costs a live command (rule G7): `python -m bench.shadow [--commands N]`.

One client withdraws cases without rest, in blocks, by turns with the follower of the shadow beside it, as under `originals serve`, and
with that process halted. What it could not tell while it was halted it tells beside the next block, so it has twice as much to do there as
in life. A block lasts several of its polls. The bar: commands with it at least 0.97 times as often, in the median of
neighbouring blocks. Said besides is the processor time of
the commands themselves, which a busy machine distorts least. `--directory` names one in memory, to leave the disk out of it.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

from adapters.store.opening import Stores
from adapters.system.clock import SimulatedClock
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment, open_deployment
from adapters.wiring.pictures import PictureServices
from adapters.wiring.shadow import POLL, ShadowKeeper
from application import shadow
from application.acting import Command, run
from bench.causes import OTHER
from bench.commands import START, fill, through_the_application
from bench.results import Ratio, record

BAR = 0.97


def no_pictures(stores: Stores, settings: Settings) -> PictureServices:
    """Nothing here looks at one."""
    nothing: Any = None
    return PictureServices(nothing, nothing)


def caught_up(deployment: Deployment, one: shadow.Shadow) -> None:
    """Wait until the follower has told all."""
    while (standing := deployment.shadow.standing(one)).behind or standing.stale:
        time.sleep(POLL / 5)


def block(withdraw: Callable[[int], object], first: int, seconds: float) -> tuple[int, float, float]:
    """Withdraw for so long: how many, in which wall time and processor time."""
    began, spent, number = time.perf_counter(), time.process_time(), first
    while time.perf_counter() - began < seconds:
        withdraw(number)
        number += 1
    return number - first, time.perf_counter() - began, time.process_time() - spent


def compare(deployment: Deployment, rounds: int, seconds: float, cases: int) -> None:
    fill(deployment.stores, deployment.platform, cases)
    one = run(deployment.platform, Command("shadow", "root"), lambda act: shadow.begin(act, OTHER, START))
    withdraw = through_the_application(deployment.platform)
    keeper, done = ShadowKeeper(deployment), 0
    keeper.look()
    assert keeper.pid is not None
    caught_up(deployment, one)
    rates: dict[bool, list[float]] = {True: [], False: []}
    own: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * rounds):
        beside = turn % 4 in (1, 2)
        os.kill(keeper.pid, signal.SIGCONT if beside else signal.SIGSTOP)
        number, took, spent = block(withdraw, done, seconds)
        done += number
        rates[beside].append(number / took)
        own[beside].append(number / spent)
        print(f"  {'with' if beside else 'without':8} {number / took:7.0f} commands/s, {1e6 * spent / number:6.0f} us of processor each")
    os.kill(keeper.pid, signal.SIGCONT)
    caught_up(deployment, one)
    keeper.stop()
    ratio, by_processor = (median(one / other for one, other in zip(side[True], side[False], strict=True)) for side in (rates, own))
    print(f"  ratio {ratio:.3f} (bar {BAR}): {'met' if ratio >= BAR else 'MISSED'}; by processor time of the commands {by_processor:.3f}")
    figures = f"{median(rates[True]):,.0f}/s, {median(rates[False]):,.0f}/s"
    record(Ratio("commands while a draft runs beside the rules", "without it", ratio, at_least=BAR, figures=figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=12_000, help="as many as will be withdrawn at most")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3.0, help="of a block")
    parser.add_argument("--directory", help="where the store is made, e.g. in memory")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.directory) as scratch:
        deployment = open_deployment(Settings(store=scratch), lambda _: SimulatedClock(START + timedelta(minutes=1)), no_pictures)
        try:
            compare(deployment, args.rounds, args.seconds, args.cases)
        finally:
            deployment.close()


if __name__ == "__main__":
    main()
