"""Who did it, when, and under which rulebook: what every event of a case says of itself (rules T1, T5).

Three rulebooks follow each other: `1` when the complaint is lodged, `2` when it is accepted, `3` soon after. `[complaint]` is pinned
at lodging; `[penalty] [appeal] [withdrawal]` and, of an appeal's lapse, `[review]` at acceptance.
"""

from __future__ import annotations

import pytest

from domain.events import CLOCK
from domain.law import Law, PublishedYear
from domain.rulebook import parse_rulebook
from tests.domain.tale import SHANGHAI, SINCE_EVER, YEAR_2026, Tale

REVIEW = {"request_within": {"days": 10, "count": "calendar"}, "decide_within": {"days": 2}}


def successive(**sections: object) -> Law:
    """Rulebooks `1`, `2` and `3` in force from 2000, from Monday 2 March 2026 10:00 UTC and from the day after."""
    since = {"1": "2000-01-01T00:00:00Z", "2": "2026-03-02T10:00:00Z", "3": "2026-03-03T00:00:00Z"}
    rulebooks = [parse_rulebook({"name": "t", "version": version, "effective_from": at, **sections}) for version, at in since.items()]
    return Law(rulebooks, [PublishedYear(SINCE_EVER, YEAR_2026)], {"Asia/Shanghai": SHANGHAI})


def accepted(**sections: object) -> Tale:
    """Lodged under `1`, accepted under `2`, now under `3`."""
    return Tale(successive(**sections)).wait("2026-03-02 11:00").accept().wait("2026-03-03 09:00")


def said(tale: Tale) -> list[str]:
    """Of each event its name, by whom, under which rulebook's version, and whether a calendar was asked."""
    return [
        f"{type(one.event).__name__} {one.by} {one.rules.version if one.rules else '-'}{' calendar' if one.calendar else ''}"
        for one in tale.told
    ]


LODGED = ["ComplaintLodged owner 1 calendar"]
SERVED = ["Accepted desk-1 2", "NoticeServed desk-1 2 calendar", "WindowOpened desk-1 2 calendar", "Penalized desk-1 2"]
CLOSED = [f"ReminderSent {CLOCK} 2 calendar", f"WindowClosed {CLOCK} 2 calendar", f"Finalized {CLOCK} 2"]


def _final() -> Tale:
    return accepted().wait("2026-03-09 09:00")


def _undecided(on_lapse: str) -> Tale:
    return accepted(appeal={"on_lapse": on_lapse}, review=REVIEW).appeal().wait("2026-03-11 09:00")


STORIES = {
    "claimed, and let go": (
        lambda: Tale(successive()).wait("2026-03-03 09:00").claim("desk-2").release("desk-2").note("desk-3"),
        [*LODGED, "Claimed desk-2 3", "ClaimReleased desk-2 -", "NoteAdded desk-3 -"],
    ),
    "declined, and taken to a body": (
        lambda: Tale(successive()).wait("2026-03-03 09:00").decline("desk-2").to_body("complainant").outcome(),
        [*LODGED, "Declined desk-2 1", "TakenToBody owner 1", "BodyDecided desk-1 1"],
    ),
    "withdrawn before it was taken up": (
        lambda: Tale(successive()).wait("2026-03-03 09:00").withdraw(),
        [*LODGED, "Withdrawn owner 1"],
    ),
    "appealed twice in vain": (
        lambda: accepted().appeal().special().decide("rejected", "desk-2").appeal().decide("not_accepted", "desk-3"),
        [
            *(*LODGED, *SERVED, "RoundOpened seller 2 calendar", "RoundExempted desk-1 2", "RoundDecided desk-2 2"),
            *("WindowOpened desk-2 2 calendar", "RoundOpened seller 2 calendar", "RoundDecided desk-3 2", "Finalized desk-3 2"),
        ],
    ),
    "appealed and upheld": (
        lambda: accepted().appeal().decide("upheld", "desk-2"),
        [*LODGED, *SERVED, "RoundOpened seller 2 calendar", "RoundDecided desk-2 2", "Lifted desk-2 2"],
    ),
    "penalised when final": (
        lambda: accepted(penalty={"when": "final"}).wait("2026-03-09 09:00"),
        [*LODGED, *SERVED[:-1], *CLOSED, f"Penalized {CLOCK} 2"],
    ),
    "withdrawn": (lambda: accepted().withdraw(), [*LODGED, *SERVED, "Withdrawn owner 2"]),
    "lifted": (lambda: accepted().lift("desk-2"), [*LODGED, *SERVED, "Lifted desk-2 2"]),
    "reopened": (lambda: _final().reopen(), [*LODGED, *SERVED, *CLOSED, "Reopened desk-1 2", "Voided desk-1 2"]),
    "lifted by a body": (
        lambda: _final().to_body("respondent").outcome("upheld"),
        [*LODGED, *SERVED, *CLOSED, "TakenToBody seller 2", "BodyDecided desk-1 2", "Lifted desk-1 2"],
    ),
    "declined by lapse, and taken up after all": (
        lambda: (
            Tale(successive(complaint={"on_lapse": "decline"}, review=REVIEW))
            .wait("2026-03-06 09:00")
            .ask("owner")
            .look("upheld", "desk-2")
        ),
        [
            *(*LODGED, f"Declined {CLOCK} 1 calendar", f"ReviewWindowOpened {CLOCK} 1 calendar", "ReviewRequested owner 1 calendar"),
            *("ReviewDecided desk-2 1", "Accepted desk-2 3", "NoticeServed desk-2 3 calendar", "WindowOpened desk-2 3 calendar"),
            "Penalized desk-2 3",
        ],
    ),
    "accepted by lapse, and lifted": (
        lambda: (
            Tale(successive(complaint={"on_lapse": "accept"}, review=REVIEW))
            .wait("2026-03-06 09:00")
            .ask("seller")
            .look("upheld", "desk-2")
        ),
        [
            *(*LODGED, f"Accepted {CLOCK} 3", f"NoticeServed {CLOCK} 3 calendar", f"WindowOpened {CLOCK} 3 calendar"),
            *(f"Penalized {CLOCK} 3", f"ReviewWindowOpened {CLOCK} 1 calendar", "ReviewRequested seller 1 calendar"),
            *("ReviewDecided desk-2 1", "Lifted desk-2 3"),
        ],
    ),
    "released by lapse, and penalised again": (
        lambda: _undecided("release").ask("owner").look("upheld", "desk-2"),
        [
            *(*LODGED, *SERVED, "RoundOpened seller 2 calendar", f"RoundDecided {CLOCK} 2 calendar", f"Lifted {CLOCK} 2"),
            *(f"ReviewWindowOpened {CLOCK} 2 calendar", "ReviewRequested owner 2 calendar", "ReviewDecided desk-2 2"),
            *("RoundReversed desk-2 2", "Penalized desk-2 2", "WindowOpened desk-2 2 calendar"),
        ],
    ),
    "rejected by lapse, and lifted": (
        lambda: _undecided("reject").ask("seller").look("upheld", "desk-2"),
        [
            *(*LODGED, *SERVED, "RoundOpened seller 2 calendar", f"RoundDecided {CLOCK} 2 calendar"),
            *(f"WindowOpened {CLOCK} 2 calendar", f"ReviewWindowOpened {CLOCK} 2 calendar", "ReviewRequested seller 2 calendar"),
            *("ReviewDecided desk-2 2", "RoundReversed desk-2 2", "Lifted desk-2 2"),
        ],
    ),
}


@pytest.mark.rule("T1", "T5", "D2", "H8", "H9")
@pytest.mark.parametrize("story", STORIES)
def test_every_event_says_who_brought_it_about_and_under_which_pinned_rulebook(story: str) -> None:
    happens, expected = STORIES[story]
    tale = happens()
    assert said(tale) == expected
    # What an act brings with it takes effect with it, and what asked a calendar asked the one that was in force.
    assert {one.calendar for one in tale.told if one.calendar} == {tale.case.accept_by.calendar}
