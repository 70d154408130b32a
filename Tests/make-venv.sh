#!/usr/bin/env bash
# Makes the tests' Python environment, .build/test-venv, from Tests/requirements.txt; idempotent.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.build/test-venv
stamp=$venv/requirements.sha256
wanted=$(sha256sum Tests/requirements.txt | cut -d ' ' -f 1)
[[ -x $venv/bin/python && -f $stamp && $(<"$stamp") == "$wanted" ]] && exit 0
echo "Making $venv (Python packages for tests, pinned by hash)…"
mkdir -p .build
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
  --only-binary :all: --requirement Tests/requirements.txt
echo "$wanted" >"$stamp"
