"""Errors of use of the command line."""

from __future__ import annotations


class CommandError(Exception):
    """Something about how a command was called makes no sense: one line on stderr, exit 2."""
