"""What somebody who can write the database may try, so that a consequence is no longer what the rules give (rule G2)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from adapters.replay.as_json import difference_line
from adapters.replay.running import replay
from adapters.store.mapper import Unreadable
from application.replaying import Tally
from tests.adapters.replay.test_running import OTHERS, UNTIL, law, simulated, some_event

__all__ = ["simulated"]

pytestmark = pytest.mark.rule("G2")

WITHOUT_KEYS = (
    "CREATE TABLE copied AS SELECT * FROM stored_events",
    "DROP TABLE stored_events",
    "ALTER TABLE copied RENAME TO stored_events",
)
"""A table has no unique key, and allows anything, once it was copied."""


def setting(path: str, value: str) -> str:
    return f"state = CAST(json_set(CAST(state AS TEXT), '$.{path}', {value}) AS BLOB)"


def tampered(simulated: str, tmp_path: Path, *statements: str, workers: int = 1) -> Tally:
    """What a replay finds on so many cores, the same with another alternative besides."""
    store = tmp_path / "tampered"
    store.mkdir()
    with closing(sqlite3.connect(f"{simulated}/log.sqlite")) as source, closing(sqlite3.connect(store / "log.sqlite")) as copy, copy:
        source.backup(copy)
        for statement in statements:
            assert copy.execute(statement).rowcount != 0, statement
    published = law(simulated)
    one, two = (replay(str(store), published, others, until=UNTIL, workers=n).tally for others, n in (([], workers), (OTHERS[:1], 1)))
    assert one.verified == two.verified
    assert one.first == two.first
    return one


def first_of(topic: str) -> str:
    """The stream of the first event of a kind."""
    return f"(SELECT originator_id FROM stored_events WHERE topic = '{topic}' ORDER BY notification_id LIMIT 1)"


REJECTED = """(SELECT originator_id FROM stored_events WHERE topic = 'AppealDecided'
    AND CAST(state AS TEXT) LIKE '%"outcome":"rejected"%' ORDER BY notification_id LIMIT 1)"""
APPENDED = f"""INSERT INTO stored_events
    SELECT (SELECT MAX(notification_id) + 1 FROM stored_events), originator_id, originator_version + 1, '{{topic}}',
        CAST(json_set(CAST(state AS TEXT), '$.originator_version', originator_version + 1, {{change}}) AS BLOB)
    FROM stored_events WHERE originator_id = {REJECTED} ORDER BY originator_version DESC LIMIT 1"""


@pytest.mark.parametrize(
    "statements",
    [
        [APPENDED.format(topic="AppealDecided", change="'$.event.outcome', 'upheld', '$.event.complaint_id', 'nobody'")],
        [APPENDED.format(topic="AppealMooted", change="""'$.event', json('{"type":"AppealMooted","complaint_id":"nobody"}')""")],
        [APPENDED.format(topic="ListingTakenDown", change="""'$.event', json('{"type":"ListingTakenDown","listing_id":"x"}')""")],
        [f"UPDATE stored_events SET {setting('recorded_at', repr('1990-01-01T00:00:00Z'))} WHERE topic = 'NoticeServed'"],
        [f"UPDATE stored_events SET {setting('recorded_at', repr('2030-01-01T00:00:00Z'))} WHERE topic = 'WindowOpened'"],
        [f"UPDATE stored_events SET {setting('recorded_at', repr('2030-01-01T00:00:00Z'))} WHERE topic = 'Finalized'"],
        [f"UPDATE stored_events SET {setting('command', repr('another'))} WHERE topic = 'NoticeServed'"],
        [f"UPDATE stored_events SET notification_id = 900000 WHERE originator_version = 1 AND originator_id = {first_of('Accepted')}"],
        [*WITHOUT_KEYS, "UPDATE stored_events SET originator_version = 2, " + setting("originator_version", "2")
         + f" WHERE originator_version = 3 AND originator_id = {first_of('Accepted')}"],
        [*WITHOUT_KEYS, f"UPDATE stored_events SET state = NULL WHERE originator_id = {first_of('Declined')}"],
        [f"UPDATE stored_events SET topic = LOWER(topic) WHERE originator_id = {first_of('Declined')}"],
        [f"UPDATE stored_events SET originator_id = 'renamed' WHERE originator_id = {first_of('Declined')}"],
        [f"UPDATE stored_events SET topic = 'Filed' WHERE topic = 'Declined' AND originator_id = {first_of('Declined')}"],
        [f"UPDATE stored_events SET state = x'' WHERE topic = 'ListingFed' AND originator_id = {first_of('ListingFed')}"],
        [*WITHOUT_KEYS, "UPDATE stored_events SET notification_id = 'x' WHERE topic = 'Accepted'"],
        [f"UPDATE stored_events SET {setting('recorded_at', repr('2024-03-01T00:00:00'))} WHERE topic = 'AppealDecided'"],
        [f"UPDATE stored_events SET {setting('at', repr('9999-12-31T23:59:59Z'))} WHERE topic = 'ComplaintLodged'"],
        [f"UPDATE stored_events SET {setting('recorded_at', repr('9999-12-31T23:59:59Z'))} WHERE topic = 'ComplaintLodged'"],
        [f"UPDATE stored_events SET {setting('at', repr('0001-01-01T00:00:00+14:00'))} WHERE topic = 'AppealOpened'"],
        [f"UPDATE stored_events SET {setting('event.round', '1180591620717411303424')} WHERE topic = 'AppealOpened'"],
        ["UPDATE stored_events SET state = CAST(CAST(state AS TEXT) || x'ff' AS BLOB) WHERE topic = 'PenaltyImposed'"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_what_an_insider_tries_is_found(simulated: str, tmp_path: Path, statements: list[str], workers: int) -> None:
    tally = tampered(simulated, tmp_path, *statements, workers=workers)
    assert tally.verified.differences > 0
    assert tally.first is not None
    assert difference_line(tally.first)


def test_an_appeal_that_two_rounds_name_hides_no_other(simulated: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(f"{simulated}/log.sqlite")) as log, log:
        (case,) = log.execute(
            "SELECT originator_id FROM stored_events WHERE topic = 'RoundOpened' GROUP BY 1 HAVING COUNT(*) = 2"
        ).fetchone()
        one, two = (
            msgspec.json.decode(state)["event"]["appeal_id"]
            for (state,) in log.execute(
                "SELECT state FROM stored_events WHERE topic = 'RoundOpened' AND originator_id = ? ORDER BY originator_version", (case,)
            )
        )
    tally = tampered(
        simulated,
        tmp_path,
        f"DELETE FROM stored_events WHERE originator_id = '{one}'",
        f"UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '{one}', '{two}') AS BLOB) WHERE originator_id = '{case}'",
    )
    assert tally.verified.differences > 0


def test_an_event_without_a_place_in_the_log_is_told(simulated: str, tmp_path: Path) -> None:
    position, _ = some_event(simulated, "Finalized")
    change = f"UPDATE stored_events SET notification_id = NULL WHERE notification_id = {position}"
    with pytest.raises(Unreadable, match="events without a position"):
        tampered(simulated, tmp_path, *WITHOUT_KEYS, change)
