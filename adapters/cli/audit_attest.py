"""`originals audit witness` and `audit timestamp`: what others than the operator say of the log (rule G4)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TextIO

from adapters.cli.errors import CommandError
from adapters.evidence.checkpoint import parted
from adapters.evidence.reading import Tampered, printable
from adapters.system.exchange import Unanswered
from adapters.timestamps.authority import AuthorityError, authority_of
from adapters.timestamps.keeping import Timestamping
from adapters.timestamps.tokens import AuthorityRefuses, Dated, certificates_of
from adapters.wiring.deployment import Deployment
from adapters.witnesses.judging import judged
from adapters.witnesses.policy import PolicyError, policy_of
from adapters.witnesses.submitting import Witnessing


def witness(deployment: Deployment, policy_file: Path | None, out: TextIO, err: TextIO) -> int:
    """Sign the log as it is now and ask each witness. 0 where the policy is met, 1 where it is not or one refuses. Raises CommandError."""
    witnessing = _witnessing(deployment, policy_file)
    evidence, policy = deployment.evidence, witnessing.policy
    if not policy.knows(evidence.public_key):
        print(f"the policy is about another log, not about {evidence.public_key.text}", file=err)
        return 1
    note = evidence.checkpoint()
    outcomes = witnessing.ask(note)
    for one in outcomes:
        print(printable(f"{one.witness}: {one.words}"), file=out if one.state == "cosigned" else err)
    try:
        judged(policy, evidence.public_key, [evidence.attested_checkpoint()], time.time())
    except Tampered as short:
        print(short.line, file=err)
        return 1
    return 1 if any(one.state == "refused" for one in outcomes) else 0


def _witnessing(deployment: Deployment, policy_file: Path | None) -> Witnessing:
    try:
        if policy_file is None:
            witnessing = deployment.witnessing
        else:
            witnessing = Witnessing(policy_of(policy_file), lambda: deployment.evidence, lambda: deployment.attestations)
    except PolicyError as why:
        raise CommandError(str(why)) from None
    if witnessing is None:
        raise CommandError("name a policy of witnesses: --policy FILE, or ORIGINALS_WITNESS_POLICY")
    if not witnessing.asked and witnessing.policy.witnesses:
        raise CommandError("no witness of the policy has an address, so nobody can be asked")
    return witnessing


def timestamp(deployment: Deployment, authority: str | None, out: TextIO, err: TextIO) -> int:
    """Sign the log as it is now and have it dated. 0 where a token was given, 1 where not. Raises CommandError."""
    note = deployment.evidence.checkpoint()
    try:
        timestamping = _timestamping(deployment, authority, note)
        kept, at = timestamping.ask(note)
    except AuthorityError as why:
        raise CommandError(str(why)) from None
    except (AuthorityRefuses, Unanswered) as why:
        print(printable(f"the time-stamping authority {why}"), file=err)
        return 1
    print(Dated(kept.size, at, timestamping.authority).words, file=out)
    return 0


def _timestamping(deployment: Deployment, authority: str | None, note: str) -> Timestamping:
    """The one that is named, by its file or its address, or else the one that is set. Raises AuthorityError, CommandError, Unanswered."""
    if authority is None:
        if deployment.timestamping is None:
            raise CommandError("name a time-stamping authority: --authority URL|FILE, or ORIGINALS_TIMESTAMP_AUTHORITY")
        return deployment.timestamping
    address = authority.startswith(("http://", "https://"))
    known = certificates_of(authority, parted(note)[0]) if address else authority_of(Path(authority))
    if known.url is None:
        raise CommandError(f"{authority} names no address (a line that begins with http:// or https://) at which the authority is asked")
    return Timestamping(known, lambda: deployment.evidence, lambda: deployment.attestations)
