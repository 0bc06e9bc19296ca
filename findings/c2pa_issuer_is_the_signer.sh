#!/usr/bin/env bash
# c2pa-python 0.38.1 (c2pa-rs 0.91.3, 2026): `signature_info.issuer` of `Reader.json()` is not who issued the signer's certificate, as
# the word says in X.509; it is the organisation of the certificate's own subject, which anybody can write. `crjson()` has both, as
# `certificateInfo.issuer` and `certificateInfo.subject`. We expected the issuing authority's name.
#
# Seen here, of a certificate for "Studio" issued by "Authority":
#   json: issuer Studio
#   crjson: issuer Authority, subject Studio
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q c2pa-python==0.38.1 cryptography==50.0.2 pillow==13.0.0
cd "$work"
cat >try.py <<'PY'
import io
import json
from datetime import datetime, timedelta, timezone

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from cryptography.x509.oid import NameOID
from PIL import Image

now = datetime.now(timezone.utc)


def certificate(who, key, by, signs, root):
    named = lambda name: x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
    usage = [not root, False, False, False, False, root, root, False, False]
    made = x509.CertificateBuilder().subject_name(named(who)).issuer_name(named(by)).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    made = made.add_extension(x509.BasicConstraints(root, None), True).add_extension(x509.KeyUsage(*usage), True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    if not root:
        made = made.add_extension(x509.ExtendedKeyUsage([Use.EMAIL_PROTECTION]), False)
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signs.public_key()), False)
    return made.sign(signs, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
chain = certificate("Studio", key, "Authority", root, False) + certificate("Authority", root, "Authority", root, True)


def sign(data):
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


picture, signed = io.BytesIO(), io.BytesIO()
Image.new("RGB", (64, 64), "teal").save(picture, "JPEG")
created = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
manifest = {"claim_generator_info": [{"name": "t", "version": "1"}], "assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}]}
builder = c2pa.Builder(manifest, c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": False}}}))
with c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, chain, None) as signer:
    builder.sign(signer, "image/jpeg", io.BytesIO(picture.getvalue()), signed)
reader = c2pa.Reader("image/jpeg", io.BytesIO(signed.getvalue()))
told, whole = json.loads(reader.json()), json.loads(reader.crjson())
issuer = told["manifests"][told["active_manifest"]]["signature_info"]["issuer"]
info = whole["manifests"][0]["signature"]["certificateInfo"]
print("json: issuer", issuer)
print(f"crjson: issuer {info['issuer']['O']}, subject {info['subject']['O']}")
assert (issuer, info["issuer"]["O"], info["subject"]["O"]) == ("Studio", "Authority", "Studio")
PY
"$work/venv/bin/python" try.py
