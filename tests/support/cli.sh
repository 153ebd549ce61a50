# SPDX-License-Identifier: MIT
# Sourced by tests of the program, with `emend` set: a folder of their own to work in, and what a case must do.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
# Nobody's own settings, presets, takes or colours.
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data"
input=/dev/null
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# bad STATUS PATTERN ARGUMENT...: one line of complaint, nothing on standard output, no file in `out`
bad() {
  wanted=$1
  pattern=$2
  shift 2
  rm -rf out
  mkdir out
  "$emend" "$@" >said 2>complaint <"$input"
  status=$?
  [ "$status" -eq "$wanted" ] || fail "emend $*: exit status $status, not $wanted: $(cat complaint)"
  [ "$(wc -l <complaint)" -eq 1 ] || fail "emend $*: not one line: $(cat complaint)"
  grep -q -e "$pattern" complaint || fail "emend $*: '$(cat complaint)' does not say '$pattern'"
  [ ! -s said ] || fail "emend $*: something on standard output: $(head -c 200 said)"
  [ -z "$(ls out)" ] || fail "emend $*: left $(ls out)"
}

# good COMMAND...: what it says is in `said`, what it complains of in `complaint`
good() {
  "$@" >said 2>complaint || fail "$*: exit status $?: $(cat complaint)"
}

# has FILE PATTERN
has() {
  grep -q -e "$2" "$1" || fail "$1 does not hold '$2': $(head -c 600 "$1")"
}

finish() {
  [ "$failures" -eq 0 ] && echo "All cases passed." && exit 0
  echo "$failures cases failed."
  exit 1
}
