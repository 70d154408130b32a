#!/usr/bin/env bash
# Certificates for the tests, into the folder named: a trusted authority, one nobody trusts, and leaves of both.
set -euo pipefail
cd "$1"
quietly() { "$@" >/dev/null 2>log.txt || { cat log.txt >&2; exit 1; }; }
authority() {
  quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}
# leaf NAME AUTHORITY ALTERNATIVE-NAMES DAYS
leaf() {
  quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n' "$3" >"$1.ext"
  quietly openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial \
    -days "$4" -extfile "$1.ext" -out "$1.pem"
}
authority trusted
authority stranger
leaf good trusted DNS:localhost,DNS:venue.test,IP:127.0.0.1 2
leaf elsewhere trusted DNS:elsewhere.example,IP:192.0.2.1 2
leaf expired trusted DNS:localhost,IP:127.0.0.1 -1
leaf untrusted stranger DNS:localhost,IP:127.0.0.1 2
