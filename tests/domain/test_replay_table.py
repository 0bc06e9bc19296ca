"""Forty-one cases under six rulebooks, every ending worked out by hand from the rules; none was taken from the program.

All cases happened under the built-in rules. Working days are hand-made calendars: in China weekends and 1 October rest, in the
United States weekends and the federal holidays of 2026. New York is five hours behind UTC until Sunday 8 March 2026 07:00 UTC
and four after it, Los Angeles eight until 10:00 UTC of that day and seven after it; Shanghai is eight ahead. The horizon is
Wednesday 1 July 2026, 00:00 UTC.

Unless said otherwise the complaint was lodged on Monday 2 March 08:00 UTC and accepted, and the notice served, at 09:00 UTC:
Monday 17:00 in Shanghai, 04:00 in New York, 01:00 in Los Angeles, so that Monday is the day of the event everywhere.

The windows that follow from that notice alone:
  own     round 1: Tue 3, Wed 4, Thu 5 March             closes 24:00 Thu in Shanghai = 5 March 16:00 UTC. A lapse ends the case.
  before  Marketplace A before 2022: round 1 as own; a lapse costs the round. Rounds 2 and 3: the 30th working day from the
          notice: 3-6 March are 4, then weeks of 5: 13 (9), 20 (14), 27 (19), 3 April (24), 10 April (29), Mon 13 April (30):
                                                         closes 13 April 16:00 UTC, both of them.
  since   Marketplace A from 2022: round 1 as own. Unused, round 2 is counted from its closing instant, 00:00 Fri 6 March in
          Shanghai, so Friday is not counted: 9-13 March 5, 20 (10), 27 (15), 3 April (20), 10 April (25), Mon 13, Tue 14 (27):
                                                         closes 14 April 16:00 UTC. Round 3 from 00:00 Wed 15 April: 16, 17 (2),
          24 (7), 1 May (12), 8 (17), 15 (22), 22 May (27):  closes 22 May 16:00 UTC.
  b       Marketplace B: 30 calendar days: 1 April, 24:00 in New York (UTC-4) = 2 April 04:00 UTC. A lapse ends the case.
  dmca    17 U.S.C. 512(g), at its least: one round, 12 months: 2 March 2027, after the horizon. An appeal is decided not before
          10 working days have passed, and is released at that very instant: no decision is ever in time (too_early, then lapse).
  video   30 calendar days: 1 April, 24:00 in Los Angeles (UTC-7) = 2 April 07:00 UTC. A lapse ends the case; an appeal that is
          not decided within 30 days (round 1) or 7 days (round 2) is released.

`penalized` and `appealed` are cases still open at the horizon; `undetermined` are those whose ending hangs on a decision that
never happened: an appeal that would have been heard was never decided by anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.case.comparison import compare
from domain.case.counterfactual import counterfactual
from domain.counterfactual_law import CounterfactualLaw
from domain.law import PublishedYear
from domain.rulebook import DEFAULT, parse_toml
from domain.working_days import CalendarYear
from tests.domain.chronicle import Chronicle
from tests.domain.tale import SINCE_EVER, YEAR_2026, instant

HORIZON = instant("2026-07-01 00:00")
RULEBOOKS = Path(__file__).parents[2] / "docs" / "rulebooks"
US_2026 = CalendarYear(
    "US",
    2026,
    (
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
    ),
)
ZONES = {name: ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "America/Los_Angeles")}
PUBLISHED = [PublishedYear(SINCE_EVER, year) for year in (YEAR_2026, US_2026)]


def under(file: str | None) -> CounterfactualLaw:
    """The law with a rulebook of the documentation; None is the built-in one."""
    rulebook = DEFAULT if file is None else parse_toml((RULEBOOKS / f"{file}.toml").read_text())
    return CounterfactualLaw(rulebook, (), PUBLISHED, ZONES)


LAWS = {
    "own": under(None),
    "before": under("marketplace-a-before-2022"),
    "since": under("marketplace-a-from-2022"),
    "b": under("marketplace-b"),
    "dmca": under("dmca-512g-min"),
    "video": under("video-platform"),
}

Steps = Callable[[Chronicle], object]
FINAL, LIFTED, UNDETERMINED, PENALIZED, WITHDRAWN, VOIDED = "final", "lifted", "undetermined", "penalized", "withdrawn", "voided"


def accepted(case: Chronicle) -> Chronicle:
    """The notice of Monday 2 March, 09:00 UTC."""
    return case.at("2026-03-02 09:00").do("accept")


def tried(when: str) -> Steps:
    """No appeal in time; one attempt when it was too late in fact."""
    return lambda case: accepted(case).settle("2026-03-05 16:00").at(when).attempt("appeal")


def appealed(case: Chronicle) -> Chronicle:
    """Appealed on Tuesday 3 March, 09:00 UTC: in time everywhere.

    dmca: 04:00 Tue in New York: Wed 4, 5, 6 (3), 9-13 (8), 16, 17 March (10): not before and not after 24:00 Tue 17 = 18 March 04:00 UTC.
    video: 01:00 Tue in Los Angeles: 30 days: 2 April, 24:00 = 3 April 07:00 UTC.
    The others have no lapse of a decision.
    """
    return accepted(case).at("2026-03-03 09:00").do("appeal")


def decided(when: str, outcome: str) -> Callable[[Chronicle], Chronicle]:
    """The first appeal decided."""
    return lambda case: appealed(case).at(when).do("decide", outcome, "desk-1")


def second(when: str, outcome: str) -> Callable[[Chronicle], Chronicle]:
    """Rejected on Thu 5 March 09:00 UTC; appealed again on Mon 9 March 09:00 UTC (own: 6, 9, 10 March, until 10 March 16:00); decided."""
    return lambda case: (
        decided("2026-03-05 09:00", "rejected")(case).at("2026-03-09 09:00").do("appeal").at(when).do("decide", outcome, "desk-2")
    )


def tried_again(when: str) -> Steps:
    """Rejected on Thu 5 March 09:00 UTC; the window until 10 March 16:00 lapsed; then an attempt."""
    return lambda case: decided("2026-03-05 09:00", "rejected")(case).settle("2026-03-10 16:00").at(when).attempt("appeal")


# name: (steps, endings under own, before, since, b, dmca, video)
TABLE: dict[str, tuple[Steps, str]] = {
    # -- no appeal ----------------------------------------------------------------------------------------------------------
    # own 5 March; before 13 April, its third window opening and closing then (D6); since 22 May; b 2 April; dmca open until 2027;
    # video 2 April: each closes unused.
    "nobody appeals": (
        lambda case: accepted(case).settle("2026-03-05 16:00"),
        "final final final final penalized final",
    ),
    # At the very deadline: too late (T3). before and since: the second window has opened at that instant: heard, never decided.
    # b, video: still the first window: heard. dmca: heard; 11:00 Thu 5 March in New York: 6 (1), 13 (6), 16-19 (10): released at
    # 20 March 04:00 UTC, and no decision could have come before.
    "an attempt at the deadline": (tried("2026-03-05 16:00"), "final undetermined undetermined undetermined lifted undetermined"),
    # Within all longer windows. dmca: Wed 1 April: 2, 3, 10 April (7), 13-15 (10): released on 16 April.
    "an attempt on 1 April": (tried("2026-04-01 12:00"), "final undetermined undetermined undetermined lifted undetermined"),
    # The instant at which b's window closes; video's stays open for three hours more.
    "an attempt when b has closed": (tried("2026-04-02 04:00"), "final undetermined undetermined final lifted undetermined"),
    # A second before video closes.
    "an attempt just before video closes": (tried("2026-04-02 06:59:59"), "final undetermined undetermined final lifted undetermined"),
    # And at its closing.
    "an attempt when video has closed": (tried("2026-04-02 07:00"), "final undetermined undetermined final lifted final"),
    # A second before the 30th working day from the notice is over.
    "an attempt just before 13 April ends": (tried("2026-04-13 15:59:59"), "final undetermined undetermined final lifted final"),
    # Over: before is final; since has a day left in its second window.
    "an attempt when 13 April has ended": (tried("2026-04-13 16:00"), "final final undetermined final lifted final"),
    # since: the second window closes and the third opens at this instant, so it is heard in the third.
    "an attempt when 14 April has ended": (tried("2026-04-14 16:00"), "final final undetermined final lifted final"),
    # since: the third window's last second.
    "an attempt just before 22 May ends": (tried("2026-05-22 15:59:59"), "final final undetermined final lifted final"),
    # since: final. dmca: noon of Fri 22 May in New York; Mon 25 is Memorial Day: 26-29 May (4), 5 June (9), Mon 8 June (10):
    # released at 9 June 04:00 UTC, before the horizon.
    "an attempt when 22 May has ended": (tried("2026-05-22 16:00"), "final final final final lifted final"),
    # dmca: heard on Mon 29 June; ten working days later is after the horizon, and nobody may decide before that: open.
    "an attempt on 29 June": (tried("2026-06-29 09:00"), "final final final final appealed final"),
    # -- the first appeal is rejected, no second one ---------------------------------------------------------------------------
    # own: 6, 9, 10 March, closes unused. before: 13 April, third window too. since: from Thu 5: 6 March (1), 13 (6), 20 (11), 27 (16),
    # 3 April (21), 10 April (26), 13 April; third window from 14 April ends in May. b: 15 days from 5 March: 20 March. dmca: too
    # early, then released on 18 March. video: 30 days from 5 March: 4 April.
    "rejected on 5 March": (decided("2026-03-05 09:00", "rejected"), "final final final final lifted final"),
    # As before with not_accepted, on Tue 17 March, which in New York is the tenth day but not its end: too early still.
    "not accepted on 17 March": (decided("2026-03-17 09:00", "not_accepted"), "final final final final lifted final"),
    # Fri 20 March, overdue in own, which only escalates. since: from 20 March 27 days end on 28 April, 27 more from Wed 29 April
    # (30 April, 1 May (2), 8 (7), 15 (12), 22 (17), 29 (22), 5 June (27)): before the horizon. dmca: released on 18 March.
    "rejected on 20 March": (decided("2026-03-20 09:00", "rejected"), "final final final final lifted final"),
    # video: the last second of 30 days: in time; then 30 days from 2 April (23:59:59 in Los Angeles): 2 May. since: from Fri 3
    # April 27 days end on 12 May, 27 more from Wed 13 May on Fri 19 June: before the horizon.
    "rejected in the last second of 2 April": (decided("2026-04-03 06:59:59", "rejected"), "final final final final lifted final"),
    # video: released at that very instant; the desk had the appeal before it until then and was silent: a fact.
    "rejected when 2 April has ended": (decided("2026-04-03 07:00", "rejected"), "final final final final lifted lifted"),
    # -- the first appeal is upheld --------------------------------------------------------------------------------------------
    # dmca: too early, and released on 18 March instead.
    "upheld on 5 March": (decided("2026-03-05 09:00", "upheld"), "lifted lifted lifted lifted lifted lifted"),
    # dmca: was released on 18 March; the decision comes after the ending.
    "upheld on 20 March": (decided("2026-03-20 09:00", "upheld"), "lifted lifted lifted lifted lifted lifted"),
    # -- two appeals -----------------------------------------------------------------------------------------------------------
    # own, b, video: the second was the last. before: a third window until 13 April, unused. since: from Wed 11 March: 12, 13 (2),
    # 20 (7), 27 (12), 3 April (17), 10 (22), 17 April (27), unused. dmca: the first decision is too early, so the first appeal is
    # open when the second comes (appeal_open), and is released on 18 March.
    "rejected twice": (second("2026-03-11 09:00", "rejected"), "final final final final lifted final"),
    "rejected, then upheld": (second("2026-03-11 09:00", "upheld"), "lifted lifted lifted lifted lifted lifted"),
    # video: 7 days from Mon 9 March (02:00 in Los Angeles): 16 March, 24:00 = 17 March 07:00 UTC: released before the decision.
    # since: third window from Fri 20 March: 28 April, unused.
    "rejected twice, the second time on 20 March": (second("2026-03-20 09:00", "rejected"), "final final final final lifted lifted"),
    "rejected, then upheld on 20 March": (second("2026-03-20 09:00", "upheld"), "lifted lifted lifted lifted lifted lifted"),
    # A third appeal on 20 March: before (until 13 April) and since (until 17 April) hear it. dmca: released on 18 March: case closed.
    "a third attempt on 20 March": (
        lambda case: second("2026-03-11 09:00", "rejected")(case).at("2026-03-20 09:00").attempt("appeal"),
        "final undetermined undetermined final lifted final",
    ),
    # A second appeal too late in fact by nothing. before: until 13 April; since: until 13 April; b: until 21 March 04:00 UTC; video:
    # until 5 April 07:00 UTC: heard. dmca: the first appeal is still open: refused, released on 18 March.
    "a second attempt on 10 March": (
        tried_again("2026-03-10 16:00"),
        "final undetermined undetermined undetermined lifted undetermined",
    ),
    # b has closed at this instant: 15 days from 5 March, 24:00 on 20 March in New York.
    "a second attempt on 21 March": (tried_again("2026-03-21 04:00"), "final undetermined undetermined final lifted undetermined"),
    # video has closed at this instant: 30 days from 5 March.
    "a second attempt on 5 April": (tried_again("2026-04-05 07:00"), "final undetermined undetermined final lifted final"),
    # The third window of since ends on 21 May: 15-17 April (3), 24 (8), 1 May (13), 8 (18), 15 (23), Thu 21 (27). before: 13 April.
    "a second attempt on 20 May": (tried_again("2026-05-20 09:00"), "final final undetermined final lifted final"),
    # -- withdrawals (C6: until the case is final) ------------------------------------------------------------------------------
    "withdrawn before the acceptance": (
        lambda case: case.at("2026-03-02 08:30").do("withdraw"),
        "withdrawn withdrawn withdrawn withdrawn withdrawn withdrawn",
    ),
    "withdrawn in the window": (
        lambda case: accepted(case).at("2026-03-04 09:00").do("withdraw"),
        "withdrawn withdrawn withdrawn withdrawn withdrawn withdrawn",
    ),
    # dmca: nobody could have decided before 18 March, so the appeal was open for certain.
    "withdrawn while appealed": (
        lambda case: appealed(case).at("2026-03-04 09:00").do("withdraw"),
        "withdrawn withdrawn withdrawn withdrawn withdrawn withdrawn",
    ),
    "withdrawn after a rejection": (
        lambda case: decided("2026-03-05 09:00", "rejected")(case).at("2026-03-06 09:00").do("withdraw"),
        "withdrawn withdrawn withdrawn withdrawn withdrawn withdrawn",
    ),
    # Too late in fact; the other windows are open on 20 March.
    "a withdrawal attempted on 20 March": (
        lambda case: accepted(case).settle("2026-03-05 16:00").at("2026-03-20 09:00").attempt("withdrawal", "owner"),
        "final withdrawn withdrawn withdrawn withdrawn withdrawn",
    ),
    # b and video are final since 2 April.
    "a withdrawal attempted on 10 April": (
        lambda case: accepted(case).settle("2026-03-05 16:00").at("2026-04-10 09:00").attempt("withdrawal", "owner"),
        "final withdrawn withdrawn final withdrawn final",
    ),
    # -- the desk --------------------------------------------------------------------------------------------------------------
    "declined": (
        lambda case: case.at("2026-03-02 09:00").do("decline"),
        "declined declined declined declined declined declined",
    ),
    # The desk lifts its own mistake in any state with a penalty, the final one included (H2).
    "lifted by the desk": (
        lambda case: accepted(case).at("2026-03-04 09:00").do("lift"),
        "lifted lifted lifted lifted lifted lifted",
    ),
    "lifted by the desk when final in fact": (
        lambda case: accepted(case).settle("2026-03-05 16:00").at("2026-03-20 09:00").do("lift"),
        "lifted lifted lifted lifted lifted lifted",
    ),
    # A special case has no lapse (D4): decided on Mon 30 March everywhere. dmca: after 18 March, so in time: its only round: final.
    # since: from 30 March 27 days end on 6 May, 27 more from Thu 7 May (8 (1), 15 (6), 22 (11), 29 (16), 5 June (21), 12 (26), 15 (27)).
    "a special case rejected on 30 March": (
        lambda case: appealed(case).at("2026-03-04 09:00").do("special").at("2026-03-30 09:00").do("decide", "rejected"),
        "final final final final final final",
    ),
    # -- protection that fell (B7) ---------------------------------------------------------------------------------------------
    "voided in the window": (
        lambda case: accepted(case).fell("2026-03-04 09:00").settle("2026-03-04 09:00"),
        "voided voided voided voided voided voided",
    ),
    # Final in fact, and only listed for the desk; open elsewhere, so it falls there.
    "a finding on 20 March": (
        lambda case: accepted(case).settle("2026-03-05 16:00").fell("2026-03-20 09:00"),
        "final voided voided voided voided voided",
    ),
    # b and video are final since 2 April.
    "a finding on 5 April": (
        lambda case: accepted(case).settle("2026-03-05 16:00").fell("2026-04-05 09:00"),
        "final voided voided final voided final",
    ),
    # -- still open ------------------------------------------------------------------------------------------------------------
    # Accepted on Fri 26 June: own closes on 1 July 16:00 UTC (29, 30 June, 1 July): after the horizon, as all the longer ones.
    "accepted on 26 June": (
        lambda case: case.at("2026-06-26 09:00").do("accept"),
        "penalized penalized penalized penalized penalized penalized",
    ),
    "never taken up": (lambda case: case, "lodged lodged lodged lodged lodged lodged"),
}


@pytest.mark.rule("G3", "G5")
@pytest.mark.parametrize("name", TABLE)
def test_the_table_worked_out_by_hand(name: str) -> None:
    steps, expected = TABLE[name]
    case = Chronicle()
    steps(case)
    endings = [counterfactual(case.facts, told, HORIZON, case.known_fall()).ending for told in LAWS.values()]
    assert dict(zip(LAWS, endings, strict=True)) == dict(zip(LAWS, expected.split(), strict=True))


@pytest.mark.rule("G3")
def test_the_table_is_large_enough() -> None:
    assert len(TABLE) >= 40
    assert len(LAWS) == 6
    assert all(len(expected.split()) == 6 for _, expected in TABLE.values())


CLOSINGS = {
    # The closing instants of the windows that nobody uses, from the head of this file.
    "own": ["2026-03-05 16:00"],
    "before": ["2026-03-05 16:00", "2026-04-13 16:00", "2026-04-13 16:00"],
    "since": ["2026-03-05 16:00", "2026-04-14 16:00", "2026-05-22 16:00"],
    "b": ["2026-04-02 04:00"],
    "dmca": ["2027-03-03 05:00"],  # 24:00 of 2 March 2027 in New York, winter time
    "video": ["2026-04-02 07:00"],
}


@pytest.mark.rule("G3", "D6")
@pytest.mark.parametrize("name", CLOSINGS)
def test_the_windows_worked_out_by_hand(name: str) -> None:
    case = accepted(Chronicle())
    told = counterfactual(case.facts, LAWS[name], HORIZON)
    closes = [h.event.closes.closes_at for h in told.events if type(h.event).__name__ == "WindowOpened"]  # type: ignore[union-attr]
    assert closes == [instant(closing) for closing in CLOSINGS[name]]


PENALTY_DAYS = {
    # Rejected on 5 March, no second appeal: penalised from 2 March 09:00 UTC. Final ones to the horizon: 31 - 2 + 30 + 31 + 30 = 120
    # whole days to 30 June 09:00 and 15 hours more: 120.625. dmca: released on 18 March 04:00: 15 days and 19 hours: 15.7916...
    "own": 120.625,
    "before": 120.625,
    "since": 120.625,
    "b": 120.625,
    "dmca": 15 + 19 / 24,
    "video": 120.625,
}


@pytest.mark.rule("G3")
@pytest.mark.parametrize("name", PENALTY_DAYS)
def test_the_penalty_days_worked_out_by_hand(name: str) -> None:
    case = decided("2026-03-05 09:00", "rejected")(Chronicle()).settle("2026-03-10 16:00")
    told = counterfactual(case.facts, LAWS[name], HORIZON)
    compared = compare(case.tale.case, case.own, told, HORIZON)
    assert compared.penalty_days == pytest.approx(120.625)
    assert compared.would_penalty_days == pytest.approx(PENALTY_DAYS[name])
