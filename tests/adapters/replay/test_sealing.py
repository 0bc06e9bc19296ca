"""A sealed replay is found again from what was recorded of it, whatever was published since; and what was changed is named (rule G8)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
import rfc8785
from msgspec.structs import replace

from adapters.calendars.holidays_source import known_countries
from adapters.calendars.zones import known_zones
from adapters.replay.as_json import report
from adapters.replay.canonical import digest, pieces
from adapters.replay.running import Replayed, replay
from adapters.replay.sealing import Sealing, named, run_again, sealed
from adapters.simulation.running import simulate
from adapters.system.clock import SimulatedClock
from adapters.system.settings import Settings
from adapters.wiring.deployment import open_deployment
from application.acting import Command, run
from application.publish_rules import Known, publish_calendar, publish_rulebook
from domain.events.replay import ReplaySealed
from domain.rulebook import Rulebook, to_document
from domain.working_days import CalendarYear
from tests.adapters.replay.test_running import OTHERS
from tests.conftest import Place
from tests.contract.shop import fake_pictures

KNOWN = Known(known_zones(), known_countries())
NOW = datetime(2026, 6, 1, tzinfo=UTC)
UNTIL = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.fixture
def sealing(place: Place) -> Iterator[Sealing]:
    stores = place.open()
    simulate(stores, 30, 7)
    stores.close()
    deployment = open_deployment(Settings(store=place.store, vault=place.vault), lambda _: SimulatedClock(NOW), fake_pictures)
    yield Sealing(place.store, deployment.platform, lambda: deployment.evidence)
    deployment.close()


def sealed_under(sealing: Sealing, rulebook: Rulebook | None, keep: Path) -> tuple[Replayed, ReplaySealed]:
    replayed = replay(sealing.store, None, [] if rulebook is None else [named(rulebook)], until=UNTIL, keep=keep, workers=1)
    return replayed, sealed(sealing, f"of {rulebook}", replayed, rulebook, "aud").sealed


@pytest.mark.rule("G8")
def test_what_was_sealed_is_found_again_whatever_was_published_and_done_since(sealing: Sealing, tmp_path: Path) -> None:
    other = OTHERS[0][1]
    first, of_other = sealed_under(sealing, other, tmp_path)
    of_own = sealed_under(sealing, None, tmp_path)[1]
    whole = {name: value for name, value in report(first, 0).items() if name != "changed_left_off"}
    assert whole["changed"]
    assert of_other.digest == hashlib.sha256(rfc8785.dumps(json.loads(msgspec.json.encode(whole)))).hexdigest() == digest(pieces(first))

    year = CalendarYear("CN", 2026, (date(2026, 1, 5), date(2026, 1, 6)), ())
    run(sealing.platform, Command("calendar", "root"), lambda act: publish_calendar(act, year, "another law"))
    later = to_document(other) | {"version": "later", "effective_from": "2026-07-01T00:00:00Z"}
    run(sealing.platform, Command("rulebook", "root"), lambda act: publish_rulebook(act, later, KNOWN))
    for place, one in (("a", of_other), ("b", of_own)):
        (tmp_path / place).mkdir()
        assert run_again(sealing.store, one, tmp_path / place, workers=1)[1] == []
    assert replay(sealing.store, None, [named(other)], until=UNTIL, workers=1).head > of_other.log_position


@pytest.mark.rule("G8")
def test_what_is_not_the_same_is_named(sealing: Sealing, tmp_path: Path, place: Place) -> None:
    _, one = sealed_under(sealing, OTHERS[0][1], tmp_path)

    def wrong(changed: ReplaySealed) -> list[str]:
        keep = tmp_path / changed.digest[:8]
        keep.mkdir(exist_ok=True)
        return [found.what for found in run_again(sealing.store, changed, keep, workers=1)[1]]

    assert wrong(one) == []
    assert wrong(replace(one, digest="0" * 64)) == ["the report"]
    assert wrong(replace(one, root="0" * 64)) == ["the root of the log's tree"]
    assert wrong(replace(one, calendars=())) == ["the calendars"]
    assert "the rulebook" in wrong(replace(one, document=to_document(OTHERS[1][1])))
    assert wrong(replace(one, size=one.size + 1)) == ["the log's size"]
    if place.store.startswith("postgresql"):
        return
    with sqlite3.connect(Path(place.store) / "log.sqlite") as log:  # a case taken out of the log
        (case,) = log.execute("SELECT originator_id FROM stored_events WHERE topic LIKE 'ComplaintLodged%' LIMIT 1").fetchone()
        log.execute("DELETE FROM stored_events WHERE originator_id = ?", (case,))
    assert wrong(one) == ["the log's size", "the root of the log's tree", "the report"]
