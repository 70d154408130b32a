#!/usr/bin/env bash
# Plants the bugs of Tests/Mutants one by one in a copy of the tree, and names the test that catches each.
# One that no suite catches is a missing test; one that no longer applies is to be refreshed.
set -uo pipefail
usage() {
  cat <<'TEXT'
usage: Tests/mutants.sh [--list] [NAME...]
  (nothing)   every mutant of Tests/Mutants
  NAME...     some of them: 07-not-found-at-once, or 07 for short
  --list      what there is, and what each would cost
In the debug build, until one is red: OrdersTests, StageTests, CoreTests, AccountTests.
Before that all of them must be green without a mutant. HISTORIES (100) is how many random histories
StageTests walks through, LIMIT (900) after how many seconds a suite hangs, which counts as caught.
The copy and its build stay in .build/mutants, and so do the whole outputs, in .build/mutants/logs.
Exit 1: a mutant survived. Exit 2: one has to be refreshed, or nothing could be proved.
TEXT
}
cd "$(dirname "$0")/.."
suites=(OrdersTests StageTests CoreTests AccountTests)
isList=0 wanted=()
for word in "$@"; do
  case $word in
    --list) isList=1 ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) wanted+=("$word") ;;
  esac
done

all=()
for file in Tests/Mutants/*.patch; do [[ -f $file ]] && all+=("$(basename "$file" .patch)"); done
names=()
[[ ${#wanted[@]} -gt 0 ]] || names=("${all[@]}")
for word in "${wanted[@]}"; do
  found=
  for name in "${all[@]}"; do [[ $name == "$word" || $name == "$word"-* ]] && found=$name; done
  if [[ -z $found ]]; then
    echo "error: there is no mutant $word; the mutants are:" >&2
    printf '  %s\n' "${all[@]}" >&2
    exit 2
  fi
  names+=("$found")
done
if [[ ${#names[@]} -eq 0 ]]; then
  echo "error: Tests/Mutants holds no mutant" >&2
  exit 2
fi
if [[ $isList -eq 1 ]]; then
  for name in "${names[@]}"; do
    echo "$name"
    sed -n '/^--- /q; s/^./  &/p' "Tests/Mutants/$name.patch"
    sed -n 's|^+++ b/|  in |p' "Tests/Mutants/$name.patch"
  done
  exit 0
fi

unset RECORDINGS LLMTRADING_HOT_ONLY LLMTRADING_SUITE
export HISTORIES=${HISTORIES:-100}
limit=${LIMIT:-900}
root=$PWD work=$PWD/.build/mutants
tree=$work/tree logs=$work/logs
mkdir -p "$tree" "$logs"
# A patch is taken as of the copy, not of the repository around it.
export GIT_CEILING_DIRECTORIES=$work
exec 9>"$work/lock"
if ! flock -n 9; then
  echo "error: another run has .build/mutants" >&2
  exit 2
fi

# The working tree, new files too. What did not change keeps its time: builds are incremental, and
# what an interrupted run left planted is put right.
copy_tree() {
  local file
  {
    git ls-files -z --cached --others --exclude-standard
    printf 'Package.resolved\0'
  } | while IFS= read -r -d '' file; do
    [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"
  done | sort -zu >"$work/files"
  (cd "$tree" && find . \( -type f -o -type l \) -printf '%P\0' | sort -z \
    | comm -z -23 - "$work/files" | xargs -0r rm -f) || return 1
  while IFS= read -r -d '' file; do
    if [[ -L $file ]]; then
      [[ $(readlink "$file") == "$(readlink "$tree/$file")" ]] && continue
    else
      cmp -s "$file" "$tree/$file" && continue
    fi
    mkdir -p "$tree/$(dirname "$file")"
    cp -P --preserve=mode --remove-destination "$file" "$tree/$file" || return 1
  done <"$work/files"
}

# build SUITE LOG: that suite alone, and what it needs.
build() {
  (cd "$tree" && LLMTRADING_SUITE=$1 timeout --foreground -k 10 3600 \
    swift build --scratch-path ../build --product llmtradingPackageTests) >"$2" 2>&1 9>&-
}

# run SUITE LOG: 0 green, 1 red with `reason`, 2 nothing proved. The tests are this shell's own child:
# `swift test` that is stopped leaves a hanging one behind.
reason=
run() {
  local status=0
  (cd "$tree" && exec timeout --foreground -k 10 "$limit" \
    ../build/debug/llmtradingPackageTests.xctest --testing-library swift-testing \
    --filter "^$1\\.") >"$2" 2>&1 9>&- || status=$?
  reason=
  if [[ $status -eq 0 ]]; then
    grep -qE '^✔ Test run with [1-9]' "$2"
    return $(($? * 2))
  fi
  reason=$(sed -nE '/^✘ Test run /d; s/^✘ Test ("[^"]*"|[^ ]+) .*/\1/p' "$2" | head -1)
  case $status in
    124 | 137) reason="a hang of $limit s${reason:+, after $reason}" ;;
    13[1-9]) reason="a trap, signal $((status - 128))${reason:+, after $reason}" ;;
  esac
  [[ -n $reason ]] && return 1
  return 2
}

apply() { (cd "$tree" && git apply --whitespace=nowarn "$@") >>"$log" 2>&1; }

# try NAME: 0 caught, 1 survived, 2 to be refreshed; `told` says it.
told=
try() {
  local name=$1 log=$logs/$1.log suite status=1
  local patch=$root/Tests/Mutants/$name.patch
  : >"$log"
  if ! apply "$patch"; then
    told="ERROR: does not apply ($log)"
    return 2
  fi
  told=SURVIVED
  for suite in "${suites[@]}"; do
    build "$suite" "$logs/$name.$suite.log"
    case $? in
      0) ;;
      124 | 13[0-9] | 14[0-9])
        told="ERROR: its build was stopped, nothing is proved ($logs/$name.$suite.log)" status=2
        break
        ;;
      *)
        told="ERROR: does not compile ($logs/$name.$suite.log)" status=2
        break
        ;;
    esac
    run "$suite" "$logs/$name.$suite.log" 2>/dev/null
    case $? in
      1) told="caught by $suite / $reason" status=0 ;;
      2) told="ERROR: $suite ran no test ($logs/$name.$suite.log)" status=2 ;;
      *) continue ;;
    esac
    break
  done
  if ! apply -R "$patch"; then
    echo "error: $name cannot be taken back ($log)" >&2
    exit 2
  fi
  return "$status"
}

copy_tree || exit 2
for suite in "${suites[@]}"; do
  start=$SECONDS log=$logs/none.$suite.log
  if ! build "$suite" "$log" || ! run "$suite" "$log" 2>/dev/null; then
    tail -n 20 "$log" >&2
    echo "error: $suite is not green without a mutant: nothing is proved ($log)" >&2
    exit 2
  fi
  printf '%-40s %6s s  %s\n' "no mutant" $((SECONDS - start)) "$suite is green"
done

caught=0 survived=0 errors=0
for name in "${names[@]}"; do
  start=$SECONDS
  try "$name"
  case $? in
    0) caught=$((caught + 1)) ;;
    1) survived=$((survived + 1)) ;;
    *) errors=$((errors + 1)) ;;
  esac
  printf '%-40s %6s s  %s\n' "$name" $((SECONDS - start)) "$told"
done
echo
[[ $errors -eq 0 ]] || echo "$errors to be refreshed"
echo "$caught of ${#names[@]} caught"
[[ $errors -eq 0 ]] || exit 2
[[ $survived -eq 0 ]]
