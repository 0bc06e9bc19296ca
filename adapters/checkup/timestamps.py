"""Whether the time-stamping authority that is set dates the log (rule G4). Nobody is asked: what the server noted is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.checkup.result import CheckResult
from adapters.timestamps.authority import AuthorityError, authority_of
from adapters.wiring.deployment import Deployment
from adapters.wording.instants import instant_of


def timestamps(deployment: Deployment) -> Iterator[CheckResult]:
    """The authority that is set; nothing where none is."""
    file = deployment.settings.timestamp_authority
    if file is None:
        return
    try:
        authority = authority_of(Path(file))
    except AuthorityError as why:
        yield CheckResult("bad", str(why))
        return
    if not deployment.evidence_begun:
        yield CheckResult("warn", "nothing was signed yet, so nothing was dated")
        return
    size, at = deployment.attestations.last_of_authority(authority.digest)
    last = f"the last token is over {size} events, of {instant_of(at)}" if size else "there is no token yet"
    contact = deployment.attestations.contact(authority.digest)
    if contact is None:
        yield CheckResult("warn", f"{authority.subject} was not asked yet: a running server does, or `originals audit timestamp`")
    elif contact.state == "attests":
        yield CheckResult("ok", f"{authority.subject}: {last}")
    else:
        yield CheckResult("warn", f"{authority.subject} gives no token since {contact.failing_since}: {contact.why}; {last}")
