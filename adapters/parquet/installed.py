"""Whether what reads and writes Parquet is installed: an extra, for most deployments need none."""

from __future__ import annotations

from importlib.util import find_spec

EXTRA = "originals[parquet]"


def missing(*modules: str) -> str | None:
    """Why it cannot be done, on one line; None where all of it is installed."""
    absent = [one for one in modules if find_spec(one) is None]
    return f"{' and '.join(absent)} not installed: pip install '{EXTRA}'" if absent else None
