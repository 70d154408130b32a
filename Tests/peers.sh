#!/usr/bin/env bash
# Other people's clients against the simulated exchange, each in a Python environment of its own. Writes what
# they did into docs/CLIENTS.md and prints the table; fails where one of them fails.
set -uo pipefail
cd "$(dirname "$0")/.."
binary=${LLMTRADING:-.build/release/llmtrading}
[[ -x $binary ]] || { echo "error: no $binary; run make build" >&2; exit 2; }
lists=Tests/Peers/clients/requirements
status=0

# walk PYTHON CLIENT…: a fresh exchange, so that no client meets another's orders.
walk() {
  local python=$1 folder port ca line
  shift
  folder=$(mktemp -d)
  coproc EXCHANGE { exec "$binary" exchange --state-dir "$folder" --generate 3 --swaps 2 --rate 300 \
    --seed 7 --connects-per-second 0 2>"$folder/log"; }
  local number=$EXCHANGE_PID
  if read -r -t 20 line <&"${EXCHANGE[0]}"; then
    port=${line#*port=} port=${port%% *} ca=${line#*ca=}
    timeout 120 "$python" Tests/Peers/clients/run.py "$port" "$ca" "$@" --write || status=1
  else
    echo "error: the exchange does not listen:" >&2
    cat "$folder/log" >&2
    status=1
  fi
  kill "$number" 2>/dev/null
  wait "$number" 2>/dev/null
  rm -rf "$folder"
}

Tests/make-venv.sh clients-venv Tests/requirements-clients.txt || exit 1
for client in python-okx ccxt ccxt.pro; do walk .build/clients-venv/bin/python "$client"; done
for list in "$lists"/*.txt; do
  client=$(basename "$list" .txt)
  python=python3
  if [[ $client == nautilus_trader ]]; then
    # Its wheels of this version begin with 3.12.
    python=python3.12
    if ! "$python" -c '' 2>/dev/null; then
      echo "$client: skipped, there is no Python 3.12 on this machine"
      continue
    fi
  fi
  if PYTHON=$python Tests/make-venv.sh "peers/$client" "$list" --no-deps; then
    walk ".build/peers/$client/bin/python" "$client"
  else
    echo "$client: its packages cannot be installed" >&2
    status=1
  fi
done
python3 Tests/Peers/clients/run.py --table
exit "$status"
