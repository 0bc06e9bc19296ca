#!/usr/bin/env bash
# scitt-cose 0.5.0 and RFC 9942 (COSE receipts, 2026): the signature is over the root alone, while tree size and leaf index stand in the
# unprotected header. Where one path leads to one root from several places, they can be changed and the receipt still verifies: of a log
# of three entries, the receipt of entry 0 also passes as one of a log of four, and that of entry 2 as entry 1 of 2. We expected a
# verifier's `tree_size` and `leaf_index` to be what the log had signed.
#
# Seen here:
#   as signed: ok True, place 0 of 3; changed: ok True, place 0 of 4
#   as signed: ok True, place 2 of 3; changed: ok True, place 1 of 2
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q scitt-cose==0.5.0 cbor2==6.1.1 cryptography==50.0.2
cat >"$work/try.py" <<'PY'
import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from scitt_cose import verify_receipt
from scitt_cose.receipt import build_receipt

key = Ed25519PrivateKey.generate()
private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
entries = [b"first".hex(), b"second".hex(), b"third".hex()]
for index, (size, place) in ((0, (4, 0)), (2, (2, 1))):
    receipt = build_receipt(leaf_entry_hex=entries[index], leaf_index=index, tree_entries_hex=entries, alg="EdDSA", log_private_key_pem=private)
    message = cbor2.loads(receipt)
    protected, unprotected, payload, signature = message.value
    _, _, path = cbor2.loads(unprotected[396][-1][0])
    changed = cbor2.CBORTag(18, [protected, {396: {-1: [cbor2.dumps([size, place, list(path)])]}}, payload, signature])
    seen = [verify_receipt(one, leaf_entry_hex=entries[index], log_public_key_pem=public) for one in (receipt, cbor2.dumps(changed))]
    said = [f"ok {one.ok}, place {one.leaf_index} of {one.tree_size}" for one in seen]
    print(f"as signed: {said[0]}; changed: {said[1]}")
    assert said == [f"ok True, place {index} of 3", f"ok True, place {place} of {size}"]
PY
"$work/venv/bin/python" "$work/try.py"
