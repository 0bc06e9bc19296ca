"""Whether what is asked costs the same however many cases there are: `python -m bench.flat [--large 100000] [--store DIR]`.

Two simulated histories with their views, made into the directory where one is given (`--only-make`), and copied from there. In each
copy the scene of the tests is set: one of everything, and who is who. Then every read and every command of the interface is asked of
both by turns, in one process without a socket, after the views have caught up; lists of a member also by the member with most cases.
Said is for each the 95th part of a hundred as a ratio of the larger history's to the smaller one's. The bar: at most 1.5.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from adapters.simulation.backing_store import StoreLocation
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from bench.results import Ratio, record
from domain.case.events import ComplaintLodged
from tests.contract.scene import TABLE, WHY, Row, Scene, operations
from tests.contract.shop import Shop
from tests.fakes import picture

BAR = 1.5
LEFT = {
    *("export_account", "read_shadow_report", "list_replays"),  # as long as what it tells, or told by a process that is not here
    *("start_replay", "begin_shadow", "end_shadow", "record_reading", "move_test_clock"),  # changes what the others are asked of
}
"""What is not asked again and again."""
LONG = 20_000.0
"""Milliseconds after which a thing is asked no more often."""
Clock = Callable[[], float]


class Side(NamedTuple):
    """A history with the scene in it, and whose cases are most: as complainant, as respondent."""

    shop: Shop
    scene: Scene
    owner: str
    seller: str


class Cost(NamedTuple):
    """Milliseconds of a thing that is asked, of the smaller and of the larger history."""

    what: str
    small: list[float]
    large: list[float]

    def at(self, percent: float) -> tuple[float, float]:
        """Of both at this part of a hundred."""
        return float(np.percentile(self.small, percent)), float(np.percentile(self.large, percent))

    def ratio(self, percent: float = 95) -> float:
        """The larger one's to the smaller one's."""
        small, large = self.at(percent)
        return large / small


def made(folder: Path, cases: int) -> Path:
    """Simulate the history where there is none, and bring everything up to date."""
    place = folder / f"cases-{cases}"
    stores = open_store(str(place))
    try:
        if not stores.store.log_head():
            simulate(stores, cases, 1, place=StoreLocation(str(place), place / "vault") if cases >= 5_000 else None)
    finally:
        stores.close()
    shop = Shop(Settings(store=str(place)))
    shop.deployment.settling.everything_due()
    caught_up(shop)
    shop.deployment.close()
    return place


def side(place: Path) -> Side:
    """Open it, and set the scene."""
    shop = Shop(Settings(store=str(place)))
    complainants, respondents = Counter[str](), Counter[str]()
    position = 0
    while entries := shop.deployment.stores.store.read_log(position, 10_000):
        position, lodged = entries[-1][0], [one.event for _, one in entries if isinstance(one.event, ComplaintLodged)]
        complainants.update(one.complainant for one in lodged)
        respondents.update(one.respondent for one in lodged)
    owner, seller = (subject_of(shop, counted) for counted in (complainants, respondents))
    scene = Scene(shop)
    caught_up(shop)
    return Side(shop, scene, owner, seller)


def subject_of(shop: Shop, counted: Counter[str]) -> str:
    identity = shop.deployment.platform.identities.by_id(counted.most_common(1)[0][0])
    assert identity is not None
    return str(identity.subject)


def caught_up(shop: Shop) -> None:
    shop.deployment.views.caught_up(shop.deployment.views.head(), 3_600)
    shop.deployment.evidence.catch_up()


def reads(sides: tuple[Side, Side], rounds: int, clock: Clock) -> Iterator[Cost]:
    """Every GET of the document; those of a merchant that name nothing by the busiest members, too."""
    for name, operation in operations(sides[0].shop).items():
        row = TABLE[name]
        if operation["method"] != "GET" or name in LEFT:
            continue
        yield asked(name, [partial(table, one, name, operation, row) for one in sides], rounds, clock)
        if operation["roles"] == ["merchant"] and "{" not in operation["path"]:
            for whose in ("owner", "seller"):
                turns = [partial(busiest, one, getattr(one, whose), operation, row) for one in sides]
                yield asked(f"{name}, busiest {whose}", turns, rounds, clock)


def table(one: Side, name: str, operation: dict[str, Any], row: Row) -> None:
    answer = one.scene.ask(one.scene.token(row.owner) if operation["roles"] else None, operation, row)
    assert answer.status_code < 500, (name, answer.data[:300])


def busiest(one: Side, who: str, operation: dict[str, Any], row: Row) -> None:
    assert one.shop[who]("GET", operation["path"].removeprefix("/v1") + row.query).status_code in (200, 404)


def asked(what: str, turns: Sequence[Callable[[], None]], rounds: int, clock: Clock) -> Cost:
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for ask, took in zip(turns, times, strict=True):
            began = clock()
            ask()
            if turn:
                took.append(1000 * (clock() - began))
        if turn and sum(map(sum, times)) > LONG:
            break
    print(".", end="", file=sys.stderr, flush=True)
    return Cost(what, *times)


def commands(sides: tuple[Side, Side], rounds: int, clock: Clock) -> Iterator[Cost]:
    """A story of all that parties and the desk do, each command of it by turns; then whatever else the table of operations has."""
    took: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for turn in range(rounds + 1):
        for number, one in enumerate(sides):
            for name, seconds in story(one.shop, f"{turn}-{time.time_ns()}", clock):
                if turn:
                    took[name][number].append(1000 * seconds)
            caught_up(one.shop)
    yield from (Cost(name, *times) for name, times in took.items())
    for name, operation in operations(sides[0].shop).items():
        if operation["method"] != "GET" and name not in took and name not in LEFT:
            row = TABLE[name]
            yield asked(name, [partial(table, one, name, operation, row) for one in sides], rounds, clock)


def story(shop: Shop, mark: str, clock: Clock) -> Iterator[tuple[str, float]]:
    """The commands of five cases, with the seconds that each took."""
    owner, seller, desk, market = shop["alice"], shop[f"seller-{mark}"], shop["desk"], shop["market"]
    answer: Any = None

    def timed(name: str, by: Any, method: str, path: str, body: Any = None, **more: Any) -> tuple[str, float]:
        nonlocal answer
        began = clock()
        answer = by.ok(method, path, body, **more)
        return name, clock() - began

    links = [f"https://flat.example/{mark}/{number}" for number in range(5)]
    yield timed("put_member", market, "PUT", f"/marketplace/members/seller-{mark}", {"nickname": mark, "categories": ["apparel"]})
    for number, link in enumerate(links):
        fed = {"link": link, "seller": f"seller-{mark}", "title": "A coat"}
        yield timed("put_listing", market, "PUT", f"/marketplace/listings/{mark}-{number}", fed)
    yield timed("create_folder", owner, "POST", "/folders", {"name": f"folder {mark}"})
    shot = [("p.jpg", picture(f"flat-{mark}", "1"))]
    yield timed("file_into_folder", owner, "POST", f"/folders/folder {mark}/pictures", files=shot)
    filing = answer["filings"][0]["id"]
    stolen = [("x.jpg", picture(f"flat-{mark}", "stolen"))]
    yield timed("put_listing_pictures", market, "PUT", f"/marketplace/listings/{mark}-0/pictures", files=stolen)
    yield timed("lodge_complaint, five links", owner, "POST", "/complaints", {"filing_id": filing, "links": links, "statement": "mine"})
    first, second, third, fourth, fifth = (one["id"] for one in answer["complaints"])
    yield timed("claim_complaint", desk, "POST", f"/desk/complaints/{first}/claim")
    for case in (first, second, third):
        yield timed("accept_complaint", desk, "POST", f"/desk/complaints/{case}/acceptance", WHY)
    yield timed("decide_many", desk, "POST", "/desk/complaints/bulk", {"command": "claim", "ids": [fifth]})
    for case in (fourth, fifth):
        yield timed("refuse_complaint", desk, "POST", f"/desk/complaints/{case}/refusal", WHY)
    yield timed("withdraw_complaint", owner, "POST", f"/complaints/{second}/withdrawal", {})
    yield timed("lift_complaint", desk, "POST", f"/desk/complaints/{third}/lift", WHY)
    notice = shop.notice(f"seller-{mark}", links[0])
    yield timed("upload_evidence", seller, "POST", "/evidence", files=[("contract.pdf", b"a contract")])
    yield timed("open_appeal", seller, "POST", f"/notices/{notice}/appeals", {"grounds": "mine", "evidence": [answer["id"]]})
    appeal = answer["id"]
    yield timed("mark_appeal_special", desk, "POST", f"/desk/appeals/{appeal}/special", {"reason": "a court decides"})
    yield timed("decide_appeal", desk, "POST", f"/desk/appeals/{appeal}/decision", {"outcome": "upheld", **WHY})
    yield timed("add_note", desk, "POST", f"/desk/complaints/{first}/notes", {"text": "seen before"})
    yield timed("request_vouchers", desk, "POST", f"/desk/filings/{filing}/voucher-request", {"what": ["the set"]})
    request = answer["id"]
    yield timed("give_filing_vouchers", owner, "POST", f"/filings/{filing}/vouchers", {"kind": "original"}, files=[("raw.dng", b"raw")])
    met = {"outcome": "satisfied", **WHY}
    yield timed("decide_voucher_request", desk, "POST", f"/desk/voucher-requests/{request}/decision", met)
    yield timed("delete_listing", market, "DELETE", f"/marketplace/listings/{mark}-4")
    yield timed("withdraw_filing", owner, "DELETE", f"/filings/{filing}")


def tell(what: str, found: list[Cost]) -> None:
    found.sort(key=lambda one: -one.ratio())
    print(f"{what}: p95 and median of the larger history, of the smaller one's; p95 of both in ms")
    for one in found:
        small, large = one.at(95)
        print(f"  {one.ratio():6.2f} {one.ratio(50):6.2f}  {small:8.2f} {large:8.2f}  {one.what}")
    over = [one.what for one in found if one.ratio() > BAR]
    print(f"  {len(found) - len(over)} of {len(found)} {what} within {BAR:g}{': over are ' * bool(over)}{', '.join(over)}", flush=True)
    worst, figures = found[0], f"{found[0].at(95)[1]:.1f} ms, {found[0].at(95)[0]:.1f} ms"
    record(Ratio(f"the dearest of {len(found)} {what} (p95): {worst.what}", "the smaller history", worst.ratio(), None, BAR, figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1_000, help="cases of the smaller history")
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--processor", action="store_true", help="the processor's time of the serving thread, for a machine that is busy")
    parser.add_argument("--store", type=Path, help="a directory to keep the histories in")
    parser.add_argument("--only-make", action="store_true", help="the histories, and nothing measured")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        places = [made(args.store or Path(scratch), cases) for cases in (args.small, args.large)]
        if args.only_make:
            return
        small, large = (side(shutil.copytree(place, Path(scratch) / f"copy-{place.name}")) for place in places)
        try:
            clock = time.thread_time if args.processor else time.perf_counter
            tell("reads", list(reads((small, large), args.rounds, clock)))
            tell("commands", list(commands((small, large), args.rounds, clock)))
        finally:
            for one in (small, large):
                one.shop.deployment.close()


if __name__ == "__main__":
    main()
