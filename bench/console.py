"""What a page of the console costs the server beside the trivial one: `python -m bench.console [--cases N] [--rounds N] [--store DIR]`.

A simulated history, made in steps into the directory where one is given (`--only-make` ends after a step) and used again from there; in
one process, without a socket, staff and a merchant open each page by turns with the trivial page (`/console/find` without a question),
after the views have caught up. Said are the median and the 95th part of a hundred of each page as a ratio to the
trivial page's of the same rounds, and what the first page weighs compressed, with its style and scripts and without pictures. The bars:
at most 3 times, and less than 60 kB. `tests/adapters/console/test_costs.py` counts the questions of each page to the database.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from flask.testing import FlaskClient

from adapters.identity.tokens import issue_token
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from adapters.system.clock import SimulatedClock
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment, open_deployment
from adapters.wiring.pictures import PictureServices
from adapters.wiring.web import web_app
from bench.results import Ratio, record
from projections import complaints
from projections.complaints import ComplaintFilter

TRIVIAL = "/console/find"
RATIO_BAR, WEIGHT_BAR = 3.0, 60_000
PAGES = {
    "reviewer": ["/console", "/console/desk/complaints", "/console/desk/appeals", "/console/desk/merchants", "/console/desk/bulk"],
    "auditor": [
        "/console",
        "/console/figures",
        "/console/audit/cases",
        "/console/audit/log",
        "/console/rules",
        "/console/replays",
        "/console/deadlines",
    ],
    "merchant": ["/console", "/console/folders", "/console/complaints", "/console/notices", "/console/sightings", "/console/messages"],
}


class Cost(NamedTuple):
    """Milliseconds of a page, and of the trivial page in the same rounds."""

    role: str
    address: str
    took: list[float]
    trivial: list[float]

    def ratio(self, percent: float) -> float:
        """Of the two at this part of a hundred."""
        return float(np.percentile(self.took, percent) / np.percentile(self.trivial, percent))


def no_pictures(*_: Any) -> PictureServices:
    """Nothing here looks at one."""
    nothing: Any = None
    return PictureServices(nothing, nothing)


def signed_in(app: Any, settings: Settings, role: str, subject: str) -> FlaskClient:
    token = issue_token(settings.keys_directory, settings.token_issuer, settings.token_audience, role=role, subject=subject, ttl=86_400)
    client: FlaskClient = app.test_client()
    assert client.post("/console/sign-in", data={"token": token}).status_code == 303
    return client


def costs(app: Any, deployment: Deployment, settings: Settings, rounds: int, clock: Callable[[], float]) -> Iterator[Cost]:
    with deployment.views.current() as reading:
        case = complaints.newest(reading, ComplaintFilter(), 1).items[0]
    owner = deployment.platform.identities.by_id(case.complainant)
    people = {"reviewer": "desk-1", "auditor": "aud", "merchant": "" if owner is None else owner.subject}
    staff = {role: signed_in(app, settings, role, subject) for role, subject in people.items()}
    pages = {
        **PAGES,
        "reviewer": [*PAGES["reviewer"], f"/console/desk/complaints/{case.id}"],
        "auditor": [*PAGES["auditor"], f"/console/audit/cases/{case.id}"],
        "merchant": [*PAGES["merchant"], f"/console/complaints/{case.id}"],
    }
    for role, client in staff.items():
        for address in pages[role]:
            took: list[float] = []
            trivial: list[float] = []
            for turn in range(rounds + 1):
                for one, times in ((TRIVIAL, trivial), (address, took)):
                    deployment.views.caught_up(deployment.views.head(), 60)
                    began = clock()
                    answer = client.get(one)
                    if turn:
                        times.append(1000 * (clock() - began))
                    assert answer.status_code == 200, (role, one, answer.status_code)
            yield Cost(role, address, took, trivial)


def weight(client: FlaskClient) -> int:
    """Bytes of the first page as it is sent compressed, with what it is dressed with."""
    page = client.get("/console")
    dressed = re.findall(r'(?:href|src)="(/console/static/[^"]+\.(?:css|js))', page.get_data(as_text=True))
    return sum(len(gzip.compress(client.get(one).data)) for one in ("/console", *dict.fromkeys(dressed)))


def made(settings: Settings, cases: int) -> datetime:
    """Simulate the history where there is none; its last instant."""
    stores = open_store(settings.store)
    try:
        return stores.store.last(1)[0].recorded_at if stores.store.log_head() else simulate(stores, cases, 1).last
    finally:
        stores.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--processor", action="store_true", help="the processor's time of the serving thread, for a machine that is busy")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--store", default="", help="a directory to keep the history in")
    parser.add_argument("--only-make", choices=("history", "views"), help="one step of the preparation, and nothing measured")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(store=args.store or scratch)
        clock = time.thread_time if args.processor else time.perf_counter
        last = made(settings, args.cases)
        if args.only_make == "history":
            return
        deployment = open_deployment(settings, lambda _: SimulatedClock(last), no_pictures)
        try:
            app = web_app(deployment)
            deployment.views.caught_up(deployment.views.head(), 3_600)
            if args.only_make == "views":
                return
            found = sorted(costs(app, deployment, settings, args.rounds, clock), key=lambda one: -one.ratio(95))
            weighs = weight(signed_in(app, settings, "reviewer", "desk-1"))
        finally:
            deployment.close()
    tell(found, weighs, args.cases, args.json)


def tell(found: list[Cost], weighs: int, cases: int, as_json: bool) -> None:
    over = [one for one in found if one.ratio(95) > RATIO_BAR]
    if as_json:
        lines = [{"role": one.role, "page": one.address, "p50": round(one.ratio(50), 2), "p95": round(one.ratio(95), 2)} for one in found]
        print(json.dumps({"cases": cases, "pages": lines, "first_page_bytes": weighs}, indent=2))
    else:
        for one in found:
            print(f"  {one.ratio(50):6.2f} {one.ratio(95):6.2f}  {np.median(one.took):7.1f} ms  {one.role:9} {one.address}")
        print(f"  {len(found) - len(over)} of {len(found)} pages within {RATIO_BAR:g} times the trivial one (p95) at {cases} cases")
        print(f"  the first page weighs {weighs} bytes compressed: {'met' if weighs < WEIGHT_BAR else 'MISSED'}")
    worst = found[0]
    record(
        Ratio(f"the dearest page of {len(found)} (p95): {worst.address}", "the trivial page", worst.ratio(95), at_most=RATIO_BAR),
        Ratio("the first page compressed", "60 kB", weighs / WEIGHT_BAR, at_most=1.0, figures=f"{weighs:,} bytes"),
    )


if __name__ == "__main__":
    main()
