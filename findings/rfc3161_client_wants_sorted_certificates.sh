#!/usr/bin/env bash
# rfc3161-client 1.0.9 (2026) with openssl 3: a reply of `openssl ts` that carries the authority's certificate alone is read; one
# that carries the certificate and its root (`certs =` in the section of the authority, a request with -cert) is refused with
# InvalidSetOrdering, for DER wants a SET OF sorted and openssl writes it in its own order. We expected both, as `openssl ts -verify`
# takes both. A token without certificates (no -cert) is read, and verified by a certificate that is given.
#
# Seen here:
#   without certificates: read, 0 certificates
#   with its own: read, 1 certificates
#   with its root too: refused, InvalidSetOrdering
#   openssl verifies: without certificates yes, with its own yes, with its root too yes
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q rfc3161-client==1.0.9 cryptography==50.0.2
cd "$work"
section() {
    printf '[ %s ]\nserial = serial\nsigner_cert = time.pem\ncerts = %s\nsigner_key = time.key\nsigner_digest = sha256\n' "$1" "$2"
    printf 'default_policy = 1.2.3.4.1\ndigests = sha256\ness_cert_id_alg = sha256\n'
}
{
    printf '[ req ]\ndistinguished_name = name\n[ name ]\n[ root ]\nbasicConstraints = critical,CA:TRUE\n'
    printf '[ time ]\nbasicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = critical,timeStamping\n'
    section own time.pem
    section chain root.pem
} >ts.cnf
echo 01 >serial
echo "some text" >text
new="openssl req -newkey rsa:2048 -nodes -config ts.cnf"
$new -x509 -subj "/CN=Root" -keyout root.key -out root.pem -days 30 -extensions root 2>log
$new -subj "/CN=Time" -keyout time.key -out time.csr 2>log
openssl x509 -req -in time.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -out time.pem -extfile ts.cnf -extensions time 2>log
reply() { # name, section, option
    openssl ts -query -data text -sha256 ${3:-} -out query 2>log
    openssl ts -reply -queryfile query -config ts.cnf -section "$2" -out "$1.tsr" 2>log
}
reply bare own
reply own own -cert
reply chain chain -cert
cat >tried.py <<'PY'
import sys
from rfc3161_client import decode_timestamp_response

said = []
for name, words in (("bare", "without certificates"), ("own", "with its own"), ("chain", "with its root too")):
    try:
        found = f"read, {len(decode_timestamp_response(open(f'{name}.tsr', 'rb').read()).signed_data.certificates)} certificates"
    except ValueError as error:
        found = f"refused, {'InvalidSetOrdering' if 'InvalidSetOrdering' in str(error) else error}"
    print(f"{words}: {found}")
    said.append(found)
sys.exit(said != ["read, 0 certificates", "read, 1 certificates", "refused, InvalidSetOrdering"])
PY
"$work/venv/bin/python" tried.py
verified() { openssl ts -verify -in "$1.tsr" -data text -CAfile root.pem -untrusted time.pem >log 2>&1 && echo yes || echo no; }
found="without certificates $(verified bare), with its own $(verified own), with its root too $(verified chain)"
echo "openssl verifies: $found"
[ "$found" = "without certificates yes, with its own yes, with its root too yes" ]
