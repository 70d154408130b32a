#!/usr/bin/env bash
# The core's tick-to-order alone and with agents at full load beside it, in one run, rounds interleaved.
#   perf/agents-load.sh [ROUNDS]     TICK2ORDER=FOLDER of the harness
# Full load: a console whose seven roles are all asked each second, by HTTP streams of a model server on this
# machine, with every prompt, reply and snapshot on record, and the page's event stream read.
# The bound of 5 % on the p50 is judged on 4 CPUs or more; on fewer, agents and harness share the core's CPU.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
root=$PWD
export PERF_CONFIGURE_ONLY=1
source perf/tick2order.sh "$rounds" >/dev/null
unset PERF_CONFIGURE_ONLY
results=$work/agents-load.txt
python=$root/.build/test-venv/bin/python
[[ -x $python ]] || python=python3

# The shipped roles, each due at every cycle.
roles=$work/roles
mkdir -p "$roles"
for file in "$root"/Sources/Control/Roles/Shipped/*.role.yaml; do
  sed -E 's/^cadence_seconds: .*/cadence_seconds: 1/' "$file" >"$roles/$(basename "$file")"
done
cp "$root"/Sources/Control/Roles/Shipped/*.prompt.yaml "$roles"
coproc MODELS { exec python3 -B "$root/Tests/Peers/models/server.py"; }
models=$MODELS_PID
read -r model_port <&"${MODELS[0]}"
trap 'kill "$models" 2>/dev/null || true' EXIT
cat "$work/core.yaml" - >"$work/agents.yaml" <<YAML
console: {port: 0}
agents:
  enabled: true
  cycle_seconds: 1
  deadline_milliseconds: 900
  lease_milliseconds: 10000
  roles_folder: $roles
llm:
  day_budget_cents: 100000000
  endpoints:
    local: {url: "http://127.0.0.1:$model_port/gullible_up", model: local, prompt_micros: 1, completion_micros: 1}
YAML
cat >"$work/with-agents.sh" <<SCRIPT
#!/usr/bin/env bash
# The core with a console beside it; both end when the core does.
rm -f "$state/console"
taskset -c "0-\$((\$(nproc --all) - 1))" "$core" console --config "$work/agents.yaml" --state-dir "$state" >"$work/console.log" 2>&1 &
console=\$!
(
  for ((i = 0; i < 100; i++)); do [[ -s "$state/console" ]] && break; sleep 0.05; done
  exec curl -sN -H "Authorization: Bearer \$(cat "$state/token")" "\$(cat "$state/console")api/events"
) >/dev/null 2>&1 &
reader=\$!
"$core" core --config "$work/agents.yaml" --state-dir "$state" --report "$work/report.json" &
core=\$!
trap 'kill "\$core"' TERM INT
while kill -0 "\$core" 2>/dev/null; do wait "\$core"; done
kill "\$reader" "\$console" 2>/dev/null
wait
SCRIPT
chmod +x "$work/with-agents.sh"

{
  echo "command: perf/agents-load.sh $rounds"
  echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) CPUs, Linux $(uname -r)"
} | tee "$results"
records() {
  [[ -f $state/ledger.sqlite ]] || { echo 0; return; }
  python3 -c 'import sqlite3, sys
print(sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).execute(
    "SELECT count(*) FROM decisions").fetchone()[0])' "$state/ledger.sqlite"
}
run() {
  rm -f "$work/report.json"
  PORT=$port ./run.sh "$@" 2>&1 | tee -a "$results"
  # The core's own figure: from the return of the receive to the return of the order's send or submit.
  for ((i = 0; i < 100; i++)); do [[ -s $work/report.json ]] && break; sleep 0.05; done
  python3 -c 'import json, sys
own = json.load(open(sys.argv[2]))["latency_ns"]["tick_to_order"]
print("[%s] core  n=%d p50=%.2f p99=%.2f us" % (sys.argv[1], own["count"], own["p50"] / 1e3, own["p99"] / 1e3))
' "$1" "$work/report.json" | tee -a "$results"
}
before=$(records)
for ((round = 1; round <= rounds; round++)); do
  run alone --ack --conns 2 -- "$core" core --config "$work/core.yaml" \
    --state-dir "$state" --report "$work/report.json"
  run agents --ack --conns 2 -- "$work/with-agents.sh"
done
python3 summarize.py "$results"
echo "decision records written meanwhile: $(($(records) - before))"
"$python" - "$results" <<'PYTHON'
import re, statistics, sys
for what, name in (("core", "the core's own tick-to-order"), ("ALL", "seen by the harness")):
    p50 = {"alone": [], "agents": []}
    for line in open(sys.argv[1]):
        found = re.match(rf"\[(alone|agents)\] {what} .*?p50=([0-9.]+)", line)
        if found:
            p50[found[1]].append(float(found[2]))
    pairs = [b / a for a, b in zip(p50["alone"], p50["agents"])]
    if pairs:
        print(f"p50 with agents / alone, {name}: median {statistics.median(pairs):.3f}, "
              f"spread {min(pairs):.3f} to {max(pairs):.3f}, {len(pairs)} pairs")
PYTHON
cpus=$(nproc)
if ((cpus < 4)); then echo "$cpus CPUs: printed, not judged (that takes 4)"; fi
