"""Commands and reads over HTTP, on two cores: the server on one, the askers on the other.

    python -m bench.http                          a fresh store of 100,000 simulated cases in a temporary directory
    python -m bench.http --cases 5000             a smaller one
    python -m bench.http --store DIR              kept, and used again

The command is the withdrawal of a complaint under an idempotency key. It is compared with a trivial JSON route on the same server,
and with the application function called directly: the bar is 0.5 of the slower of the two. Reads are those of one case by its
complainant, its respondent and the desk, of a list and of the queue, each at random among all cases; the bar for their 99th
percentile is three times the trivial route's. Both kinds take turns in short blocks, on the same connections, in one run.
"""

from __future__ import annotations

import argparse
import http.client
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from adapters.http.asgi import AsgiApp
from adapters.http.server import Server
from adapters.identity.tokens import issue_token
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from adapters.system.clock import SimulatedClock
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment, open_deployment
from adapters.wiring.web import web_app
from application import complain, feed_listings
from application.acting import Command, IdempotencyKey, run
from application.members import sign_declaration
from application.ports import Identity
from bench.results import Ratio, record
from domain.filing import FilingStatus
from projections import complaints, filings

CLIENTS = 4
BLOCK = 20
LINKS = 50
TRIVIAL = ("GET", "/trivial", "", b"")
Asked = tuple[str, str, str, bytes]


class Plan(NamedTuple):
    """What is asked: withdrawals (complainant, case), and reads."""

    withdrawals: list[tuple[str, str]]
    reads: list[tuple[str, str]]


def opened(store: str) -> Deployment:
    """The house, its clock standing where the history ends."""
    deployment = open_deployment(Settings(store=store), lambda last: SimulatedClock(last or datetime.fromisoformat("2026-01-01T00:00:00Z")))
    deployment.views.caught_up(deployment.stores.store.log_head(), timeout=3600)
    return deployment


def serve(store: str) -> None:
    """The server as it is deployed, with one trivial route more."""

    def made() -> AsgiApp:
        deployment = opened(store)
        app = web_app(deployment)
        app.add_url_rule("/trivial", "trivial", view_func=lambda: {"status": "ok"})
        return AsgiApp(app, Settings(store=store), deployment.close)

    Server(made, Settings(store=store, port=0)).run()


@contextmanager
def served(store: str) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.http", "--serve", store]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def lodged(deployment: Deployment, count: int) -> list[tuple[str, str]]:
    """That many new complaints, waiting to be withdrawn: a complainant and a case each."""
    platform = deployment.platform
    with deployment.views.current() as reading:
        filing = filings.newest(reading, 1, statuses=[FilingStatus.PROTECTED]).items[0]
    known = platform.identities.by_id(filing.owner)
    assert known is not None
    owner = platform.identities.enrol(known.subject, known.nickname, ("apparel",))
    run(platform, Command("declaration", owner.member_id), lambda act: sign_declaration(act, owner, "1"))
    mark, made = platform.ids.new(), list[tuple[str, str]]()
    for first in range(0, count, LINKS):
        links = [f"https://bench.example/{mark}/{first + number}.html" for number in range(LINKS)]
        for number, link in enumerate(links):
            _feed(deployment, f"{mark}-{first + number}", link)
        told = run(platform, Command("lodging", owner.member_id), lambda act, links=links: _lodge(act, owner, filing.id, links))  # type: ignore[misc]
        made += [(owner.subject, case.id) for case in told.cases]
    return made[:count]


def _feed(deployment: Deployment, listing: str, link: str) -> None:
    run(
        deployment.platform,
        Command("listing", "market"),
        lambda act: feed_listings.put_listing(act, listing, link, "bench-seller", "A coat"),
    )


def _lodge(act: object, owner: Identity, filing: str, links: list[str]) -> complain.Lodged:
    return complain.lodge(act, owner, filing, links, "it is mine")  # type: ignore[arg-type]


def reads(deployment: Deployment, chance: random.Random, count: int) -> list[tuple[str, str]]:
    """That many (subject, path), at random among all cases. Staff are called desk."""
    found: list[tuple[str, str]] = []
    cursors: list[str | None] = [None]
    with deployment.views.current() as reading:
        cases = []
        while cursors[-1] is not None or len(cursors) == 1:
            page = complaints.newest(reading, complaints.ComplaintFilter(), 200, cursors[-1])
            cases += [(one.id, one.complainant, one.respondent, one.notice_id) for one in page.items]
            cursors.append(page.next)
    names = deployment.platform.identities
    while len(found) < count:
        case, complainant, respondent, notice = chance.choice(cases)
        owner, seller = names.by_id(complainant), names.by_id(respondent)
        if owner is not None and seller is not None:
            found += [(owner.subject, f"/v1/complaints/{case}"), ("desk", f"/v1/desk/complaints/{case}"), (owner.subject, "/v1/complaints")]
            found += [("desk", "/v1/desk/complaints?status=lodged"), (seller.subject, "/v1/notices")]
            found += [(seller.subject, f"/v1/notices/{notice}")] if notice else []
    return found[:count]


def ask_all(url: str, queues: list[list[Asked]]) -> tuple[float, dict[str, list[float]]]:
    """Each queue over a connection of its own, all at once: seconds in all, and each answer's time by the name of its kind."""
    times: dict[str, list[float]] = defaultdict(list)
    host = urlsplit(url).netloc

    def ask(queue: list[Asked]) -> None:
        connection = http.client.HTTPConnection(host)
        for method, path, token, body in queue:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if method == "POST":
                headers |= {"Content-Type": "application/json", "Idempotency-Key": path[-40:]}
            began = time.perf_counter()
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            times[kind_of(path)].append(time.perf_counter() - began)
            assert answer.status < 300, (path, answer.status, content[:300])
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(len(queues)) as pool:
        list(pool.map(ask, queues))  # raises what an asker raised
    return time.perf_counter() - began, times


def kind_of(path: str) -> str:
    """The path without ids and query."""
    return "/".join("{id}" if len(part) > 30 else part for part in path.partition("?")[0].split("/"))


def token_of(store: str) -> Callable[[str], str]:
    known: dict[str, str] = {}
    settings = Settings(store=store)

    def token(subject: str) -> str:
        if subject not in known:
            role = "reviewer" if subject == "desk" else "merchant"
            known[subject] = issue_token(
                settings.keys_directory, settings.token_issuer, settings.token_audience, role=role, subject=subject, categories=("apparel",)
            )
        return known[subject]

    return token


def dealt(asked: list[Asked]) -> list[list[Asked]]:
    return [asked[number::CLIENTS] for number in range(CLIENTS)]


def directly(deployment: Deployment, waiting: list[tuple[str, str]]) -> float:
    """The same command without HTTP: how many a second."""
    names = deployment.platform.identities
    began = time.perf_counter()
    for subject, case in waiting:
        owner = names.by_subject(subject)
        assert owner is not None
        command = Command("withdrawal", owner.member_id, IdempotencyKey(subject, case, case))
        run(deployment.platform, command, lambda act, case=case, owner=owner: complain.withdraw(act, owner, case, None))  # type: ignore[misc]
    return len(waiting) / (time.perf_counter() - began)


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def prepared(store: str, cases: int, commands: int) -> tuple[Plan, list[tuple[str, str]]]:
    """The plan for HTTP, and the withdrawals that are asked for directly."""
    if not Path(store, "log.sqlite").exists():
        stores = open_store(store, Path(store) / "vault")
        print(f"simulating {cases} cases")
        simulate(stores, cases, 1)
        stores.close()
    deployment = opened(store)
    try:
        waiting = lodged(deployment, 2 * commands)
        return Plan(waiting[:commands], reads(deployment, random.Random(1), 10 * commands)), waiting[commands:]
    finally:
        deployment.close()


def measure(store: str, cases: int, commands: int) -> None:
    plan, waiting = prepared(store, cases, commands)
    token = token_of(store)
    withdrawals = [("POST", f"/v1/complaints/{case}/withdrawal", token(subject), b"{}") for subject, case in plan.withdrawals]
    looks = [("GET", path, token(subject), b"") for subject, path in plan.reads]
    with served(store) as url:
        ask_all(url, dealt([TRIVIAL] * 200 + looks[:200]))  # warm
        slices = 5
        spent = {"trivial": 0.0, "commands": 0.0}
        for number in range(slices):
            spent["trivial"] += ask_all(url, dealt([TRIVIAL] * (commands // slices)))[0]
            spent["commands"] += ask_all(url, dealt(withdrawals[number::slices]))[0]
        turns = [ask for first in range(200, len(looks), BLOCK) for ask in [*looks[first : first + BLOCK], *[TRIVIAL] * BLOCK]]
        times = ask_all(url, [turns])[1]
    deployment = opened(store)
    direct = directly(deployment, waiting)
    deployment.close()
    trivial, over_http = commands // slices * slices / spent["trivial"], commands / spent["commands"]
    print(f"commands a second: {over_http:,.0f} over HTTP, {trivial:,.0f} trivial route, {direct:,.0f} application directly")
    print(f"commands: {over_http / min(trivial, direct):.2f} of the slower of the two (bar: at least 0.5)")
    slower = min(trivial, direct)
    record(
        Ratio(
            "commands over HTTP",
            "trivial route or application, the slower",
            over_http / slower,
            at_least=0.5,
            figures=f"{over_http:,.0f}/s, {slower:,.0f}/s",
        )
    )
    trivials = times.pop("/trivial")
    for kind, some in sorted(times.items()):
        print(f"  {kind}: median {percentile(some, 0.5):.2f} ms, p99 {percentile(some, 0.99):.2f} ms")
    asked = [one for some in times.values() for one in some]
    for name, share in (("median", 0.5), ("p99", 0.99)):
        read, base = percentile(asked, share), percentile(trivials, share)
        print(f"reads {name}: {read:.2f} ms, trivial {base:.2f} ms: {read / base:.2f} times (bar for p99: at most 3)")
        most = 3 if name == "p99" else None
        record(Ratio(f"reads over HTTP, {name}", "trivial route", read / base, at_most=most, figures=f"{read:.2f} ms, {base:.2f} ms"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--commands", type=int, default=1_000)
    parser.add_argument("--store", help="a directory that is kept")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve)
    elif args.store:
        measure(args.store, args.cases, args.commands)
    else:
        with tempfile.TemporaryDirectory() as directory:
            measure(f"{directory}/store", args.cases, args.commands)


if __name__ == "__main__":
    main()
