"""When people do things: arrivals by season and hour, a desk that works on working days, members who are awake by day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import accumulate
from random import Random
from typing import TypeVar

from domain.law import Law

T = TypeVar("T")

_DAY = timedelta(days=1)
_SEASON = {1: 0.9, 2: 0.6, 3: 1.0, 4: 1.0, 5: 1.1, 6: 1.5, 7: 0.9, 8: 0.9, 9: 1.1, 10: 1.2, 11: 1.9, 12: 1.3}
_REST = 0.55
"""Of a rest day, the share of a working day's arrivals."""
_HOURS = [1, 0.6, 0.4, 0.3, 0.3, 0.5, 1, 2, 4, 7, 8, 7, 6, 7, 8, 8, 8, 7, 6, 6, 7, 7, 5, 3]
_SUM_OF_HOURS = list(accumulate(_HOURS))


@cache
def _sums(weights: tuple[float, ...]) -> list[float]:
    return list(accumulate(weights))


class Habits:
    """Instants drawn from one generator, in the local time of the marketplace."""

    def __init__(self, chance: Random, law: Law, country: str, zone: tzinfo) -> None:
        self._chance, self._law, self._country, self._zone = chance, law, country, zone
        self._resting: dict[date, bool] = {}

    def now_known(self, law: Law) -> None:
        """A calendar was published: what is a working day may look different from here on."""
        self._law = law
        self._resting = {}

    def arrivals(self, number: int, first: date, days: int) -> Iterator[tuple[date, int]]:
        """How many cases come on each day, by season and by whether it is a working day; together exactly `number`."""
        calendar = [first + _DAY * offset for offset in range(days)]
        weights = list(accumulate(_SEASON[day.month] * (_REST if self.rests(day) else 1.0) for day in calendar))
        before = 0
        for day, weight in zip(calendar, weights, strict=True):
            until = round(number * weight / weights[-1])
            yield day, until - before
            before = until

    def rests(self, day: date) -> bool:
        """Whether nobody works that day."""
        known = self._resting.get(day)
        if known is None:
            known = self._resting[day] = not self._law.latest_calendar(self._country).is_working(day)
        return known

    def some_time_of(self, day: date) -> datetime:
        """An instant of the day, at the hours at which people shop and complain."""
        hour = self._chance.choices(range(24), cum_weights=_SUM_OF_HOURS)[0]
        return self._at(day, hour * 3600 + self._chance.randrange(3600))

    def at_the_desk(self, after: datetime, working_days: int) -> datetime:
        """An instant in office hours, so many working days later; 0 is the same day where some of it is left."""
        local = after.astimezone(self._zone)
        day, earliest = local.date(), 9 * 3600
        if not self.rests(day):
            gone = local.hour * 3600 + local.minute * 60 + local.second + 60
            if working_days == 0 and gone < 18 * 3600:
                return self._at(day, self._chance.randrange(max(gone, earliest), 18 * 3600))
            working_days = max(working_days, 1)
        else:
            working_days += 1
        while working_days:
            day += _DAY
            working_days -= not self.rests(day)
        return self._at(day, self._chance.randrange(earliest, 18 * 3600))

    def awake(self, instant: datetime) -> datetime:
        """The instant, or the next morning where people sleep then."""
        local = instant.astimezone(self._zone)
        if 7 <= local.hour < 24:
            return instant
        return self._at(local.date(), 7 * 3600 + self._chance.randrange(3 * 3600))

    def within(self, start: datetime, end: datetime) -> datetime:
        """An instant in the window; the last hours see more than their share, the last second sees some."""
        span = int((end - start).total_seconds())
        if span < 2:
            return start
        match self._chance.random():
            case draw if draw < 0.02:
                return end - timedelta(seconds=1)
            case draw if draw < 0.2:
                return end - timedelta(seconds=self._chance.randint(1, max(1, span // 8)))
            case _:
                return min(self.awake(start + timedelta(seconds=self._chance.randrange(1, span))), end - timedelta(seconds=1))

    def pick(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """One of the options."""
        sums = _sums(tuple(weights))
        return options[bisect_right(sums, self._chance.random() * sums[-1], 0, len(sums) - 1)]

    def happens(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self._chance.random() < probability

    def soon(self, after: datetime, least: int, most: int) -> datetime:
        """Some seconds later."""
        return after + timedelta(seconds=self._chance.randint(least, most))

    def _at(self, day: date, seconds: int) -> datetime:
        midnight = datetime.combine(day, time(), self._zone)
        return (midnight + timedelta(seconds=seconds)).astimezone(UTC)
