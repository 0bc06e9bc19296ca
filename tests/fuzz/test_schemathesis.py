"""Schemathesis against the whole contract: examples, coverage, fuzzing and stateful walks, with tokens of each role.

`FUZZ_REQUESTS` is the budget of the long run (10,000 requests by default). The server is a real one in this process; half of
the generated ids are put right, so that requests come past 404.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from adapters.system.settings import Settings
from tests.conftest import Place
from tests.contract.scene import STAFF, TABLE, Scene
from tests.contract.shop import Shop

schemathesis = pytest.importorskip("schemathesis")

from schemathesis.config import SchemathesisConfig  # noqa: E402
from schemathesis.engine import events, from_schema  # noqa: E402

BUDGET = int(os.environ.get("FUZZ_REQUESTS", "10000"))
CHECKS = {
    # refusals by rule and failed conditions may follow valid data
    "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422"]},
    "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422"]},
}
MEANT = "after days_off work_days as_of from nickname until limit member link file country year name version days zone calendar ids reasons"
MISREAD = {"", *MEANT.split()}
"""Fields whose values have a meaning that a schema cannot tell: a cursor, a date, an instant to come, a name that is taken."""


class Fuzzed:
    """One run: what was asked, and what was wrong with the answers."""

    def __init__(self, scene: Scene, url: str, seed: int, examples: int, phases: dict[str, Any]) -> None:
        self.scene, self.chance = scene, random.Random(seed)
        self.statuses: Counter[int] = Counter()
        self.found: dict[tuple[str, str], str] = {}
        config = SchemathesisConfig.from_dict(
            {
                "seed": seed,
                "base-url": url,
                "request-timeout": 600,
                "generation": {"max-examples": examples, "mode": "all", "database": "none"},
                "checks": CHECKS,
                "phases": phases,
            }
        )
        self.schema = schemathesis.openapi.from_dict(scene.shop.document, config=config)
        self.schema.auth(refresh_interval=None)(self._auth())

    def _auth(self) -> type:
        fuzzed = self

        class Tokens:
            """A token of whom the operation is tabled for; now and then of somebody else."""

            def get(self, case: Any, _: Any) -> str:
                return fuzzed.token(case.operation.definition.raw["operationId"])

            def set(self, case: Any, data: str, _: Any) -> None:
                case.headers = case.headers or {}
                case.headers["Authorization"] = f"Bearer {data}"
                fuzzed.put_right(case)

        return Tokens

    def token(self, operation: str) -> str:
        owner = TABLE[operation].owner
        if self.chance.random() < 0.1:
            owner = self.chance.choice(["alice", "mallory", "carol", "dave", *STAFF.values()])
        return self.scene.token(owner)

    def put_right(self, case: Any) -> None:
        """Name what there is in every other case that is meant to be valid."""
        if case.meta is None or case.meta.generation.mode.value != "positive" or self.chance.random() < 0.5:
            return
        row = TABLE[case.operation.definition.raw["operationId"]]
        right = {"id": self.scene.ids.get(row.path), "name": self.scene.ids.get(row.path), "n": "1", "evidence": self.scene.ids["evidence"]}
        for name in right:
            if row.path and name in (case.path_parameters or {}):
                case.path_parameters[name] = right[name]
        if isinstance(case.body, dict) and isinstance(row.body, dict):
            for name, value in row.body.items():
                if name in case.body and isinstance(value, str) and value.startswith("="):
                    case.body[name] = self.scene.ids[value[1:]]

    def run(self, budget: int) -> int:
        """Ask until the budget is spent or nothing is left to ask; how many requests were answered."""
        asked, stream = 0, from_schema(self.schema).execute()
        for event in stream:
            if isinstance(event, events.NonFatalError | events.FatalError):
                self.found["engine", type(event).__name__] = str(getattr(event, "info", None) or getattr(event, "exception", event))
            if isinstance(event, events.ScenarioFinished):
                self._judge(event.recorder)
                asked += len(event.recorder.interactions)
            if asked >= budget:
                stream.stop()
                budget = 1 << 60
        return asked

    def _judge(self, recorder: Any) -> None:
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None and not _meant(recorder.cases[case_id].value, check.failure_info.failure):
                    failure = check.failure_info.failure
                    self.found[recorder.cases[case_id].value.operation.label, failure.title] = (
                        f"{failure.message[:600]}\n{_sent(recorder.interactions.get(case_id))}"
                    )
        for case_id, interaction in recorder.interactions.items():
            if interaction.response is not None:
                self.statuses[interaction.response.status_code] += 1
                self._read_rightly(recorder.cases.get(case_id), interaction)

    def _read_rightly(self, node: Any, interaction: Any) -> None:
        """What the schema allows is not called invalid, but for what a schema cannot tell."""
        case, answer = None if node is None else node.value, interaction.response
        if case is None or answer.status_code != 422 or case.meta is None or case.meta.generation.mode.value != "positive":
            return
        problem = json.loads(answer.content)
        told = [one for one in problem.get("errors", ()) if not any("cannot be kept" in why for why in one["messages"])]
        fields = {one["field"].partition(".")[0] for one in told}
        if problem["code"] == "invalid" and fields - MISREAD:
            self.found[case.operation.label, f"valid data called invalid: {sorted(fields)}"] = f"{problem}\n{_sent(interaction)}"


TAKE_ANYTHING = {"POST /v1/rulebooks/validation", "POST /v1/marketplace/feed"}
"""What is wrong in these is told in a 200: key by key of a draft, line by line of a feed."""


def _meant(case: Any, failure: Any) -> bool:
    return case.operation.label in TAKE_ANYTHING and failure.title.endswith("request accepted")


def _sent(interaction: Any) -> str:
    if interaction is None or interaction.response is None:
        return ""
    request, answer = interaction.request, interaction.response
    return f"{request.method} {request.uri[:300]} {(request.body or b'')[:300]!r} -> {answer.status_code} {answer.content[:500]!r}"


@contextmanager
def opened(store: str, vault: str | None) -> Iterator[tuple[Scene, str]]:
    shop = Shop(Settings(store=store, vault=vault))
    server = make_server("127.0.0.1", 0, shop.app, threaded=True)  # the scene is set in this very process
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Scene(shop), f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        shop.close()


def told(fuzzed: Fuzzed) -> str:
    return "\n\n".join(f"{where}: {what}\n{message}" for (where, what), message in sorted(fuzzed.found.items()))


ALL_PHASES: dict[str, Any] = {"stateful": {"max-steps": 12}}
EXAMPLES_ONLY: dict[str, Any] = {name: {"enabled": False} for name in ("coverage", "fuzzing", "stateful")}


def test_the_examples_of_the_document_are_answered_as_documented(tmp_path: Path) -> None:
    with opened(str(tmp_path / "store"), None) as (scene, url):
        fuzzed = Fuzzed(scene, url, 1, 1, EXAMPLES_ONLY)
        assert fuzzed.run(300) > 100
        assert fuzzed.found == {}, told(fuzzed)


@pytest.mark.slow
def test_nothing_is_answered_that_is_not_documented(place: Place) -> None:
    """No server error, no undocumented status, header or media type, no violation of a schema."""
    asked, seed = 0, int(os.environ.get("FUZZ_SEED", "1"))
    with opened(place.store, place.vault) as (scene, url):
        while asked < BUDGET:
            fuzzed = Fuzzed(scene, url, seed, 8, ALL_PHASES)
            asked, seed = asked + fuzzed.run(BUDGET - asked), seed + 1
            print(f"seed {seed - 1}: {asked} requests, {dict(sorted(fuzzed.statuses.items()))}")
            assert fuzzed.found == {}, told(fuzzed)
