"""Pictures with content credentials: a root that nobody knows, whom it certifies, and what they sign."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

c2pa = pytest.importorskip("c2pa")

MIME = {"JPEG": "image/jpeg", "PNG": "image/png"}
CREATED = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
FAR, PAST = datetime(2049, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
SIGNING = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
CERTIFYING = x509.KeyUsage(False, False, False, False, False, True, True, False, False)


def _name(who: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{who} Ltd"), x509.NameAttribute(NameOID.COMMON_NAME, who)])


class Root:
    """Certifies whomever a test needs."""

    def __init__(self, who: str = "Nobody's Root") -> None:
        self.key, self.who = ec.generate_private_key(ec.SECP256R1()), who
        self.certificate = self._certified(self.key.public_key(), who, FAR, root=True)
        self.pem = self.certificate.public_bytes(Encoding.PEM).decode()

    def _certified(self, key: ec.EllipticCurvePublicKey, who: str, until: datetime, root: bool = False) -> x509.Certificate:
        made = x509.CertificateBuilder().subject_name(_name(who)).issuer_name(_name(self.who)).public_key(key).serial_number(7_000_000_007)
        made = made.not_valid_before(datetime(2025, 1, 1, tzinfo=UTC)).not_valid_after(until)
        made = made.add_extension(x509.BasicConstraints(root, None), critical=True)
        made = made.add_extension(CERTIFYING if root else SIGNING, critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        if not root:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
            made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        return made.sign(self.key, hashes.SHA256())

    def signer(self, who: str = "Lin Studio") -> Signer:
        return Signer(self, who)


class Signer:
    """Signs pictures under a certificate of a root's."""

    def __init__(self, root: Root, who: str) -> None:
        self.root, self.who, self.key = root, who, ec.generate_private_key(ec.SECP256R1())
        self.certificate = root._certified(self.key.public_key(), who, FAR)

    def sign(self, picture: bytes, form: str = "JPEG", /, authority: str | None = None, elsewhere: str | None = None, **said: Any) -> bytes:
        """The picture with credentials; `elsewhere` is the address where they are instead, `authority` where a time stamp is asked."""
        return self._sign(picture, form, lambda data: data, authority, elsewhere, said)

    def sign_after_its_end(self, picture: bytes) -> bytes:
        """The same under a certificate that ended long ago. The package signs under none such, so it is put in when all is made."""
        now = self.certificate.public_bytes(Encoding.DER)
        old = b""
        while len(old) != len(now):  # the length of a signature varies
            old = self.root._certified(self.key.public_key(), self.who, PAST).public_bytes(Encoding.DER)
        return self._sign(picture, "JPEG", lambda data: data.replace(now, old), None, None, {}).replace(now, old)

    def _sign(self, picture: bytes, form: str, signed: Any, authority: str | None, elsewhere: str | None, said: dict[str, Any]) -> bytes:
        def answer(data: bytes) -> bytes:
            r, s = decode_dss_signature(self.key.sign(signed(data), ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")

        settings = {"verify": {"verify_after_sign": False}, "builder": {"thumbnail": {"enabled": False}}}
        actions = said.get("actions", [CREATED])
        manifest = {
            "claim_generator_info": [{"name": "Test camera", "version": "1.0"}],
            "title": said.get("title", "a coat"),
            "assertions": [{"label": "c2pa.actions", "data": {"actions": actions}}],
        }
        builder = c2pa.Builder(manifest, c2pa.Context.from_dict(settings))
        for title, relation, content in said.get("ingredients", ()):
            builder.add_ingredient({"title": title, "relationship": relation}, "image/jpeg", io.BytesIO(content))
        if elsewhere is not None:
            builder.set_remote_url(elsewhere)
            builder.set_no_embed()
        out = io.BytesIO()
        chain = self.certificate.public_bytes(Encoding.PEM).decode() + self.root.pem
        with c2pa.Signer.from_callback(answer, c2pa.C2paSigningAlg.ES256, chain, authority) as signer:
            builder.sign(signer, MIME[form], io.BytesIO(picture), out)
        return out.getvalue()
