"""`originals serve`: the HTTP server with projections and deadlines running."""

from __future__ import annotations

import logging
import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from adapters.cli.errors import CommandError
from adapters.cli.opening import explained, instant_given
from adapters.credentials.anchors import AnchorsError, anchors_of
from adapters.evidence import keeper
from adapters.http import logs
from adapters.http.asgi import AsgiApp
from adapters.http.logs import log_event
from adapters.http.server import CannotListen, Server
from adapters.store.opening import open_store
from adapters.system.clock import SimulatedClock
from adapters.system.outages import outage_of
from adapters.system.settings import Settings
from adapters.timestamps import keeping
from adapters.timestamps.authority import AuthorityError, authority_of
from adapters.webhooks.deliverer import Deliverer
from adapters.wiring.background import Background, BackgroundTask
from adapters.wiring.deployment import Deployment, open_deployment
from adapters.wiring.driven_clock import DrivenClock
from adapters.wiring.shadow import ShadowKeeper
from adapters.wiring.web import web_app
from adapters.wiring.worker import Worker, windows_first
from adapters.witnesses import submitting
from adapters.witnesses.policy import PolicyError, policy_of
from application.acting import Busy
from application.ports import Clock
from projections.follower import Follower

PURGE_EVERY = 60.0
"""Seconds between two looks for kept answers that have had their time."""
PAUSE = 1.0
"""Seconds between two tries to open what cannot be reached."""
PATIENCE = 3.0
"""Seconds that a command waits for another's transaction: within five it is answered that it has to wait."""
SIMULATED_SECONDS = 1
"""Seconds of wall time between two checkpoints where the clock of the cases is simulated: nobody is to wait there."""
SIMULATED_START = datetime(2026, 1, 1, tzinfo=UTC)


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--port", type=int, metavar="N", help="0 takes a free one (default: ORIGINALS_PORT)")
    parser.add_argument("--clock", choices=("real", "simulated"), default="real")
    parser.add_argument("--start", metavar="INSTANT", help="where a simulated clock begins (default 2026-01-01T00:00:00Z)")


def run(args: Namespace) -> int:
    """Serve until TERM or INT."""
    if args.start is not None and args.clock == "real":
        raise CommandError("--start goes with --clock simulated")
    if args.port is not None and not 0 <= args.port <= 65535:
        raise CommandError("--port must be from 0 to 65535")
    settings = Settings.read(os.environ, port=args.port)
    _check_attesting(settings)
    logs.configure(settings.log_level)
    start = instant_given(args.start, "--start") if args.start is not None else SIMULATED_START
    server_of(settings, start if args.clock == "simulated" else None).run()
    return 0


def _check_attesting(settings: Settings) -> None:
    """A policy, an authority or a list that cannot be read is said before anything starts. Raises CommandError."""
    try:
        if settings.witness_policy is not None:
            policy_of(Path(settings.witness_policy))
    except PolicyError as why:
        raise CommandError(f"ORIGINALS_WITNESS_POLICY: {why}") from None
    try:
        if settings.timestamp_authority is not None and authority_of(Path(settings.timestamp_authority)).url is None:
            raise AuthorityError(f"{settings.timestamp_authority} names no address at which the authority is asked")
    except AuthorityError as why:
        raise CommandError(f"ORIGINALS_TIMESTAMP_AUTHORITY: {why}") from None
    try:
        if settings.credentials_trust is not None:
            anchors_of(Path(settings.credentials_trust))
    except AnchorsError as why:
        raise CommandError(f"ORIGINALS_CREDENTIALS_TRUST: {why}") from None


def server_of(settings: Settings, simulated: datetime | None) -> Server:
    """A server of a store that can be opened, each of its processes with a deployment of its own; one where time is simulated."""
    with explained(settings):
        stores = open_store(settings.store, settings.vault_directory, vault_url=settings.vault_url)
        try:
            if simulated is not None and not stores.clock_notes.simulated():
                stores.clock_notes.note_simulated()
        finally:
            stores.close()
    try:
        return Server(partial(_opened, settings, simulated), settings, None if simulated is None else 1)
    except CannotListen as error:
        raise CommandError(str(error)) from None


def _opened(settings: Settings, simulated: datetime | None) -> AsgiApp:
    """A process that takes another's place while the database is away waits for it."""
    while True:
        try:
            running = Running(settings, simulated)
            break
        except Exception as error:
            if not isinstance(error, Busy) and outage_of(error) is None:
                raise
            time.sleep(PAUSE)
    running.start()
    return AsgiApp(running.app, settings, running.stop)


class Running:
    """An open deployment, with what goes on beside it: the follower of the views, the keeper of the evidence, and the worker.

    A simulated clock stands still, and so does time: what is due is settled by whoever asks, or by the test clock.
    """

    def __init__(self, settings: Settings, simulated: datetime | None) -> None:
        clocks: list[SimulatedClock] = []

        def standing_still(last: datetime | None) -> Clock:
            clocks.append(SimulatedClock(max(filter(None, (simulated, last)))))
            return clocks[0]

        self.deployment = deployment = open_deployment(settings, None if simulated is None else standing_still, patience=PATIENCE)
        driven = DrivenClock(clocks[0], deployment.settling, deployment.views) if clocks else None
        self.app = web_app(deployment, driven)
        self._keeper = keeper.Keeper(lambda: deployment.evidence, SIMULATED_SECONDS if driven else settings.checkpoint_seconds)
        self._background = Background(
            settings.vault_directory if settings.on_postgres else Path(settings.store),
            [
                Worker(deployment.settling.seek_sightings if driven else partial(windows_first, deployment.settling)),
                Deliverer(deployment.webhooks),
                Follower(deployment.views),
                Worker(self._keeper.look, keeper.POLL, "evidence"),
                ShadowKeeper(deployment),
                Worker(deployment.stores.store.purge, PURGE_EVERY, "answers"),
                *_attesting(deployment),
            ],
        )

    def start(self) -> None:
        """Let go on what is to go on."""
        self._background.start()

    def stop(self) -> None:
        """End it, sign what came last, and close the deployment; a database that is away keeps nobody from ending."""
        if self._background.stop():
            self._keeper.finish()
            self._background.free()
        try:
            self.deployment.close()
        except Exception as error:
            log_event("not everything could be closed", logging.WARNING, error)


def _attesting(deployment: Deployment) -> Iterator[BackgroundTask]:
    """What others are asked for: beside everything else, so that whoever does not answer delays nothing, nor the end."""
    if deployment.witnessing is not None:
        yield Worker(deployment.witnessing.look, submitting.POLL, "witnesses", PATIENCE)
    if deployment.timestamping is not None:
        yield Worker(deployment.timestamping.look, keeping.POLL, "timestamps", PATIENCE)
