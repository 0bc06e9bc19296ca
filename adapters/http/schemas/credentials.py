"""What the desk sees of a picture's content credentials (C2PA)."""

from __future__ import annotations

from typing import get_args

from marshmallow import fields

from adapters.credentials.content import CredentialsState
from adapters.http.schemas.fields import Shown, choice, each, flag, instant, many, whole, word


class SignersCertificate(Shown):
    """Whom a certificate names, and by whom it was issued."""

    name = word("Lin Studio camera, Lin Studio")
    issuer = word("Example Root, Example")
    valid_from = instant(allow_none=True)
    valid_until = instant(allow_none=True)


class SigningTime(Shown):
    """When it was signed, and who says so."""

    at = instant()
    by = choice("authority", "signer", meaning="A time-stamping authority's token holds over the signature, or the signer alone says so.")
    authority = fields.Nested(SignersCertificate, allow_none=True, required=True)
    vouched = flag(meaning="Whether the operator's list leads to the authority.")


class CredentialsAction(Shown):
    """What was done to the picture, as the signer says."""

    action = word("c2pa.created")
    at = instant(allow_none=True)
    source = word("digitalCapture", allow_none=True)


class CredentialsIngredient(Shown):
    """A picture that this one was made of, as the signer says."""

    title = word("the raw shot")
    relation = word("parentOf")
    signer = word("Lin Studio camera", "Whom its own credentials name as their signer.", allow_none=True)
    failures = many(
        word("ingredient.manifest.mismatch"), meaning="Codes of what does not hold of its credentials, which are not the picture's."
    )


class ContentCredentials(Shown):
    """What a picture's content credentials say as of now. They decide nothing by themselves, and what they say is the signer's word."""

    digest = word("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "SHA-256 of the kept original that was read.")
    received_at = instant(meaning="When the picture was put on record here; null for a listing's.", allow_none=True)
    state = choice(*get_args(CredentialsState), example="untrusted")
    means = word("Signed by a party nobody here vouches for.", "What that proves, and what not.")
    signer = fields.Nested(SignersCertificate, allow_none=True, required=True)
    signed_at = fields.Nested(SigningTime, allow_none=True, required=True)
    made_with = word("Example camera 1.0", allow_none=True)
    title = word("coat.jpg", allow_none=True)
    actions = each(CredentialsAction)
    ingredients = each(CredentialsIngredient)
    left_out = whole(meaning="Actions and ingredients beyond those that are named.", example=0)
    failures = many(word("assertion.dataHash.mismatch"), meaning="The specification's codes of what did not hold of the picture's own.")
    address = word("https://credentials.example/1.c2pa", "Where they are said to be, of `elsewhere`; nobody asks there.", allow_none=True)
    reader = word("c2pa-rs 0.91.3", allow_none=True)
