"""`originals settings`: every setting with its default and meaning."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from adapters.system.settings import Settings, as_text


def add_arguments(parser: ArgumentParser) -> None:
    """It takes nothing."""


def run(args: Namespace) -> int:
    """Print the table."""
    print(as_text(Settings.read(os.environ)))
    return 0
