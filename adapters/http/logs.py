"""Structured logs, one JSON object a line, without personal data: no subjects, tokens, paths' ids, queries or bodies."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

LOGGER: Final = logging.getLogger("originals")
_OURS: Final = "facts"


class JsonLines(logging.Formatter):
    """A record as one JSON object. Of an error the kind and the places are told; only debugging shows what it says (personal data)."""

    def __init__(self, verbose: bool = False) -> None:
        super().__init__()
        self._verbose = verbose

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if self._verbose else _event(record),
        }
        line.update(getattr(record, _OURS, {}))
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = type(error).__qualname__
            frames = traceback.extract_tb(error.__traceback__)
            line["places"] = [f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})" for frame in frames]
            if self._verbose:
                line["says"] = str(error)
        return json.dumps(line, default=str)


def _event(record: logging.LogRecord) -> str:
    """The message with its arguments, as far as they can be no personal data: numbers, and the kind of anything else."""
    if not record.args or not isinstance(record.msg, str):
        return str(record.msg)
    try:
        if isinstance(record.args, Mapping):
            return record.msg % {name: _harmless(value) for name, value in record.args.items()}
        return record.msg % tuple(_harmless(value) for value in record.args)
    except (TypeError, ValueError, KeyError):
        return record.msg


def _harmless(value: object) -> object:
    return value if isinstance(value, int | float) else f"({type(value).__name__})"


def configure(level: str) -> None:
    """Log to stderr as JSON lines from `level` on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(verbose=level == "debug"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def log_event(event: str, level: int = logging.INFO, error: BaseException | None = None, **facts: object) -> None:
    """Log an event with its facts."""
    LOGGER.log(level, event, exc_info=error, extra={_OURS: facts})
