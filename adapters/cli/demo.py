"""`originals demo`: the whole story on a fresh temporary store over HTTP, told step by step; then the server stays up."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from adapters.cli.errors import CommandError
from adapters.cli.serve import server_of
from adapters.demo.client import WentWrong
from adapters.demo.narrator import Narrator
from adapters.demo.pictures import Picture, drawn, given
from adapters.demo.stage import START, Stage
from adapters.demo.story import play
from adapters.demo.world import furnish
from adapters.http import logs
from adapters.http.server import running
from adapters.system.settings import LOOPBACK, Settings


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="tell it with pictures of this directory (default: drawn ones)")
    parser.add_argument("--port", type=int, metavar="N", help="0 takes a free one (default: 8000, or a free one)")
    parser.add_argument("--story-only", action="store_true", help="without the marketplace of forty cases around the story")


def run(args: Namespace) -> int:
    """Tell the story, print the URL as the last line, and serve until TERM or INT; the store is gone afterwards."""
    if args.port is not None and not 0 <= args.port <= 65535:
        raise CommandError("--port must be from 0 to 65535")
    pictures = drawn() if args.pictures is None else _given(args.pictures)
    with _ending(), tempfile.TemporaryDirectory(prefix="originals-demo-") as folder:
        try:
            _play_and_serve(_settings(Path(folder), args.port), pictures, Path(folder), args.story_only)
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


def _given(directory: Path) -> list[Picture]:
    try:
        return given(directory)
    except OSError as error:
        raise CommandError(f"--pictures {directory}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"--pictures {error}") from None


def _settings(folder: Path, port: int | None) -> Settings:
    """This deployment's settings, but a store, a vault and keys of their own."""
    theirs = ("ORIGINALS_STORE", "ORIGINALS_VAULT", "ORIGINALS_VAULT_URL", "ORIGINALS_KEYS", "ORIGINALS_JWKS", "ORIGINALS_RATE_LIMIT")
    environment = {name: value for name, value in os.environ.items() if name not in theirs}
    loopback = environment.get("ORIGINALS_HOST", LOOPBACK[0]) in LOOPBACK
    settings = Settings.read(environment, port=port, store=str(folder / "store"), demo_sign_in=True if loopback else None)
    wished = port is not None or "ORIGINALS_PORT" in environment
    return settings if wished or _is_free(settings) else replace(settings, port=0)


def _is_free(settings: Settings) -> bool:
    """Whether the usual port can be had; nobody asked for it, so another one does as well."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
        return True


def _play_and_serve(settings: Settings, pictures: list[Picture], folder: Path, story_only: bool) -> None:
    logs.configure("error")
    server = server_of(settings, START)
    with running(server) as process:
        try:
            stage = Stage(settings, server.url, Narrator(sys.stdout), pictures)
            stage.narrator.plain(f"The console is up meanwhile: {server.url}/console")
            play(stage, folder)
            if not story_only:
                furnish(stage)
        except WentWrong as wrong:
            raise CommandError(f"the story cannot be told: {wrong}") from None
        _farewell(settings, server.url)
        process.join()


@contextmanager
def _ending() -> Iterator[None]:
    """TERM and INT end it the same way, so that the store is removed either way, also where it was started in the background."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _farewell(settings: Settings, url: str) -> None:
    program = sys.argv[0] if Path(sys.argv[0]).name == "originals" else "originals"
    print(
        f"""
The server stays up until Ctrl-C, which also removes its store. In another terminal:

   export ORIGINALS_STORE={settings.store}
   TOKEN=$({program} token --role merchant --subject mo --nickname Mo --category apparel)
   curl -H "Authorization: Bearer $TOKEN" {url}/v1/notices

The interface is described at {url}/docs. The console, where you can be any of them:

   {url}/console

The server:
{url}""",
        flush=True,
    )
