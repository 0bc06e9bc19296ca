"""A time-stamping authority: where it is asked, and the certificates by which its tokens are verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from msgspec import Struct

MOST_BYTES: Final = 256 * 1024


class AuthorityError(Exception):
    """What names no authority that could be believed. The text is one line."""


class Authority(Struct, frozen=True):
    """Its certificates in DER, its own first, those above it after, up to a root; `url` is where it is asked, if that is said."""

    certificates: tuple[bytes, ...]
    url: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of its own certificate, hexadecimal: its name wherever tokens are kept."""
        return sha256(self.certificates[0]).hexdigest()

    @property
    def subject(self) -> str:
        """Its name, as its certificate says it."""
        return x509.load_der_x509_certificate(self.certificates[0]).subject.rfc4514_string()


def authority_of(file: Path) -> Authority:
    """Read a file with the authority's address on a line of its own (if it is to be asked) and its certificates (PEM), up to a root.

    Raises AuthorityError.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        lines = content.decode().split("\n")
        certificates = [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(content)]
    except OSError as error:
        raise AuthorityError(f"{file}: {error.strerror or error}") from None
    except ValueError:
        raise AuthorityError(f"{file} has no certificates (PEM) of a time-stamping authority") from None
    url = next((line.strip() for line in lines if line.startswith(("http://", "https://"))), None)
    try:
        return authority_with(certificates, url)
    except AuthorityError as why:
        raise AuthorityError(f"{file}: {why}") from None


def authority_with(certificates: Iterable[bytes], url: str | None = None, digest: str | None = None) -> Authority:
    """The authority with these certificates: its own is the one of that digest, or else the one that is for time stamps.

    Raises AuthorityError where there is none, or none above it is a root.
    """
    pool = list(dict.fromkeys(certificates))
    try:
        own = [one for one in pool if (sha256(one).hexdigest() == digest if digest else is_for_time(one))]
        roots = [one for one in pool if is_root(one)]
    except ValueError:
        raise AuthorityError("one of the certificates cannot be read") from None
    if not own:
        raise AuthorityError("none of the certificates is that of the authority" if digest else "no certificate is for time stamps")
    if not roots:
        raise AuthorityError("the certificates do not lead up to a root")
    return Authority((own[0], *(one for one in pool if one != own[0])), url)


def is_root(certificate: bytes) -> bool:
    """Whether a certificate is issued by itself."""
    read = x509.load_der_x509_certificate(certificate)
    return read.subject == read.issuer


def is_for_time(certificate: bytes) -> bool:
    """Whether a certificate is for time stamps, and says that this is critical (RFC 3161, 2.3)."""
    try:
        usage = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return usage.critical and ExtendedKeyUsageOID.TIME_STAMPING in usage.value


def roots_and_others(certificates: Sequence[bytes]) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """The certificates above the authority's own: the roots, and those in between."""
    roots = [x509.load_der_x509_certificate(one) for one in certificates if is_root(one)]
    return roots, [x509.load_der_x509_certificate(one) for one in certificates[1:] if not is_root(one)]
