#!/usr/bin/env bash
# How long the feed's queries take over a million decision records: 50 and 99 in a hundred, per kind.
set -euo pipefail
usage() {
  cat <<'TEXT'
usage: perf/ledger-bench.sh [--records N] [--versions N] [--rounds N] [--folder PATH]
  --records N    decision records (1000000; about 2 GB below --folder, removed at the end)
  --versions N   prompt versions they name (1000)
  --rounds N     queries of each kind (300)
  --folder PATH  where the file lies (the temporary folder)
Exits with 1 where a 99th percentile is 50 ms or more.
TEXT
}
case ${1:-} in -h | --help) usage; exit 0 ;; esac
cd "$(dirname "$0")/.."
swift build -c release --product llmtrading >&2
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
echo "command: perf/ledger-bench.sh $*, commit $commit"
echo "machine: $(lscpu | sed -n 's/^Model name: *//p' | head -1), $(nproc) CPUs, Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)"
exec .build/release/llmtrading bench-ledger "$@"
