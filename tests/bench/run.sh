#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh [BUILD-FOLDER [OPTION-OF-EMEND_BENCH...]]: the whole benchmark. After emend_bench, the latency from port to
# port of `emend live` with the default preset, between a sender and a recorder of the tests' own, under a JACK
# server without hardware.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$source/build}
[ $# -gt 0 ] && shift
preset=$source/presets/pop
own=$(mktemp -d "${TMPDIR:-/tmp}/emend-bench.XXXXXX")
trap 'rm -rf "$own"' EXIT

skip() { echo "latency from port to port: skipped: $1"; exit 0; }

"$build/emend_bench" "$@" || exit

echo
[ -e "$preset/vosp.safetensors" ] || skip "$preset/vosp.safetensors is not there"
[ -x "$build/jack_send" ] || skip "$build was made without JACK"
# Nobody's own settings.
export HOME=$own XDG_CONFIG_HOME=$own/config XDG_DATA_HOME=$own/data XDG_STATE_HOME=$own/state
export COMPARE=$source/tests/bench/latency.awk RESTART=0 EVENTS=10000 RATE=48000
rows=
for PERIOD in 64 256; do
    export PERIOD
    bash "$source/tests/system/jack/transfer.sh" "$build" "$build/emend" live --driver jack --preset "$preset" --mode clean \
        --report "$own/report.json" >"$own/out" 2>&1
    status=$?
    [ $status = 77 ] && skip "$(grep skipped: "$own/out")"
    [ $status = 0 ] || { cat "$own/out"; exit $status; }
    dropped=$(sed -n 's/.*"dropped": *\([0-9]*\).*/\1/p' "$own/report.json")
    rows+=$(awk -v period=$PERIOD -v dropped="$dropped" '/^latency/ {
        printf "| %d | %d | %d | %d | %d | %d | %d |", period, $2, $3, $4 + dropped, $5, $6, $7 }' "$own/out")$'\n'
done
echo "Port to port under JACK at $RATE frames a second, 1,000 events a second, clean: frames from in to out."
echo
echo "| period, frames | events | notes removed | events lost | p50 | p99 | max |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
printf %s "$rows"
