"""Whether the witnesses of the policy that is set keep up with the log (rule G4). Nobody is asked: what the server noted is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.checkup.result import CheckResult
from adapters.wiring.deployment import Deployment
from adapters.witnesses.policy import PolicyError, Witness, policy_of
from adapters.wording.instants import instant_of


def witnesses(deployment: Deployment) -> Iterator[CheckResult]:
    """Each witness that a policy is set for; nothing where none is."""
    file = deployment.settings.witness_policy
    if file is None:
        return
    try:
        policy = policy_of(Path(file))
    except PolicyError as why:
        yield CheckResult("bad", str(why))
        return
    if not deployment.evidence_begun:
        yield CheckResult("warn", "nothing was signed yet, so nothing was witnessed")
        return
    if not policy.knows(deployment.evidence.public_key):
        yield CheckResult("bad", f"the policy {file} is about another log")
    for witness in policy.witnesses.values():
        yield _witness(deployment, witness)
    if not policy.met(frozenset(one.name for one in policy.witnesses.values() if one.url)):
        yield CheckResult("warn", f"{policy.wanted()}: too few of them have an address in the policy, so nobody here can meet it")


def _witness(deployment: Deployment, witness: Witness) -> CheckResult:
    if witness.url is None:
        return CheckResult("ok", f"{witness.name} has no address in the policy and is not asked")
    size, at = deployment.attestations.last_of_witness(witness.key.text)
    saw = f"saw the first {size} events at {instant_of(at)}" if size else "has seen nothing yet"
    contact = deployment.attestations.contact(witness.key.text)
    match contact and contact.state:
        case "refused":
            assert contact is not None
            return CheckResult("bad", f"{witness.name} refuses since {contact.failing_since}: {contact.why}; it {saw}")
        case "silent":
            assert contact is not None
            return CheckResult("warn", f"{witness.name} does not cosign since {contact.failing_since}: {contact.why}; it {saw}")
        case None:
            return CheckResult("warn", f"{witness.name} was not asked yet: a running server does, or `originals audit witness`")
        case _:
            return CheckResult("ok", f"{witness.name} {saw}")
