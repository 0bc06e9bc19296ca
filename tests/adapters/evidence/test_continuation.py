"""That a later log begins with an earlier one, shown with two checkpoints and the proof between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.evidence.checkpoint import NoteError
from adapters.evidence.continuation import verify_continuation
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keyfile import KEY_FILE
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.trust import Trust
from tests.adapters.evidence.store import MemoryLog, evidence_in, state

pytestmark = pytest.mark.rule("G4")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog([state(number) for number in range(12)])


@pytest.fixture
def evidence(tmp_path: Path, log: MemoryLog) -> TamperEvidence:
    return evidence_in(tmp_path, log)


def forgetful(folder: Path, name: str, log: MemoryLog) -> TamperEvidence:
    """The same key over a log, without a tree and without what it signed last."""
    (folder / name).mkdir()
    (folder / name / KEY_FILE).write_bytes((folder / KEY_FILE).read_bytes())
    return evidence_in(folder / name, log)


@pytest.mark.parametrize("more", [0, 1, 4, 300])
def test_a_grown_log_continues_what_was_signed(evidence: TamperEvidence, log: MemoryLog, more: int) -> None:
    earlier = evidence.checkpoint()
    for number in range(12, 12 + more):
        log.append(state(number))
    verified = verify_continuation(evidence.continuation(earlier).as_json(), Trust(checkpoint=earlier))
    assert (verified.earlier.size, verified.later.size) == (12, 12 + more)
    assert verified.later.root == evidence.root(12 + more)
    assert verified.key.text == evidence.public_key_text()


def test_a_log_that_was_changed_before_it_grew_continues_nothing(tmp_path: Path, log: MemoryLog) -> None:
    earlier = evidence_in(tmp_path, log).checkpoint()
    log.change(3, state(3, "something else"))
    changed = forgetful(tmp_path, "changed", log)
    with pytest.raises(Tampered, match="not a continuation of the checkpoint of size 12"):
        changed.continuation(earlier)
    assert changed.signed_size() == 0
    del log.rows[-1]
    with pytest.raises(Tampered, match="something was removed"):
        forgetful(tmp_path, "cut", log).continuation(earlier)


def test_a_checkpoint_of_another_log_is_refused(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(NoteError, match="not signed by this key"):
        evidence.continuation(evidence_in(other, log).checkpoint())


def grown(evidence: TamperEvidence, log: MemoryLog) -> dict[str, Any]:
    """A continuation from 12 events to 15, as its members."""
    earlier = evidence.checkpoint()
    for number in range(12, 15):
        log.append(state(number))
    found: dict[str, Any] = msgspec.json.decode(evidence.continuation(earlier).as_json())
    return found


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda one: one | {"proof": one["proof"][:-1]}, "does not begin with the one of 12"),
        (lambda one: one | {"proof": [*one["proof"], one["proof"][0]]}, "does not begin with the one of 12"),
        (lambda one: one | {"proof": [one["proof"][1], *one["proof"][1:]]}, "does not begin with the one of 12"),
        (lambda one: one | {"proof": ["?"]}, "not base64"),
        (lambda one: one | {"earlier": one["later"], "later": one["earlier"]}, "does not begin with the one of 15"),
        (lambda one: one | {"later": one["later"].replace("15", "16", 1)}, "the signature is not this key's"),
        (lambda one: one | {"version": 2}, "not of the format"),
        (lambda one: one | {"more": 1}, "cannot be read"),
        (lambda one: one | {"proof": ["AA=="] * 200}, "cannot be read"),
        (lambda one: one | {"key": "nobody"}, "the public key"),
    ],
)
def test_what_was_changed_is_found(
    evidence: TamperEvidence, log: MemoryLog, change: Callable[[dict[str, Any]], dict[str, Any]], why: str
) -> None:
    one = grown(evidence, log)
    assert verify_continuation(msgspec.json.encode(one), Trust()).later.size == 15
    with pytest.raises(Tampered, match=why):
        verify_continuation(msgspec.json.encode(change(one)), Trust())


def test_a_given_checkpoint_has_to_be_one_of_the_two(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    content = msgspec.json.encode(grown(evidence, log))
    assert verify_continuation(content, Trust(checkpoint=evidence.checkpoint())).later.size == 15
    log.append(state(15))
    with pytest.raises(NotAnExport, match="leads from 12 events to 15; the given checkpoint has 16"):
        verify_continuation(content, Trust(checkpoint=evidence.checkpoint()))
    forked = forgetful(tmp_path, "fork", MemoryLog([state(number + 100) for number in range(12)])).checkpoint()
    with pytest.raises(Tampered, match="the history is forked"):
        verify_continuation(content, Trust(checkpoint=forked))
