#!/bin/bash
# SPDX-License-Identifier: MIT
# soak.sh TOOLS EMEND SOURCE-FOLDER [SECONDS]: `emend live` with the preset pop under a JACK server without hardware,
# 1,000 events a second for so long (600), captured. Nothing is lost, no note stays on, and after the first minute (or
# tenth of the time) memory does not grow and the live thread has no page fault.
. "$(dirname "$0")/../system/jack/server.sh"
tools=$1 emend=$2 source=$3 seconds=${4:-600}
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state
slack=512 # KiB that memory may grow by: allocators return some late
most=$((128 * 1024)) # KiB, without what the JACK server shares with its clients
warm=$((seconds / 10 < 60 ? seconds / 10 : 60))
seed=${SEED:-$RANDOM}
echo "seed $seed, $seconds seconds"

# A field of /proc/PID/status, in KiB.
memory() { sed -n "s/^$1:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$live/status"; }

# Page faults so far of the live thread, minor and major; its name is in brackets and the fields after it count from 3.
faults() {
    for task in /proc/$live/task/*; do
        grep -qx emend-live "$task/comm" 2>/dev/null && sed 's/.*) //' "$task/stat" | awk '{ print $8, $10 }' && return
    done
    echo 'none none'
}

# What the server shares with all clients is some 100 MB of it, and locked like the rest.
own_memory() { echo $(($(memory VmRSS) - $(memory RssShmem))); }

sample() { echo "$(memory VmRSS) $(memory VmHWM) $(faults)"; }

start_server
run emend "$emend" live --driver jack --preset "$source/presets/pop" --report "$work/report.json"
live=$last
expect emend 'driver jack'
run recorder "$tools/jack_record" emend:out "$work/received"
recorder=$last
expect recorder ready
run sender "$tools/jack_send" emend:in $((seconds * 1000)) 1000 "$seed" "$work/sent"
sender=$last
sleep $((warm + 2))
first=$(sample)
own=$(own_memory)
echo "without what JACK shares: $own KiB"
echo "after $warm s: VmRSS VmHWM (KiB), minor and major faults of the live thread: $first"
for tenth in 1 2 3 4 5 6 7 8 9; do
    sleep $(((seconds - warm) / 10))
    kill -0 "$sender" 2>/dev/null || break
    latest=$(sample)
    echo "$((tenth))0 %: $latest"
done
wait "$sender" || fail "the sender failed"
last_sample=$(sample)
echo "at the end: $last_sample"
sleep 2
finish recorder "$recorder"
finish emend "$live"
tail -n 12 "$work/emend.out"
grep -E '"(events_in|events_out|dropped|capture_lost|sounding|xruns|send_failed)"' "$work/report.json"
for key in dropped sounding capture_lost; do
    grep -q "\"$key\": *0[^0-9]" "$work/report.json" || fail "the report does not say $key 0"
done
[ "$own" -le $most ] || fail "more than $most KiB of memory are in use"
echo "$first $last_sample" | awk -v slack=$slack '{ exit !($5 - $1 <= slack && $6 - $2 <= slack) }' ||
    fail "memory grew"
echo "$first $last_sample" | awk '{ exit $7 - $3 != 0 || $8 - $4 != 0 }' || fail "the live thread had page faults"
if awk -v CLEAN=1 -v DELAY=0 -f "$(dirname "$0")/../system/jack/compare.awk" "$work/sent" "$work/received"; then
    :
elif grep -q xrun "$work/recorder.out"; then
    echo "the server had $(grep -c xrun "$work/recorder.out") xruns, so what it lost by itself is not judged"
else
    fail "events were lost"
fi
