"""A policy is read as C2SP tlog-policy writes it, and whatever it should not say is refused with its line."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.evidence.checkpoint import Signer
from adapters.witnesses.policy import PolicyError, policy_from_bytes
from tests.adapters.witnesses.signing import BOTH_KINDS, Pen

pytestmark = pytest.mark.rule("G4")

PENS = {name: Pen(f"{name}.example", BOTH_KINDS[number % 2]) for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3"))}
LOG = Signer("example.com/log", Ed25519PrivateKey.generate()).public
WITNESSES = "\n".join(f"witness {name} {pen.key.text} http://{name.lower()}.example" for name, pen in PENS.items())
EXAMPLE = f"""log {LOG.text}

 # the example of the specification, with keys
{WITNESSES}
group X-witnesses 2 X1 X2 X3
group\tY-witnesses any  Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification_asks_for_two_of_one_group_and_one_of_the_other() -> None:
    policy = policy_from_bytes(EXAMPLE.encode())
    enough = [{"X1", "X2", "Y1"}, {"X2", "X3", "Y3"}, {"X1", "X2", "X3", "Y1", "Y2", "Y3"}]
    short = [set[str](), {"X1", "X2", "X3"}, {"X1", "Y1", "Y2", "Y3"}, {"X1", "Y1"}]
    assert [policy.met(frozenset(seen)) for seen in enough] == [True] * 3
    assert [policy.met(frozenset(seen)) for seen in short] == [False] * 4
    assert policy.knows(LOG)
    assert not policy.knows(Signer("example.com/log", Ed25519PrivateKey.generate()).public)
    assert policy.witnesses["Y2"].url == "http://y2.example"


def test_a_quorum_may_be_one_witness_or_nobody_and_logs_may_be_known_from_elsewhere() -> None:
    one = policy_from_bytes(f"{WITNESSES}\nquorum X2".encode())
    assert (one.met(frozenset({"X2"})), one.met(frozenset({"X1", "X3"})), one.knows(LOG)) == (True, False, True)
    assert policy_from_bytes(b"quorum none\n").met(frozenset())


def test_a_name_is_bytes() -> None:
    pens = PENS["X1"], PENS["X2"]
    text = f"witness K {pens[0].key.text}\n".encode() + b"witness \xff\xfe " + f"{pens[1].key.text}\nquorum ".encode() + b"\xff\xfe\n"
    policy = policy_from_bytes(text + b"# the sign of Kelvin, K, is another name\n")
    assert len(policy.witnesses) == 2
    assert not policy.met(frozenset({"K"}))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("group Z 3 X1 X2\nquorum Z", "line 8 of the policy: no one can meet it: 3 of 2 members"),
        ("group Z 0 X1 X2\nquorum Z", "'0' is none of all, any and a number"),
        ("group Z all\nquorum Z", "too few or too many words for a group"),
        ("group Z all X1 none\nquorum Z", "none is defined on no line before"),
        ("group Z all Later\ngroup Later any X1\nquorum Z", "Later is defined on no line before"),
        ("group Z all X1 X2\ngroup W any X1 X3\nquorum W", "X1 is a member twice"),
        ("group X1 any X2\nquorum X1", "the name X1 is taken"),
        ("group none any X2\nquorum none", "the name none is taken"),
        (f"witness Z {PENS['X1'].key.text}\nquorum Z", "a witness with this key is there already"),
        (f"witness Z {LOG.text}\nquorum Z", "not the key of a witness"),
        (f"log {LOG.text}\nlog {LOG.text}\nquorum none", "a log with this key is there already"),
        (f"witness Z {PENS['X1'].key.text.replace('X1', 'X9')}\nquorum Z", "the public key does not belong to its name and id"),
        ("quorum X1\nquorum X2", "there is a quorum already"),
        ("quorum Z", "Z is defined on no line before"),
        ("witnesses X1", "'witnesses' is none of log, witness, group and quorum"),
        ("group Z any X1", "the policy has no quorum"),
        ("quorum X1\r", "the policy has control characters"),
    ],
    ids=map(str, range(17)),  # keys are drawn: a name made of them would be another in each process
)
def test_what_a_policy_may_not_say(line: str, why: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_from_bytes(f"# such a policy\n{WITNESSES}\n{line}\n".encode())
    assert why in str(refused.value)
