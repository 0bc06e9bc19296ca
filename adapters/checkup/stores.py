"""The log and what hangs on it: readable events, what is due, the views, the tamper evidence, the keys."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from adapters.checkup.result import CheckResult
from adapters.evidence.checkpoint import NoteError
from adapters.evidence.reading import Tampered
from adapters.wiring.deployment import Deployment
from adapters.wording.instants import instant

BATCH = 5000
FEW = 1000
"""Events that a server which is keeping up may not have numbered yet."""


def schema(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether every event of the log can be read, each stream without a gap."""
    versions: dict[str, int] = {}
    position = events = 0
    while entries := deployment.stores.store.read_log(position, BATCH):
        position = entries[-1][0]
        for _, fact in entries:
            events += 1
            expected = versions.get(fact.originator_id, 0) + 1
            if fact.originator_version != expected:
                yield CheckResult("bad", f"stream {fact.originator_id} lacks event {expected}")
            versions[fact.originator_id] = fact.originator_version
    yield CheckResult("ok", f"{events} events in {len(versions)} streams, all readable")


def settling(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether something is due that nobody has written down: harmless, for whoever asks settles first, but no server seems to run."""
    due = deployment.settling.next_due()
    if due is None or due > deployment.clock.now():
        yield CheckResult("ok", "nothing is overdue to be written down")
    else:
        yield CheckResult("warn", f"due since {instant(due)} and not written down: no server is running, or it is behind")


def views(deployment: Deployment) -> Iterator[CheckResult]:
    """How far each view is, and which cannot go on."""
    head, views = deployment.stores.store.log_head(), deployment.views
    with views.current(timeout=60):
        positions = views.positions()
    for name, broken in views.broken.items():
        yield CheckResult("bad", f"{name} cannot be folded: {broken.why}; mend it, then `originals projections rebuild {name}`")
    behind = {name: position for name, position in positions.items() if position < head and name not in views.broken}
    for name, position in behind.items():
        yield CheckResult("bad", f"{name} is at {position} of {head}")
    if not behind and not views.broken:
        yield CheckResult("ok", f"{len(positions)} views at {head} of {head}")


def evidence(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether the log is the continuation of what was signed, by the stored checkpoints and by what the key remembers itself."""
    try:
        behind = deployment.evidence.behind()
        size = int(deployment.evidence.checkpoint().splitlines()[1])
    except Tampered as found:
        yield CheckResult("bad", found.line)
        return
    except NoteError as why:
        yield CheckResult("bad", str(why))
        return
    if behind < 0:
        yield CheckResult(
            "bad",
            f"the log ends {-behind} positions before the last event in the tree: events were removed; export and verify name the first",
        )
        return
    if behind > FEW:
        yield CheckResult(
            "warn", f"{behind} positions of the log were not in the tree yet and could be changed unseen; a running server keeps up"
        )
    what = f"a checkpoint of {size} events continues the earlier ones, and the last one kept beside the key"
    yield CheckResult("ok", f"{what}; `originals audit export` and `verify` check each event")


def keys(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether others than the owner can read the secrets."""
    directory = deployment.settings.keys_directory
    loose = [file for file in sorted(directory.glob("*")) if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077]
    for file in loose:
        yield CheckResult("bad", f"{file} can be read by others than its owner; chmod 600")
    if not loose:
        yield CheckResult("ok", f"what is in {directory} can be read by its owner alone")
