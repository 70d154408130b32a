#!/usr/bin/env bash
# Micro benchmarks of the hot modules, and ratios against peers measured in the same run.
# Nothing here passes or fails by a time: a ratio is for people to read.
set -euo pipefail
usage() {
  cat <<'TEXT'
usage: perf/bench.sh [--peers | --suites] [--rounds N] [--filter TEXT]
  --peers        only the table of ratios: ours and a peer in one process, sides in turn, round after round
  --suites       only the suites of ordo-one/benchmark: percentiles of one batch each
  --rounds N     rounds a pair (15)
  --filter TEXT  only pairs and benchmarks whose name holds TEXT
RECORDINGS names the folder with recordings/; without one a generated stream is used
and the output says so. SWIFT_FLAGS is handed to swift build and swift package (for instance -j 1).
The whole path, exchange bytes to order, is measured by perf/tick2order.sh.
TEXT
}
peers=1 suites=1 rounds=15 filter=
while [[ $# -gt 0 ]]; do
  case $1 in
    --peers) suites=0 ;;
    --suites) peers=0 ;;
    --rounds | --filter)
      [[ $# -ge 2 ]] || { usage >&2; exit 2; }
      if [[ $1 == --rounds ]]; then rounds=$2; else filter=$2; fi
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[[ $peers -eq 1 || $suites -eq 1 ]] || { usage >&2; exit 2; }

cd "$(dirname "$0")/.."
export LLMTRADING_HOT_ONLY=1
[[ -z ${RECORDINGS:-} ]] || { RECORDINGS=$(realpath -m "$RECORDINGS"); export RECORDINGS; }
read -ra flags <<<"${SWIFT_FLAGS:-}"
package=(--package-path Benchmarks "${flags[@]}")

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
[[ -z $(git status --porcelain --untracked-files=no 2>/dev/null) ]] || commit+=" with changes"
echo "command: perf/bench.sh${filter:+ --filter $filter} --rounds $rounds, commit $commit"
echo "machine: $(lscpu | sed -n 's/^Model name: *//p' | head -1), $(nproc) CPUs, Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo "$(swift --version 2>/dev/null | grep -m1 -o 'Swift version [^ ]*')"

if [[ $peers -eq 1 ]]; then
  echo
  echo "Building the peers (first time: two to three minutes on 2 cores)…"
  swift build -c release "${package[@]}" --product Peers
  echo
  "$(swift build -c release "${package[@]}" --show-bin-path)/Peers" \
    --rounds "$rounds" ${filter:+--filter "$filter"}
fi
if [[ $suites -eq 1 ]]; then
  echo
  echo "Building the suites (first time: about two minutes on 2 cores)…"
  swift package "${package[@]}" benchmark --no-progress --grouping metric ${filter:+--filter ".*$filter.*"}
fi
echo
harness=${TICK2ORDER:-}
if [[ -n $harness && -d $harness ]] && command -v g++ >/dev/null && [[ -d /usr/include/boost/beast ]]; then
  echo "The whole path, exchange bytes to order: make build && TICK2ORDER=$harness perf/tick2order.sh"
else
  echo "The whole path, exchange bytes to order, is perf/tick2order.sh: it wants g++, libboost-dev, and the"
  echo "harness's folder in TICK2ORDER; here one of them is missing."
fi
echo "load at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
