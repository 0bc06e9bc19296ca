"""How long a request with pictures may last before its sender is told to come again (rule B2): time, not the clock of cases."""

from __future__ import annotations

import math
from typing import Protocol

from application.command import Busy


class Patience(Protocol):
    """What is left of the time that a request may take."""

    def left(self) -> float:
        """Seconds left; 0 or less where there are none."""
        ...


class Endless:
    """The patience of whoever waits as long as it takes: the worker, a backup, a test."""

    def left(self) -> float:
        """Always more."""
        return math.inf


ENDLESS = Endless()


class TooBusy(Busy):
    """The machine was too busy to look at the pictures in the time there was: nothing is recorded, they may be sent again."""


def insist(patience: Patience) -> None:
    """Raises TooBusy where no time is left."""
    if patience.left() <= 0:
        raise TooBusy("the pictures were not looked at in the time that a request may take")
