#!/usr/bin/env bash
# libFuzzer over every target for SECONDS each (default 60); a crash, a hang or a silent fuzzer exits non-zero.
set -euo pipefail
seconds=${1:-60}
cd "$(dirname "$0")"
export LLMTRADING_HOT_ONLY=1 SWIFT_BACKTRACE=enable=no
targets=(FuzzWebSocket FuzzUpgrade FuzzPrivate FuzzPublic)
work=.build/fuzz
mkdir -p "$work/crashes"

build=(swift build -c release --sanitize fuzzer)
for target in FuzzPlanted "${targets[@]}"; do "${build[@]}" --product "$target"; done
bin=$("${build[@]}" --show-bin-path)
python3 make-corpus.py "$work/corpus"

# A fuzzer that cannot find a planted fault would pass everything.
planted=0
"$bin/FuzzPlanted" -max_total_time=60 -artifact_prefix="$work/planted-" >"$work/planted.log" 2>&1 || planted=$?
if [[ $planted -eq 0 ]] || ! grep -q 'deadly signal' "$work/planted.log"; then
  echo "the planted fault was not found: the fuzzer is not working" >&2
  exit 1
fi

failed=0
for target in "${targets[@]}"; do
  status=0
  "$bin/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -detect_leaks=0 -print_final_stats=1 -artifact_prefix="$work/crashes/$target-" \
    "$work/corpus/$target" >"$work/$target.log" 2>&1 || status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")
  edges=$(grep -o 'cov: [0-9]*' "$work/$target.log" | tail -1 || true)
  if [[ $status -ne 0 || ${runs:-0} -lt 1000 ]]; then
    failed=1
    tail -n 40 "$work/$target.log"
    echo "$target FAILED (exit $status, ${runs:-0} runs); inputs below Tests/Fuzz/$work/crashes" >&2
  else
    echo "$target passed: $runs runs in $seconds s, $edges"
  fi
done
exit $failed
