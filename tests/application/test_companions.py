"""That appeals and listings hold just what their cases wrote, found wherever in the log they lie (rules G2, T8)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from application.acting import stream_of
from application.companions import Balance, CompanionStream, LedgerEntry, kind_of
from application.falls import Falls, Placed
from application.reconciling import differences, note, reconcile
from application.replaying import History, Plan, Tally, replay_streams
from domain.case.events import Finalized, RoundDecided
from domain.case.folding import fold
from domain.events.appeal import AppealDecided, AppealMarkedSpecial, AppealOpened
from domain.events.listing import PenaltyImposed
from domain.recorded import Recorded
from tests.domain.chronicle import Chronicle
from tests.domain.neighbours import written
from tests.domain.tale import instant, law

LISTING = stream_of("listing", "listing")
LATE = instant("2026-12-31 00:00")


def story() -> Chronicle:
    """Rejected, appealed again, upheld; someone tried in vain meanwhile."""
    case = Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("appeal")
    case = case.at("2026-03-04 09:00").do("decide", "rejected").attempt("withdraw", by="owner")
    return case.at("2026-03-05 09:00").do("appeal").at("2026-03-06 09:00").do("decide", "upheld", "desk-2")


def log() -> list[Recorded]:
    case = story()
    return [*case.facts, *written(case, LISTING)]


def wrong(events: list[Recorded]) -> list[tuple[str | None, str | None, str | None, str | None]]:
    """Of every difference the case, the stream, and the names of what is recorded and derived."""
    placed: list[Placed] = list(enumerate(events, 1))
    return [
        (one.case, one.stream, *(type(side.event).__name__ if side else None for side in one.difference))
        for one in differences(placed, law(), LATE)
    ]


def changed(events: list[Recorded], kind: type, **fields: object) -> list[Recorded]:
    """The first event of a type says something else."""
    place = next(place for place, one in enumerate(events) if isinstance(one.event, kind))
    return [*events[:place], replace(events[place], event=replace(events[place].event, **fields)), *events[place + 1 :]]


@pytest.mark.rule("G2")
def test_a_history_in_which_everything_followed_has_no_difference() -> None:
    assert wrong(log()) == []
    assert differences([], law()) == []
    assert differences([*enumerate(log())], law()) == []


@pytest.mark.rule("G2", "D2")
def test_an_appeal_that_says_another_outcome_than_its_case_is_named() -> None:
    upheld = changed(log(), AppealDecided, outcome="upheld")
    assert wrong(upheld) == [("case", "appeal-1", "AppealDecided", "AppealDecided")]


@pytest.mark.rule("G2", "C4")
def test_a_penalty_that_was_never_revoked_on_the_listing_is_named() -> None:
    kept = [one for one in log() if type(one.event).__name__ not in ("PenaltyRevoked", "ListingRestored")]
    assert wrong(kept) == [("case", LISTING, None, "PenaltyRevoked")]


@pytest.mark.rule("G2")
def test_a_stream_that_vanished_or_came_from_nowhere_is_named() -> None:
    events = log()
    gone = [one for one in events if one.originator_id != "appeal-2"]
    assert wrong(gone) == [("case", "appeal-2", None, "AppealOpened"), ("case", "appeal-2", None, "AppealDecided")]
    forged = [replace(one, originator_id="forged") for one in events if one.originator_id == "appeal-1"]
    assert wrong([*events, *forged]) == [("case", "forged", "AppealOpened", None), ("case", "forged", "AppealDecided", None)]
    twice = [replace(one, originator_version=3) for one in events if one.originator_id == "appeal-1" and one.originator_version == 2]
    assert wrong([*events, *twice]) == [("case", "appeal-1", "AppealDecided", None)]


@pytest.mark.rule("G2")
def test_a_penalty_of_another_case_is_one_difference_and_not_two() -> None:
    case = Chronicle().at("2026-03-02 09:00").do("accept")
    other = changed([*case.facts, *written(case, LISTING)], PenaltyImposed, complaint_id="another")
    assert wrong(other) == [("another", LISTING, "PenaltyImposed", "PenaltyImposed")]


@pytest.mark.rule("G2")
def test_what_people_said_is_taken_as_recorded() -> None:
    assert wrong(changed(log(), AppealOpened, grounds="another text", evidence=("another",))) == []
    special = Chronicle().at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("appeal").at("2026-03-04 09:00").do("special")
    events = [*special.facts, *written(special, LISTING)]
    assert wrong(events) == []
    assert wrong(changed(events, AppealMarkedSpecial, reason="another reason")) == []


@pytest.mark.rule("G2")
def test_a_case_or_a_stream_that_differs_itself_is_told_once() -> None:
    assert wrong(changed(log(), RoundDecided, reviewer="desk-9")) == [("case", None, "RoundDecided", "RoundDecided")]
    down = [one for one in log() if type(one.event).__name__ not in ("ListingTakenDown", "PenaltyRevoked", "ListingRestored")]
    assert wrong(down) == [(None, LISTING, None, "ListingTakenDown")]


@pytest.mark.rule("G2")
def test_an_ending_that_was_not_written_is_named() -> None:
    lapsed = Chronicle().at("2026-03-02 09:00").do("accept").settle("2026-03-05 16:00")
    events = [*lapsed.facts, *written(lapsed, LISTING)]
    assert wrong(events) == []
    assert wrong([one for one in events if not isinstance(one.event, Finalized)]) == [("case", None, None, "Finalized")]


@pytest.mark.rule("G2")
def test_whose_stream_it_is() -> None:
    assert kind_of([AppealDecided, RoundDecided]) == "case"
    assert kind_of([PenaltyImposed]) == "listing"
    assert kind_of([str]) is None


# -- the same with sums, as streams are read one here, one there ---------------------------------------------------------


def streams(events: list[Recorded]) -> list[History | CompanionStream]:
    """The streams of a log as a reader gives them, in the order of their ids."""
    tally: list[History | CompanionStream] = []
    for name in sorted({one.originator_id for one in events} - {"attempts"}):
        own = [one for one in events if one.originator_id == name]
        kind = kind_of(type(one.event) for one in own)
        assert kind is not None
        tally.append(History(name, own, list(enumerate(own))) if kind == "case" else CompanionStream(name, kind, own))
    return tally


class Notes:
    """A ledger as a test needs it."""

    def __init__(self) -> None:
        self.put_in: list[LedgerEntry] = []
        self.told: list[str] = []

    def put(self, one: LedgerEntry) -> None:
        self.put_in.append(one)

    def exclude(self, name: str) -> None:
        self.told.append(name)

    def entries(self) -> list[LedgerEntry]:
        return sorted((one for one in self.put_in if not {one.stream, one.complaint} & set(self.told)), key=lambda one: one.stream)


def replayed(found_in: list[History | CompanionStream], plan: Plan) -> tuple[Tally, list[str]]:
    """Each stream by a worker of its own, joined; and what the second pass was told is told already."""
    tally = Tally()
    for one in found_in:
        part = Tally()
        replay_streams([one], plan, part)
        tally.join(part)
    notes = Notes()
    for one in found_in:
        note(one, plan, tally.balance.open(), notes)
    reconcile(notes, tally)
    return tally, notes.told


@pytest.mark.rule("G2")
def test_sums_close_where_all_agrees_and_nothing_is_looked_for_then() -> None:
    tally, told = replayed(streams(log()), Plan(law(), LATE, Falls(), key=b"a key"))
    assert (tally.balance.open(), tally.verified.differences, tally.first, told) == (frozenset(), 0, None, [])
    assert tally.verified.events == len(log()) - 1  # the attempt follows from nothing


@pytest.mark.rule("G2", "D2")
def test_where_a_sum_is_open_the_event_is_found_and_named() -> None:
    events = changed(log(), AppealDecided, outcome="upheld")
    tally, told = replayed(streams(events), Plan(law(), LATE, Falls()))
    assert len(tally.balance.open()) == 1
    assert (tally.verified.differences, told) == (1, [])
    assert tally.first is not None
    assert (tally.first.case, tally.first.stream) == ("case", "appeal-1")
    recorded, derived = tally.first.difference
    assert recorded is not None
    assert derived is not None
    assert (recorded.event, derived.event) == (replace(derived.event, outcome="upheld"), replace(recorded.event, outcome="rejected"))


@pytest.mark.rule("G2")
def test_what_is_told_of_a_case_or_a_stream_is_not_told_of_what_follows() -> None:
    plan = Plan(law(), LATE, Falls())
    differing = changed(log(), RoundDecided, reviewer="desk-9")
    tally, told = replayed(streams(differing), plan)
    assert (tally.verified.differences, told, tally.first and tally.first.case) == (1, ["case"], "case")
    unreadable = [replace(one, recorded=(), why="event 2 is missing") for one in streams(log())]
    tally, told = replayed(unreadable, plan)
    assert (tally.verified.differences, told) == (4, sorted(["appeal-1", "appeal-2", LISTING, "case"]))
    assert tally.first is not None
    assert (tally.first.case, tally.first.why) == (None, "event 2 is missing")


@pytest.mark.rule("G2", "T8")
def test_a_horizon_in_the_past_knows_of_appeals_and_listings_what_was_recorded_by_then() -> None:
    for until, events in (("2026-03-01 00:00", 0), ("2026-03-03 12:00", 10), ("2026-03-04 12:00", 13)):
        plan = Plan(law(), instant(until), Falls(), in_the_past=True)
        tally, told = replayed(streams(log()), plan)
        assert (tally.verified.differences, told, tally.balance.open()) == (0, [], frozenset())
        assert tally.verified.events == events
    early = changed(log(), AppealDecided, outcome="upheld")
    before = replayed(streams(early), Plan(law(), instant("2026-03-03 12:00"), Falls(), in_the_past=True))[0]
    after, _ = replayed(streams(early), Plan(law(), instant("2026-03-04 12:00"), Falls(), in_the_past=True))
    assert (before.verified.differences, after.verified.differences) == (0, 1)


@pytest.mark.rule("G2")
def test_what_is_due_and_not_yet_written_is_no_difference_in_other_streams() -> None:
    case = Chronicle(rules=law(appeal={"on_lapse": "release"})).at("2026-03-02 09:00").do("accept").at("2026-03-03 09:00").do("appeal")
    plan = Plan(law(appeal={"on_lapse": "release"}), LATE, Falls())
    tally, _ = replayed(streams([*case.facts, *written(case, LISTING)]), plan)
    assert (tally.verified.differences, tally.verified.endings) == (0, {"lifted": {"lifted": 1}})
    assert tally.verified.pending > 0


def test_sums_of_nothing() -> None:
    assert Balance().open() == frozenset()


@pytest.mark.rule("G2")
def test_sums_that_stay_open_are_a_difference_even_where_nothing_says_why() -> None:
    tally = Tally()
    tally.balance.sums[7] = 1
    reconcile(Notes(), tally)
    assert tally.verified.differences == 1
    assert tally.first is not None
    assert tally.first.why == "what cases wrote into appeals and listings is not what is there"


@pytest.mark.rule("G2")
def test_a_case_that_was_only_lodged_should_have_written_nothing() -> None:
    lodged, balance = Chronicle(), Balance()
    case = fold("case", lodged.own)
    assert case is not None
    balance.add(case, lodged.own, b"key")
    assert set(balance.sums) == {0}
