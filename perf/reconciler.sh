#!/usr/bin/env bash
# The core's tick-to-order with the account reconciled beside it and without, in one run, rounds interleaved.
#   perf/reconciler.sh [ROUNDS]     TICK2ORDER=FOLDER of the harness, SECS=35 a run
# With: REST of a simulated exchange on this machine is asked for the account as in production (rounds of pending orders,
# fills, balances and positions; equity each second; bills). Without: no REST is configured.
# A run of more than 30 s holds a whole round beside the one at start. The bound is 3 % on the p50.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
export SECS=${SECS:-35}
export PERF_CONFIGURE_ONLY=1
source perf/tick2order.sh "$rounds" >/dev/null
unset PERF_CONFIGURE_ONLY
results=$work/reconciler.txt
printf 'harness-api-key\nharness-secret\nharness-passphrase' >"$work/accepted"
mkdir -p -m 700 "$work/exchange"
# The harness's own snapshot as a recording: an exchange of the same instrument, whose market stands still.
printf '1600000000.0: %s\n' "$(./bin/t2o_server --dump --secs 0.01 --warm 0 2>/dev/null | sed -n 1p)" >"$work/frame.raw"
coproc EXCHANGE { exec "$core" exchange --state-dir "$work/exchange" \
  --recording "$work/frame.raw" --instruments "$work/instruments.json" --credentials "$work/accepted" 2>"$work/exchange.log"; }
exchange=$EXCHANGE_PID
trap 'kill "$exchange" 2>/dev/null || true' EXIT
while read -r line <&"${EXCHANGE[0]}"; do [[ $line == "exchange listening"* ]] && break; done
rest_port=$(grep -oE 'port=[0-9]+' <<<"$line" | cut -d= -f2)
rest_ca=$(grep -oE ' ca=[^ ]+' <<<"$line" | cut -d= -f2)
cat "$work/ca.pem" "$rest_ca" >"$work/both.pem"
sed -e "s|^    public:|    rest: https://localhost:$rest_port\n    public:|" \
  -e "/^  instruments_file:/d" -e "s|^  ca_file: .*|  ca_file: $work/both.pem|" "$work/core.yaml" >"$work/reconciled.yaml"

{
  echo "command: SECS=$SECS perf/reconciler.sh $rounds"
  echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) CPUs, Linux $(uname -r)"
} | tee "$results"
run() {
  rm -rf "$work/report.json" "$work/state-$1"
  mkdir -m 700 "$work/state-$1"
  PORT=$port ./run.sh "$1" --ack --conns 2 -- "$core" core --config "$2" \
    --state-dir "$work/state-$1" --report "$work/report.json" >"$work/run.log" 2>&1 || true
  grep -E '^\[' "$work/run.log" | tee -a "$results"
  # The core's own figure: from the return of the receive to the return of the order's send or submit.
  for ((i = 0; i < 100; i++)); do [[ -s $work/report.json ]] && break; sleep 0.05; done
  python3 -c 'import json, sys
own = json.load(open(sys.argv[2]))["latency_ns"]["tick_to_order"]
print("[%s] core  n=%d p50=%.2f p99=%.2f us" % (sys.argv[1], own["count"], own["p50"] / 1e3, own["p99"] / 1e3))
' "$1" "$work/report.json" | tee -a "$results"
}
for ((round = 1; round <= rounds; round++)); do
  # Each goes first as often as the other.
  if ((round % 2)); then
    run without "$work/core.yaml"
    run with "$work/reconciled.yaml"
  else
    run with "$work/reconciled.yaml"
    run without "$work/core.yaml"
  fi
done
python3 - "$results" <<'PYTHON'
import re, statistics, sys
for what, name in (("core", "the core's own tick-to-order"), ("ALL", "seen by the harness")):
    p50 = {"without": [], "with": []}
    for line in open(sys.argv[1]):
        found = re.match(rf"\[(without|with)\] {what} .*?p50=([0-9.]+)", line)
        if found:
            p50[found[1]].append(float(found[2]))
    pairs = [b / a for a, b in zip(p50["without"], p50["with"])]
    if pairs:
        print(f"p50 with the reconciler / without, {name}: median {statistics.median(pairs):.3f}, "
              f"spread {min(pairs):.3f} to {max(pairs):.3f}, {len(pairs)} pairs")
PYTHON
