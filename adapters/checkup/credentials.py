"""Whether content credentials of pictures are read here, and who is vouched for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from adapters.checkup.result import CheckResult
from adapters.credentials.anchors import AnchorsError, anchors_of
from adapters.credentials.reading import EXTRA, installed
from adapters.wiring.deployment import Deployment


def credentials(deployment: Deployment) -> Iterator[CheckResult]:
    """The package that reads them, an extra; and the operator's list, where one is set."""
    file = deployment.settings.credentials_trust
    if not installed():
        yield CheckResult("ok" if file is None else "warn", f"not read: c2pa is not installed: pip install '{EXTRA}'")
    if file is None:
        if installed():
            yield CheckResult("ok", f"read by c2pa-python {version('c2pa-python')}; no list is set, so nobody is vouched for")
        return
    try:
        anchors = anchors_of(Path(file))
    except AnchorsError as why:
        yield CheckResult("bad", str(why))
        return
    now = deployment.clock.now()
    over = [one.subject.rfc4514_string() for one in anchors if one.not_valid_after_utc <= now]
    yield CheckResult("ok", f"{len(anchors)} certificates are vouched for")
    if over:
        yield CheckResult("warn", f"{len(over)} of them have run out, such as {over[0]}")
