"""Whom the operator vouches for: certificates to which a signer's, or a time-stamping authority's, has to lead."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

MOST_BYTES: Final = 1024 * 1024


class AnchorsError(Exception):
    """What is no list of certificates. The text is one line."""


def anchors_of(file: Path) -> list[x509.Certificate]:
    """Read the operator's list, certificates (PEM) one after another. Raises AnchorsError."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise AnchorsError(f"{file}: {error.strerror or error}") from None
    if len(content) > MOST_BYTES:
        raise AnchorsError(f"{file} is over {MOST_BYTES} bytes")
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        raise AnchorsError(f"{file} has no certificates (PEM) of those who are vouched for") from None


def as_pem(anchors: list[x509.Certificate]) -> str:
    """The certificates and nothing beside them."""
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in anchors)
