#!/usr/bin/env bash
# Every suite once, in the release build, with its seconds; a red suite does not hide the next.
set -uo pipefail
cd "$(dirname "$0")/.."
export RECORDINGS=${RECORDINGS:-../shared/okx-data}
[[ $RECORDINGS == /* ]] || RECORDINGS=$(realpath -m "$RECORDINGS")
export RECORDINGS
flags=(-c release --disable-testable-imports)
names=() seconds=() results=()
passed=0 failed=0

suite() {
  local name=$1
  shift
  local start=$SECONDS status=0
  echo "=== $name"
  "$@" || status=$?
  names+=("$name") seconds+=($((SECONDS - start)))
  if [[ $status -eq 0 ]]; then
    results+=(passed) passed=$((passed + 1))
  else
    results+=("FAILED ($status)") failed=$((failed + 1))
  fi
}

swift_suite() {
  # What failed or was skipped, and the run's own last line.
  swift test "${flags[@]}" --skip-build --filter "^$1\\." 2>&1 \
    | grep -E '✘|SKIPPED|rror:|Fatal|Crash|^(✔|✘) Test run|^[0-9]+ [^ ]+ .* in '
  return "${PIPESTATUS[0]}"
}

suite lint swift format lint --strict --recursive Sources Tests Benchmarks Package.swift
suite build swift build -c release --product llmtrading
suite build-tests swift test "${flags[@]}" --filter '^none$'
if [[ ${results[-1]} == passed ]]; then
  for folder in Tests/*Tests; do
    suite "$(basename "$folder")" swift_suite "$(basename "$folder")"
  done
fi
[[ -x Tests/Race/run.sh ]] && suite race Tests/Race/run.sh
[[ -x Tests/Fuzz/run.sh ]] && suite fuzz Tests/Fuzz/run.sh "${FUZZ_SECONDS:-60}"

echo
printf '%-22s %8s  %s\n' suite seconds result
for index in "${!names[@]}"; do
  printf '%-22s %8s  %s\n' "${names[$index]}" "${seconds[$index]}" "${results[$index]}"
done
echo
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
