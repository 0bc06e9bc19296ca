"""The log and what hangs on it: readable events, what is due, the views, the tamper evidence, the keys."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from adapters.checkup.result import CheckResult
from adapters.evidence.checkpoint import NoteError
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.reading import Tampered
from adapters.vault.contract import KINDS
from adapters.wiring.deployment import Deployment, has_beside
from adapters.wording.instants import instant
from application.shadow import SHADOW, running

BATCH = 5000
NAMED_HERE = 5
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
    """How far each view is, which cannot go on, and which were folded from another history than the log's; those stay as they are."""
    head, views = deployment.stores.store.log_head(), deployment.views
    if not has_beside(deployment.settings, "views"):
        yield CheckResult("warn", "there are no views yet: they are made at the next start of a server")
        return
    strangers = views.strangers()
    if strangers:
        named = f"{len(strangers)} views, such as {strangers[0]}, were folded from another history than the log's"
        yield CheckResult("bad", f"{named}; a server builds them anew when it starts")
        return
    views.prepare()
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
    """Whether each event is the one that was numbered, and the log continues what was signed, by the tree and by the key's memory.

    Nothing is signed by asking.
    """
    if not deployment.evidence_begun:
        yield CheckResult("warn", "nothing was signed yet: a running server does, or `originals audit checkpoint`")
        return
    try:
        yield from _continued(deployment.evidence)
    except Tampered as found:
        yield CheckResult("bad", found.line)
    except NoteError as why:
        yield CheckResult("bad", str(why))


def shadow(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether a draft that runs beside the rules follows the log, and of which cases it can tell nothing."""
    one = running(deployment.stores.store.load(SHADOW))
    if one is None:
        yield CheckResult("ok", "no draft runs beside the rules")
        return
    standing = deployment.shadow.standing(one)
    what = f"{one.rulebook.title} runs beside the rules"
    if standing.behind > FEW or standing.stale > FEW:
        yield CheckResult("warn", f"{what}, {standing.behind} positions behind, {standing.stale} cases to tell: no server follows it")
    else:
        yield CheckResult("ok", f"{what}, {standing.behind} positions behind")
    if standing.untold:
        yield CheckResult("warn", f"{what}, and can tell nothing of {standing.untold} cases: `originals replay` names what is wrong")


def _continued(evidence: TamperEvidence) -> Iterator[CheckResult]:
    behind = evidence.behind()
    if behind < 0:
        gone = f"the log ends {-behind} positions before the last event in the tree"
        yield CheckResult("bad", f"{gone}: events were removed; export and verify name the first")
        return
    size, signed = evidence.verify_signed(), evidence.signed_size()
    evidence.check_events()
    if behind > FEW:
        late = f"{behind} positions of the log were not in the tree yet and could be changed unseen"
        yield CheckResult("warn", f"{late}; a running server keeps up")
    if not evidence.signs:
        yield CheckResult("warn", f"the signing key is not here: nothing after the first {signed} events is signed or exported")
    yield CheckResult("ok", f"each of {size} events is the one that was numbered; the log continues what was signed, {signed} of them")


def webhooks(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether what is queued for members is of the log's history."""
    if not has_beside(deployment.settings, "webhooks"):
        return
    if deployment.webhooks.of_another_history():
        yield CheckResult("bad", "the queue of webhooks is of another history than the log's; a server begins it anew when it starts")
    else:
        yield CheckResult("ok", "the queue of webhooks is of the log's history")


def permissions(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether others than the owner can read the secrets, the databases or the pictures."""
    settings = deployment.settings
    there = [*settings.keys_directory.glob("*"), settings.forgotten_file, *(settings.vault_directory / kind for kind in sorted(KINDS))]
    if not settings.on_postgres:
        there += Path(settings.store).glob("*.sqlite*")
    loose = [path for path in sorted(there) if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in loose[:NAMED_HERE]:
        yield CheckResult("bad", f"{path} can be read by others than its owner; chmod go= {path}")
    if len(loose) > NAMED_HERE:
        yield CheckResult("bad", f"{len(loose) - NAMED_HERE} more can be read by others than their owner")
    if not loose:
        yield CheckResult("ok", "keys, databases and pictures can be read by their owner alone")
