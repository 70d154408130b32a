#!/usr/bin/env bash
# ThreadSanitizer over channels and state: the tests must run clean, and a ring without its orderings must be caught.
set -euo pipefail
cd "$(dirname "$0")"
export LLMTRADING_HOT_ONLY=1 SWIFT_BACKTRACE=enable=no
# Swift's TSan by default ignores what memcpy touches, and records are copied by memcpy.
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 ignore_interceptors_accesses=0 ${TSAN_OPTIONS:-}"
flags=(-c release --sanitize=thread)
log=.build/race.log
mkdir -p .build

swift build "${flags[@]}" --product RingCopy
bin=$(swift build "${flags[@]}" --show-bin-path)

"$bin/RingCopy" sound >"$log" 2>&1 || {
  cat "$log"
  echo "the sound copy of the ring was not clean" >&2
  exit 1
}
for mode in words record; do
  status=0
  "$bin/RingCopy" $mode >"$log" 2>&1 || status=$?
  if [[ $status -ne 66 ]] || ! grep -q 'WARNING: ThreadSanitizer: data race' "$log"; then
    cat "$log"
    echo "the broken ring ($mode) was not caught (exit $status): this run proves nothing" >&2
    exit 1
  fi
done
echo "RingCopy: the sound ring is clean, the broken ones are caught"

status=0
swift test "${flags[@]}" --disable-testable-imports >"$log" 2>&1 || status=$?
if [[ $status -ne 0 ]] || grep -q 'ThreadSanitizer' "$log"; then
  grep -v '^◇' "$log" | tail -n 80
  echo "the tests failed under ThreadSanitizer (exit $status)" >&2
  exit 1
fi
grep -E 'Test run with' "$log"
