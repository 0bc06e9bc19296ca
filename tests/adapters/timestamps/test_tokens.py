"""Tokens of time over checkpoints, of an authority that others wrote, and each way in which one is none (rule G4)."""

from __future__ import annotations

import logging
import time
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.evidence.attestation_tables import SqlAttestations
from adapters.evidence.checkpoint import Checkpoint, Signer, parted
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.keeper import Keeper
from adapters.evidence.keyfile import signer_in
from adapters.evidence.last_signed import LastSigned
from adapters.evidence.reading import Tampered
from adapters.system.exchange import ServiceReply, Unanswered
from adapters.timestamps.authority import Authority, AuthorityError, authority_of
from adapters.timestamps.keeping import AGAIN, Timestamping
from adapters.timestamps.tokens import AuthorityRefuses, asked, certificates_of, dated
from tests.adapters.evidence.store import MONDAY, MemoryLog, event_id, sqlite, state, tree_in
from tests.adapters.timestamps.openssl_authority import OpensslAuthority

pytestmark = pytest.mark.rule("G4")

LOG = Signer("log.example", Ed25519PrivateKey.generate())
NOTE = LOG.sign(Checkpoint("log.example", 5, bytes(32)).text)
TEXT = parted(NOTE)[0]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def authority(place: OpensslAuthority) -> Authority:
    return authority_of(place.file)


@pytest.fixture(scope="module")
def token(place: OpensslAuthority, authority: Authority) -> bytes:
    return asked(authority, TEXT, place.send)[0]


def test_a_token_without_certificates_is_verified_by_those_that_are_known(
    place: OpensslAuthority, authority: Authority, token: bytes
) -> None:
    assert authority.subject == "CN=Time Authority"
    assert len(token) < 700
    assert place.verifies(token, NOTE)
    assert dated(token, TEXT, authority).year >= 2026


def test_a_token_of_another_checkpoint_another_authority_or_in_pieces_is_named(authority: Authority, token: bytes, tmp_path: Path) -> None:
    def said(some: bytes, text: str = TEXT, by: Authority = authority) -> str:
        with pytest.raises(Tampered) as found:
            dated(some, text, by)
        return found.value.line

    assert said(token, TEXT.replace("\n5\n", "\n6\n")) == "it is of another digest: what it dates is not this checkpoint"
    other = authority_of(OpensslAuthority(tmp_path, "Another Authority", "rsa").file)
    assert said(token, by=other).startswith("it is broken, or not of CN=Another Authority: ")
    signed = bytearray(token)
    signed[-4] ^= 1
    assert said(bytes(signed)).startswith("it is broken")
    for damaged in (b"", b"no token", token[:-1], token + b"\0"):
        assert said(damaged).startswith("it is broken")


def test_what_an_authority_may_not_answer(authority: Authority, token: bytes) -> None:
    def refused(answer: bytes, status: int = 200) -> str:
        with pytest.raises((AuthorityRefuses, Unanswered)) as found:
            asked(authority, TEXT, lambda *_: ServiceReply(status, answer))
        return str(found.value)

    assert refused(b"", 503) == "answered 503"
    assert refused(b"no token").startswith("answered what is no token over this checkpoint: ")
    assert refused(bytes.fromhex("30053003020102")).startswith(("gives no token (rejection", "answered what is no token"))
    whole = b"\x30\x82" + (len(token) + 5).to_bytes(2, "big") + bytes.fromhex("3003020100") + token
    assert refused(whole) == "answered another question: the token has another nonce"


def test_an_authority_is_known_by_a_file_or_by_what_it_sends_along(place: OpensslAuthority, authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match=r"tells not by which certificates it is verified .the certificates do not lead up to a root"):
        certificates_of(place.url, TEXT, place.send)
    for content, why in (
        ("http://time.example\n", "has no certificates"),
        ((place.folder / "root.pem").read_text(), "no certificate is for time stamps"),
        ((place.folder / "time.pem").read_text(), "do not lead up to a root"),
    ):
        (tmp_path / "file").write_text(content)
        with pytest.raises(AuthorityError, match=why):
            authority_of(tmp_path / "file")
    with pytest.raises(AuthorityError, match="No such file"):
        authority_of(tmp_path / "nothing")


def test_checkpoints_by_the_clock_are_dated_once_an_interval_and_certificates_are_kept_once(
    place: OpensslAuthority, authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log, signer, tree = MemoryLog([state(0)]), signer_in(tmp_path), tree_in(tmp_path)
    kept = SqlAttestations(sqlite(tmp_path))
    evidence = TamperEvidence(log, tree, signer, lambda: MONDAY, LastSigned(tmp_path, signer.public), kept)
    now, away = [time.time()], [True]

    def send(url: str, content_type: str, body: bytes) -> ServiceReply:
        if away[0]:
            raise Unanswered("does not answer")
        return place.send(url, content_type, body)

    dating = Timestamping(authority, lambda: evidence, lambda: kept, 3600, lambda: now[0], send)
    keeper = Keeper(lambda: evidence, 1, lambda: now[0])
    dating.look()
    keeper.look()
    with caplog.at_level(logging.WARNING):
        dating.look()
        dating.look()
    assert caplog.text.count("does not answer") == 1
    failing = kept.contact(authority.digest)
    assert failing is not None
    assert (failing.state, failing.why) == ("silent", "does not answer")
    away[0] = False
    now[0] += AGAIN
    dating.look()
    dating.look()
    assert [one.size for one in kept.tokens(1)] == [1]
    log.append(state(1))
    for passed, sizes in ((10, []), (3600, [2])):
        now[0] += passed
        keeper.look()
        dating.look()
        assert [one.size for one in kept.tokens(2)] == sizes
    receipt = evidence.receipt(event_id(0))
    assert (receipt.size, len(receipt.timestamps or ()), len(receipt.authorities or ())) == (1, 1, 2)
    assert sha256(authority.certificates[0]).hexdigest() == authority.digest
    assert len(kept.certificates([authority.digest])) == 2
