"""Reports of periods for whoever asks again: one pass over the log each, one at a time, kept while nothing can have changed them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from application.tally import Period
from application.transparency import LogPages, TransparencyReport, report
from domain.law import Law

AT_REST: Final = timedelta(minutes=10)
"""How long after a period's end a command that began in it may still be on its way into the log."""

MOST: Final = 16
"""Reports that are kept."""


class Log(LogPages, Protocol):
    """The log of events, with its end."""

    def log_head(self) -> int:
        """The position of the last event."""
        ...


class PeriodReports:
    """Makes reports. A period that is at rest never changes; another is counted again where the log has grown, or time has gone on."""

    def __init__(self, log: Log, law: Callable[[], Law], now: Callable[[], datetime]) -> None:
        self._log, self._law, self._now = log, law, now
        self._turn = threading.Lock()
        self._kept: OrderedDict[Period, tuple[int | None, datetime, TransparencyReport]] = OrderedDict()

    def at_rest(self, period: Period) -> bool:
        """Whether its figures can change no more."""
        return self._now() >= period.ends + AT_REST

    def of(self, period: Period) -> TransparencyReport:
        """The report as of now."""
        with self._turn:
            head, now = self._log.log_head(), self._now()
            known = self._kept.get(period)
            if known is None or (known[0] is not None and known[:2] != (head, now)):
                known = (None if self.at_rest(period) else head, now, report(self._log, self._law(), period))
                self._kept[period] = known
            self._kept.move_to_end(period)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return known[2]
