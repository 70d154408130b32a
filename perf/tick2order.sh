#!/usr/bin/env bash
# The core's tick-to-order beside a plain TCP echo (floor) and a Boost.Beast client, in one run, rounds interleaved.
#   perf/tick2order.sh [ROUNDS]      TICK2ORDER=FOLDER of the harness
# Prints each run's line and then medians; the command and the machine stand above them.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
source_folder=${TICK2ORDER:?set TICK2ORDER to the folder of the harness}
core=$PWD/.build/release/llmtrading
if [[ ! -x $core ]]; then
  echo "no $core: run 'make build' first" >&2
  exit 2
fi
if [[ ! -d $source_folder ]]; then
  echo "no harness at $source_folder: set TICK2ORDER to its folder" >&2
  exit 2
fi
work=$PWD/.build/perf/tick2order
port=${PORT:-9443}
mkdir -p "$work"
cp -ru "$source_folder"/. "$work"
chmod -R u+w "$work"
cd "$work"
[[ -x bin/t2o_server && -x bin/beast ]] || ./build.sh
[[ -f ca.pem ]] || ./mkcert.sh

state=$work/state
mkdir -p -m 700 "$state"
cat >"$work/instruments.json" <<'JSON'
{"code":"0","msg":"","data":[{"instType":"SPOT","instId":"BTC-USDT","instIdCode":1,"baseCcy":"BTC","quoteCcy":"USDT","settleCcy":"","ctVal":"","ctMult":"","ctValCcy":"","ctType":"","tickSz":"0.1","lotSz":"0.00000001","minSz":"0.001","maxLmtSz":"9999999999","maxMktSz":"1000000","state":"live","lever":"10"}]}
JSON
for name in api-key secret passphrase; do
  (umask 077 && printf 'harness-%s' "$name" >"$state/$name")
done
# Limits are raised, never removed: 2,000 orders a second pass the gate and each is checked by it.
cat >"$work/core.yaml" <<YAML
environment: simulated
state_dir: $state
topology: fused
transport: ${TRANSPORT:-auto}
cpus: {hot: [${CCPU:-0}]}
okx:
  endpoints:
    public: wss://localhost:$port/ws/v5/public
    private: wss://localhost:$port/ws/v5/private
  ca_file: $work/ca.pem
  instruments_file: $work/instruments.json
  instruments: [BTC-USDT]
  channels: [books]
  credentials:
    api_key_file: $state/api-key
    secret_file: $state/secret
    passphrase_file: $state/passphrase
strategy: {kind: reflex}
durability: process
risk:
  allow_list: [BTC-USDT]
  desk: {open_orders: 1000, orders_per_window: 100000, exchange_age_milliseconds: 86400000}
  defaults:
    order_lots: 100000
    order_notional: 100000 USDT
    position_lots: 1000000000
    open_orders: 1000
    price_collar_basis_points: 100
    orders_per_window: 100000
    book_age_milliseconds: 60000
YAML
# perf/agents-load.sh measures with this very configuration.
if [[ -n ${PERF_CONFIGURE_ONLY:-} ]]; then return; fi

{
  echo "command: perf/tick2order.sh $rounds"
  echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) CPUs, Linux $(uname -r)"
} | tee results.txt
run() {
  PORT=$port ./run.sh "$@" 2>&1 | tee -a results.txt
}
for ((round = 1; round <= rounds; round++)); do
  run floor --plain -- ./bin/ref_spin "$port" 0 floor
  run beast_spin -- ./bin/beast "$port" 0 spin
  run llmtrading --ack --conns 2 -- "$core" core --config "$work/core.yaml" \
    --state-dir "$state" --report "$work/report.json"
done
python3 summarize.py results.txt
