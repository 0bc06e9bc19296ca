"""What the content credentials of a picture say, and what was found of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from application.patience import ENDLESS, Patience

CredentialsState = Literal["none", "elsewhere", "not_read", "unreadable", "altered", "invalid", "expired", "untrusted", "trusted"]
"""`none`: it carries none. `elsewhere`: it names an address where they are, which nobody asks. `not_read`: the reader is not
installed. `unreadable`, `altered`, `invalid`, `expired`: signed words that prove nothing. `untrusted` and `trusted`: they are as
they were signed, by somebody whom the operator's list does not lead to, or does."""


class SignersCertificate(Struct, frozen=True):
    """Whom a certificate names, by whom it was issued, and from when until when it is good."""

    name: str
    issuer: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None


class SigningTime(Struct, frozen=True):
    """When it was signed, and who says so.

    `by` is `authority` where a time-stamping authority's token holds over the signature, and `vouched` then tells whether the
    operator's list leads to that authority; `signer` where nothing but the signed words name a time.
    """

    at: datetime
    by: Literal["authority", "signer"]
    authority: SignersCertificate | None = None
    vouched: bool = False


class CredentialsAction(Struct, frozen=True):
    """What was done to the picture, as the signer says: a word of the specification (`c2pa.created`), when, from what source."""

    action: str
    at: datetime | None = None
    source: str | None = None


class CredentialsIngredient(Struct, frozen=True):
    """A picture that this one was made of, as the signer says; `signer` where it brought credentials of its own.

    `failures` are the codes of what does not hold of those: they speak against the ingredient, not against who signed this picture.
    """

    title: str
    relation: str
    signer: str | None = None
    failures: tuple[str, ...] = ()


class ContentCredentials(Struct, frozen=True):
    """What one reading told. Texts are the signer's, cut short; nothing of them is true because it is signed.

    `failures` are the specification's codes of what did not hold of its own credentials; `left_out` counts actions and ingredients
    beyond those named.
    """

    state: CredentialsState
    signer: SignersCertificate | None = None
    time: SigningTime | None = None
    made_with: str | None = None
    title: str | None = None
    actions: tuple[CredentialsAction, ...] = ()
    ingredients: tuple[CredentialsIngredient, ...] = ()
    left_out: int = 0
    failures: tuple[str, ...] = ()
    address: str | None = None
    reader: str | None = None


class CredentialsReader(Protocol):
    """Reads content credentials of hostile bytes: bounded memory and processor time, no network, never raises on what a file holds."""

    def read_credentials(self, content: bytes, patience: Patience = ENDLESS) -> ContentCredentials:
        """What the credentials of a JPEG or PNG say as of now. Raises TooBusy where patience ends first."""
        ...
