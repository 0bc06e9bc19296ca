"""`originals calendars` on this deployment's store: what is published, and publishing a year (rule E2)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib.metadata import version

from adapters.cli import calendars
from adapters.cli.opening import opened
from adapters.wiring.deployment import Deployment
from application.acting import Command
from application.acting import run as perform
from application.law import published_law
from application.publish_rules import publish_calendar
from domain.law import PublishedYear
from domain.staff import OPERATOR
from domain.working_days import CalendarYear


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    calendars.add_arguments(parser)


def run(args: Namespace) -> int:
    """List what is published, or publish a year as `holidays` has it."""
    with opened(create=args.what == "publish") as deployment:
        return calendars.run(args, lambda: _published(deployment), lambda year: _publish(deployment, year))


def _published(deployment: Deployment) -> list[PublishedYear]:
    return published_law(deployment.platform.store)[1]


def _publish(deployment: Deployment, year: CalendarYear) -> bool:
    source = f"holidays {version('holidays')}"
    return perform(deployment.platform, Command("calendar", OPERATOR), lambda act: publish_calendar(act, year, source)).new
