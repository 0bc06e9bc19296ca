"""Verifies a token over a checkpoint, offline, by the certificates of its authority; and asks an authority for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography import x509
from msgspec import Struct

from adapters.evidence.attestation import AttestedCheckpoint
from adapters.evidence.checkpoint import NoteError, checkpoint_from_text, from_base64, parted
from adapters.evidence.reading import Tampered, printable
from adapters.system.exchange import ServiceReply, Unanswered, post
from adapters.timestamps.authority import Authority, AuthorityError, authority_with, roots_and_others
from adapters.wording.instants import instant

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

QUERY: Final = "application/timestamp-query"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


class AuthorityRefuses(Exception):
    """The authority answers, and what it answers is no token of this: why, in words that go on after its name."""


class Dated(Struct, frozen=True):
    """That so many first events existed at an instant, as an authority says."""

    size: int
    at: datetime
    authority: Authority

    @property
    def words(self) -> str:
        """That in words, with the authority named."""
        return printable(f"the first {self.size} events existed at {instant(self.at)}, says {self.authority.subject}")


def dates_in(checkpoints: Iterable[AttestedCheckpoint], certificates: Iterable[bytes], given: Authority | None = None) -> Iterator[Dated]:
    """What the tokens over some checkpoints say, by the certificates that came along; where an authority is given, its tokens alone.

    Raises Tampered: a token is broken, of another digest, or of an authority whose certificate is not there.
    """
    pool = list(certificates)
    for checkpoint in checkpoints:
        text = parted(checkpoint.checkpoint)[0]
        size = checkpoint_from_text(text).size
        for one in checkpoint.timestamps or ():
            if given is not None and one.authority != given.digest:
                continue
            try:
                authority = given or authority_with(pool, digest=one.authority)
                yield Dated(size, dated(from_base64(one.token), text, authority), authority)
            except (AuthorityError, NoteError, Tampered) as why:
                raise Tampered(f"the token over the checkpoint of {size} events: {why}") from None


def dated(token: bytes, text: str, authority: Authority) -> datetime:
    """The instant in a token over a checkpoint's text. Raises Tampered: it is broken, of another digest or of another authority."""
    try:
        reply = read_token(token)
        imprint = reply.tst_info.message_imprint
        if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != sha256(text.encode()).digest():
            raise Tampered("it is of another digest: what it dates is not this checkpoint")
        _verify(reply, text, authority)
        return reply.tst_info.gen_time.astimezone(UTC)
    except ValueError as error:
        raise Tampered(f"it is broken: {_short(error)}") from None


def read_token(token: bytes) -> TimeStampResponse:
    """A token as the library reads it, which wants the reply around it. Raises ValueError."""
    from rfc3161_client import decode_timestamp_response

    return decode_timestamp_response(_sequence(b"\x30\x03\x02\x01\x00" + token))


def _verify(reply: TimeStampResponse, text: str, authority: Authority) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    roots, others = roots_and_others(authority.certificates)
    own = x509.load_der_x509_certificate(authority.certificates[0])
    try:
        VerifierBuilder(tsa_certificate=own, intermediates=others, roots=roots).build().verify_message(reply, text.encode())
    except VerificationError as error:
        raise Tampered(f"it is broken, or not of {authority.subject}: {_short(error)}") from None


def asked(authority: Authority, text: str, send: Callable[[str, str, bytes], ServiceReply] = post) -> tuple[bytes, datetime]:
    """A new token over a checkpoint's text, without certificates, and its instant. Raises AuthorityRefuses, Unanswered."""
    from rfc3161_client import HashAlgorithm, PKIStatus, TimestampRequestBuilder, decode_timestamp_response

    query = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=False).build()
    answer = send(authority.url or "", QUERY, query.as_bytes())
    if answer.status != 200:
        raise Unanswered(f"answered {answer.status}")
    try:
        reply = decode_timestamp_response(answer.body)
        if PKIStatus(reply.status) != PKIStatus.GRANTED:
            raise AuthorityRefuses(f"gives no token ({PKIStatus(reply.status).name.lower()} {' '.join(reply.status_string)})")
        if reply.tst_info.nonce != query.nonce:
            raise AuthorityRefuses("answered another question: the token has another nonce")
        token = reply.time_stamp_token()
        return token, dated(token, text, authority)
    except (ValueError, Tampered) as why:
        raise AuthorityRefuses(f"answered what is no token over this checkpoint: {_short(why)}") from None


def certificates_of(url: str, text: str, send: Callable[[str, str, bytes], ServiceReply] = post) -> Authority:
    """The authority at an address, by the certificates that it sends along. Raises AuthorityError, Unanswered."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

    query = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = send(url, QUERY, query.as_bytes())
    try:
        return authority_with(decode_timestamp_response(answer.body).signed_data.certificates, url)
    except (ValueError, AuthorityError) as why:
        more = "name a file with its address and its certificates instead"
        raise AuthorityError(f"what {url} answers tells not by which certificates it is verified ({_short(why)}); {more}") from None


def _sequence(content: bytes) -> bytes:
    """Bytes as a DER SEQUENCE."""
    if len(content) < 0x80:
        return bytes([0x30, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([0x30, 0x80 | len(length)]) + length + content


def _short(error: Exception) -> str:
    return printable(" ".join(str(error).split()), 160)
