#!/usr/bin/env bash
# Runs tests with their seconds: everything, one suite, one test, the gates, or the long proofs.
# A red suite does not hide the next, and a disabled test is named with its reason.
set -uo pipefail
usage() {
  cat <<'TEXT'
usage: Tests/run.sh [--suite NAME | --test SUITE/NAME | --check | --proofs]
  (nothing)           lint, build, every suite, races and a short fuzzing
  --suite NAME        one suite, built first: BookTests, or Book for short
  --test SUITE/NAME   one test of it, built first: BookTests/barsEqualANaiveAggregation
  --check             gates and lint alone
  --proofs            the long forms: HISTORIES, KILL_ROUNDS, MODEL_REPLIES, FUZZ_SECONDS and LEDGER_RECORDS set
              their size
CONFIG=debug runs suites and tests in the debug build (the whole run is always the release build).
RECORDINGS names a folder of recordings; tests that need one are disabled where it is missing.
Whole outputs are kept in .build/test-logs.
TEXT
}
cd "$(dirname "$0")/.."
mode=all wanted=
case ${1:-} in
  '') ;;
  --suite | --test) mode=${1#--} wanted=${2:?$(usage)} ;;
  --check | --proofs) mode=${1#--} ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

export RECORDINGS=${RECORDINGS:-}
[[ -z $RECORDINGS || $RECORDINGS == /* ]] || RECORDINGS=$(realpath -m "$RECORDINGS")
[[ -d $RECORDINGS ]] || unset RECORDINGS
config=${CONFIG:-release}
flags=(-c "$config")
[[ $config == debug ]] || flags+=(--disable-testable-imports)
logs=.build/test-logs
mkdir -p "$logs"
names=() seconds=() results=() disabled=()
passed=0 failed=0

suites() { find Tests -mindepth 1 -maxdepth 1 -name '*Tests' -printf '%f\n' | sort; }

# tests SUITE: the functions that are tests there, one a line.
tests() {
  find "Tests/$1" -name '*.swift' -exec cat {} + | tr '\n' ' ' \
    | grep -oE '@Test[^@{]*func +[A-Za-z0-9_]+' | grep -oE '[A-Za-z0-9_]+$' | sort -u
}

# The wanted suite and test, or a clear refusal before anything is built.
suite='' test=''
if [[ -n $wanted ]]; then
  suite=${wanted%%/*}
  [[ -d Tests/$suite && $suite == *Tests ]] || suite=${suite}Tests
  if [[ ! -d Tests/$suite ]]; then
    echo "error: there is no suite ${wanted%%/*}; the suites are:" >&2
    suites | sed 's/^/  /' >&2
    exit 2
  fi
  if [[ $mode == test ]]; then
    test=${wanted##*/} test=${test%%(*}
    if [[ $wanted != */* ]] || ! tests "$suite" | grep -qx "$test"; then
      echo "error: $suite has no test ${test}; its tests are:" >&2
      tests "$suite" | sed "s|^|  $suite/|" >&2
      exit 2
    fi
  fi
fi

# What the wanted suite does not need is neither compiled nor linked (Package.swift).
[[ -z $suite ]] || export LLMTRADING_SUITE=$suite

suite() {
  local name=$1
  shift
  local start=$SECONDS status=0
  echo "=== $name"
  "$@" || status=$?
  record "$name" $((SECONDS - start)) "$status"
}

# record NAME SECONDS STATUS
record() {
  local status=$3
  names+=("$1") seconds+=("$2")
  if [[ $status -eq 0 ]]; then
    results+=(passed) passed=$((passed + 1))
  else
    results+=("FAILED ($status)") failed=$((failed + 1))
  fi
}

# beside NAME COMMAND …: in the background and with what the suites leave of the CPUs; `joined` shows how it went.
# Most suites wait for processes and browsers; these compile, on packages of their own.
beside_names=()
beside() {
  local name=$1
  shift
  beside_names+=("$name")
  (
    start=$SECONDS status=0
    renice -n 10 "$BASHPID" >/dev/null
    "$@" || status=$?
    echo "$((SECONDS - start)) $status" >"$logs/$name.end"
  ) >"$logs/$name.log" 2>&1 &
}
joined() {
  local name end
  wait
  for name in "${beside_names[@]}"; do
    echo "=== $name"
    cat "$logs/$name.log"
    read -r -a end <"$logs/$name.end"
    record "$name" "${end[0]}" "${end[1]}"
  done
}

# swift_suite SUITE [TEST]: what failed or is disabled, and the run's own last line.
swift_suite() {
  local filter="^$1\\." log=$logs/$1.log status line
  [[ -z ${2:-} ]] || filter="^$1\\.(.*/)?$2\\("
  swift test "${flags[@]}" --skip-build --filter "$filter" 2>&1 | tee "$log" \
    | grep -E '✘|rror:|Fatal|Crash|^(✔|✘) Test run|^[0-9]+ [^ ]+ .* in '
  status=${PIPESTATUS[0]}
  while IFS= read -r line; do
    disabled+=("$1/$line")
    echo "disabled: $1/$line"
  done < <(sed -nE 's/^[^ ]+ (Test|Suite) (.*) skipped(: (.*)|\.)?$/\2  \4/p; s/^SKIPPED/&/p' "$log")
  if ! grep -qE '^✔ Test run with [1-9]' "$log" && [[ $status -eq 0 ]]; then
    echo "no test of $1 ran"
    status=1
  fi
  return "$status"
}

lint() { swift format lint --strict --recursive Sources Tests Benchmarks Package.swift; }
build_tests() {
  if [[ $config == debug ]]; then
    swift build --build-tests
  else
    # Some suites start the binary itself.
    swift build -c release --product llmtrading && swift test "${flags[@]}" --filter '^none$'
  fi
}
histories() { HISTORIES=$HISTORIES swift_suite StageTests everyHistoryEndsAtTheExchangesTruth; }
line_cuts() { .build/test-venv/bin/python Tests/Peers/desk/shares.py shares_for_a_minute; }
# `llmtrading conform` against exchanges of two days and against a liar: minutes, of which most is waiting.
conform() { .build/test-venv/bin/python Tests/Peers/desk/conform.py "$1"; }
kill_rounds() { .build/test-venv/bin/python Tests/Peers/desk/kill_rounds.py "$KILL_ROUNDS"; }
model_replies() { swift_suite AgentsTests aRealModelEndsValidRepairedOrNoDecision; }

case $mode in
  all)
    suite lint lint
    suite build build_tests
    beside race Tests/Race/run.sh
    beside fuzz Tests/Fuzz/run.sh "${FUZZ_SECONDS:-30}"
    if [[ ${results[-1]} == passed ]]; then
      for name in today spring liar; do beside "conform-$name" conform "$name"; done
      while IFS= read -r name; do suite "$name" swift_suite "$name"; done < <(suites)
    fi
    joined
    ;;
  suite | test)
    suite build build_tests
    [[ ${results[-1]} == passed ]] && suite "$suite" swift_suite "$suite" "$test"
    ;;
  check)
    export LLMTRADING_SUITE=GateTests
    suite lint lint
    suite build build_tests
    [[ ${results[-1]} == passed ]] && suite GateTests swift_suite GateTests
    ;;
  proofs)
    export MODEL_REPLIES=${MODEL_REPLIES:-300}
    suite build build_tests
    if [[ ${results[-1]} == passed ]]; then
      suite "${HISTORIES:=100000} histories" histories
      suite "${KILL_ROUNDS:=100} deaths" kill_rounds
      suite "60 cuts of a line" line_cuts
      suite "$MODEL_REPLIES model replies" model_replies
    fi
    suite race Tests/Race/run.sh
    suite fuzz Tests/Fuzz/run.sh "${FUZZ_SECONDS:-900}"
    suite "ledger of ${LEDGER_RECORDS:=1000000}" perf/ledger-bench.sh --records "$LEDGER_RECORDS"
    ;;
esac

if [[ ${#disabled[@]} -gt 0 ]]; then
  echo
  echo "${#disabled[@]} disabled:"
  printf '  %s\n' "${disabled[@]}"
fi
echo
printf '%-24s %8s  %s\n' suite seconds result
for index in "${!names[@]}"; do
  printf '%-24s %8s  %s\n' "${names[$index]}" "${seconds[$index]}" "${results[$index]}"
done
echo
# What is disabled counts as skipped in this line, which CI reads.
echo "$passed passed, $failed failed, ${#disabled[@]} skipped"
[[ $failed -eq 0 ]]
