#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzz the readers and the live engine:  sh tests/fuzz/run.sh SECONDS [NAME...]
# Each target runs for so long by the clock, two to a processor, from its inputs in tests/fuzz/NAME and what earlier
# runs have found out (kept in the build folder, build-fuzz or $FUZZ_BUILD). A finding lies in BUILD/findings/NAME:
# mend it and store the input in tests/fuzz/NAME, where the unit tests run it ever after. Wants clang.
set -eu
cd "$(dirname "$0")/../.."

case ${1:-} in
'' | *[!0-9]*)
  echo "usage: sh tests/fuzz/run.sh SECONDS [NAME...]" >&2
  exit 2
  ;;
esac
seconds=$1
shift
[ $# -gt 0 ] || set -- bytes smf journal safetensors rolls config options search page

build=${FUZZ_BUILD:-build-fuzz}
jobs=$(getconf _NPROCESSORS_ONLN)
launcher=
if command -v ccache >/dev/null; then
  launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache
fi
generator="-G Ninja"
[ ! -f "$build/CMakeCache.txt" ] || generator=
cmake -S . -B "$build" $generator $launcher -DCMAKE_BUILD_TYPE=Debug '-DCMAKE_C_FLAGS_DEBUG=-O1 -g' \
  -DCMAKE_C_COMPILER=clang -DEMEND_FUZZ=ON -DEMEND_TESTS=ON \
  -DEMEND_SANITIZE=fuzzer-no-link,address,undefined >/dev/null
cmake --build "$build" -j "$jobs" --target fuzzers

export build seconds
at_once=$((2 * jobs))
export LSAN_OPTIONS="suppressions=$PWD/tests/support/leaks.supp:print_suppressions=0"
printf '%s\n' "$@" | xargs -P "$at_once" -n 1 sh -c '
  mkdir -p "$build/corpus/$1" "$build/findings/$1"
  "$build/fuzz_$1" -max_total_time="$seconds" -timeout=120 -report_slow_units=120 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$1/" "$build/corpus/$1" "tests/fuzz/$1" >"$build/fuzz_$1.log" 2>&1 ||
    echo "$1: see $build/fuzz_$1.log and $build/findings/$1" >&2' fuzz || true

found=no
for name in "$@"; do
  count=$(ls "$build/findings/$name" | wc -l)
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz_$name.log")
  printf '%-12s %9s executions, %s findings\n' "$name" "${runs:-no}" "$count"
  [ -n "$runs" ] && [ "$count" -eq 0 ] || found=yes
done
[ $found = no ]
