"""A simulated history: realistic in what happens, the same for the same seed, and a store like any other afterwards."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.calendars.zones import Zones
from adapters.replay.checking import assert_replays
from adapters.simulation.running import NotFresh, simulate
from adapters.simulation.stand_ins import NoPictures
from adapters.store.opening import Stores, open_store
from adapters.system.clock import SimulatedClock
from application.acting import Command, Platform, run
from application.index import CaseById, NextDue
from application.law import LawLibrary
from application.settle_due import Settling
from domain.case.events import ComplaintLodged
from domain.case.folding import fold
from domain.events.filing import Filed
from domain.events.member import AttemptRefused
from domain.recorded import Recorded
from tests.conftest import Place

ALL = 10**9
CASES = 300


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    stores = open_store(str(tmp_path_factory.mktemp("simulated")))
    summary = simulate(stores, CASES, 7)
    assert summary.cases == CASES
    assert summary.events == stores.store.log_head()
    return stores


def events(stores: Stores) -> list[Recorded]:
    return [one for _, one in stores.store.read_log(0, ALL)]


@pytest.mark.rule("G2")
def test_everything_in_it_follows_from_its_facts(told: Stores) -> None:
    assert_replays(told.store)


def test_every_ending_and_every_kind_of_attempt_is_in_it(told: Stores) -> None:
    streams: dict[str, list[Recorded]] = {}
    for one in events(told):
        streams.setdefault(one.originator_id, []).append(one)
    endings: Counter[tuple[str, str | None]] = Counter()
    for name, stream in streams.items():
        if isinstance(stream[0].event, ComplaintLodged):
            case = fold(name, tuple(stream))
            assert case is not None
            endings[case.status.value, case.final_because or case.lifted_because] += 1
    assert sum(endings.values()) == CASES
    wanted = {("declined", None), ("withdrawn", None), ("voided", None), ("final", "no_appeal"), ("final", "appeals_exhausted")}
    assert wanted | {("lifted", "appeal"), ("lifted", "desk"), ("lifted", "lapse")} <= set(endings)
    kinds = Counter(type(one.event).__name__ for one in events(told))
    happenings = {"Reopened", "RoundExempted", "Claimed", "ClaimReleased", "ReminderSent", "AppealMooted", "ListingRestored"}
    assert happenings | {"RulebookPublished", "MerchantTerminated", "FilingCancelled", "CalendarPublished"} <= set(kinds)
    codes = {one.event.code for one in events(told) if isinstance(one.event, AttemptRefused)}
    assert {"window_closed", "appeal_open", "not_withdrawable", "already_decided", "too_early", "duplicate_link"} <= codes


def test_the_log_is_in_the_order_of_time_and_some_consequences_were_written_late(told: Stores) -> None:
    recorded = [one.recorded_at for one in events(told)]
    assert recorded == sorted(recorded)
    late = [one.recorded_at - one.at for one in events(told) if one.by == "clock" and one.at != one.recorded_at]
    assert min(late) > timedelta(0)
    assert max(late) > timedelta(hours=5)


def test_the_same_seed_tells_the_same_history_to_the_byte_and_another_seed_another(tmp_path: Path) -> None:
    def states(name: str, seed: int) -> list[bytes]:
        stores = open_store(str(tmp_path / name))
        simulate(stores, 40, seed)
        rows = stores.store.read_raw(0, ALL)
        stores.close()
        return [row.state for row in rows]

    first = states("a", 1)
    assert states("b", 1) == first
    assert states("c", 2) != first


def test_the_sealed_texts_open_and_the_pictures_are_in_the_vault(told: Stores) -> None:
    statements = [one.event.statement for one in events(told) if isinstance(one.event, ComplaintLodged)]
    assert all(told.sealer.open(statement) for statement in statements[:50])
    filed = [one.event for one in events(told) if isinstance(one.event, Filed)]
    assert len({one.digest for one in filed}) == len(filed)
    for one in filed[:5]:
        assert len(told.vault.get("original", one.digest)) == one.size
        assert told.vault.has("scaled", one.digest)
        assert told.vault.get("thumbnail", one.digest)[:2] == b"\xff\xd8"


def test_the_store_goes_on_like_any_other(place: Place) -> None:
    stores = place.open()
    last = simulate(stores, 120, 3).last
    clock, pictures = SimulatedClock(last), NoPictures()
    identities, sealer, vault = stores.identities, stores.sealer, stores.vault
    platform = Platform(stores.store, clock, stores.ids, identities, sealer, vault, pictures, pictures, LawLibrary(Zones()))
    settling = Settling(platform, {})
    due = stores.store.ask(NextDue())
    clock.move(last + timedelta(days=400))
    assert settling.everything_due() > 0 if due is not None else settling.everything_due() == 0
    assert_replays(stores.store)
    for stream in {one.originator_id for one in events(stores) if isinstance(one.event, ComplaintLodged)}:
        row = stores.store.ask(CaseById(stream))
        case = fold(stream, stores.store.load(stream))
        assert row is not None
        assert case is not None
        assert row.standing == (case.status.value if case.ended else "open")
        assert row.notice_id == case.notice_id
    stores.close()


def test_a_store_with_a_history_is_refused(place: Place) -> None:
    stores = place.open()
    simulate(stores, 3, 1)
    with pytest.raises(NotFresh):
        simulate(stores, 3, 1)
    with pytest.raises(ValueError, match="at least one case"):
        simulate(stores, 0, 1)
    stores.close()


def test_a_store_whose_simulation_was_cut_off_is_refused(tmp_path: Path) -> None:
    def cut_off(done: int) -> None:
        raise KeyboardInterrupt

    stores = open_store(str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        simulate(stores, 3, 1, cut_off)
    with pytest.raises(NotFresh):
        simulate(stores, 3, 1)
    stores.close()


def test_a_store_that_has_calendars_is_fresh_and_its_history_begins_after_them(tmp_path: Path) -> None:
    from adapters.calendars.holidays_source import official_years, year_from_library
    from application.publish_rules import publish_calendar

    stores = open_store(str(tmp_path))
    clock, pictures = SimulatedClock(datetime(2024, 5, 1, 12, tzinfo=UTC)), NoPictures()
    identities, sealer, vault = stores.identities, stores.sealer, stores.vault
    platform = Platform(stores.store, clock, stores.ids, identities, sealer, vault, pictures, pictures, LawLibrary(Zones()))
    years = [year_from_library("CN", year) for year in official_years("CN")]
    run(platform, Command("calendars", "root"), lambda act: [publish_calendar(act, year, "test") for year in years])
    assert simulate(stores, 20, 1).first == datetime(2024, 5, 2, tzinfo=UTC)
    assert_replays(stores.store)


def test_progress_is_told_up_to_the_last_case(tmp_path: Path) -> None:
    told: list[int] = []
    stores = open_store(str(tmp_path))
    simulate(stores, 30, 5, told.append)
    assert told == sorted(told)
    assert told[-1] == 30


def test_nothing_looks_at_pictures_in_a_simulation() -> None:
    still = NoPictures()
    for look, arguments in (
        (still.inspect_filings, ([], None)),
        (still.inspect_listings, ([],)),
        (still.seek_originals, (None,)),
        (still.seek_copies, (None,)),
        (still.seek_originals_of_many, ([],)),
        (still.seek_originals_since, ([], 0)),
        (still.seek_among, (None, [])),
    ):
        with pytest.raises(NotImplementedError):
            look(*arguments)
