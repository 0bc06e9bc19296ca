"""`originals doctor`: is this deployment well? One line a question: ok, warn or bad; exit 1 when anything is bad."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from adapters.checkup import clocks, pictures, stores
from adapters.checkup.credentials import credentials
from adapters.checkup.index import index
from adapters.checkup.result import CheckResult
from adapters.checkup.timestamps import timestamps
from adapters.checkup.tokens import tokens
from adapters.checkup.witnesses import witnesses
from adapters.cli.errors import CommandError
from adapters.cli.opening import exists, explained, opened, settings_here, shown
from adapters.system.settings import Settings, unknown_settings
from adapters.wiring.deployment import Deployment
from adapters.wording.printer import escaped

CHECKS: Final[tuple[tuple[str, Callable[[Deployment], Iterable[CheckResult]]], ...]] = (
    ("store", stores.schema),
    ("index", index),
    ("settling", stores.settling),
    ("views", stores.views),
    ("shadow", stores.shadow),
    ("evidence", stores.evidence),
    ("witnesses", witnesses),
    ("time", timestamps),
    ("webhooks", stores.webhooks),
    ("files", stores.permissions),
    ("tokens", tokens),
    ("pictures", pictures.vault),
    ("copies", pictures.matcher),
    ("credentials", credentials),
    ("clock", clocks.clock),
    ("calendars", clocks.calendars),
)
"""The questions that need the store; each answers with as many findings as it has."""


def add_arguments(parser: ArgumentParser) -> None:
    """It takes nothing."""


def run(args: Namespace) -> int:
    """Print the findings. 0 when well (warnings included), 1 when something is bad. Raises CommandError: there is no store to ask about."""
    bad = False
    for area, (state, what) in _results(settings_here()):
        print(escaped(f"{state:<5} {area}: {what}"), flush=True)
        bad = bad or state == "bad"
    return 1 if bad else 0


def _results(settings: Settings) -> Iterator[tuple[str, CheckResult]]:
    unknown = unknown_settings(os.environ)
    yield from (("settings", CheckResult("warn", f"{name} names no setting")) for name in unknown)
    if not unknown:
        yield "settings", CheckResult("ok", "every ORIGINALS_ variable names a setting")
    if not settings.on_postgres and Path(settings.store).exists() and not Path(settings.store).is_dir():
        yield "store", CheckResult("bad", f"{shown(settings)} is no directory")
        return
    try:
        with explained(settings):
            there = exists(settings)
        if there:
            with opened(settings, look_only=True) as deployment:
                yield "store", CheckResult("ok", f"{shown(settings)} opens")
                for area, check in CHECKS:
                    yield from ((area, result) for result in _asked(check, deployment))
    except CommandError as error:
        yield "store", CheckResult("bad", str(error))
        return
    if not there:
        raise CommandError(f"there is no store at {shown(settings)} (ORIGINALS_STORE names it); `originals serve` makes one")


def _asked(check: Callable[[Deployment], Iterable[CheckResult]], deployment: Deployment) -> Iterator[CheckResult]:
    """The findings of a check; one that fails is a finding itself, and the others are asked all the same."""
    try:
        yield from check(deployment)
    except Exception as error:
        yield CheckResult("bad", f"cannot be checked: {type(error).__name__}: {' '.join(str(error).split())}")
