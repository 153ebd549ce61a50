#!/bin/bash
# SPDX-License-Identifier: MIT
# capture.sh EMEND SOURCE-FOLDER [KILLS]: `emend live` with capture as its user meets it, and killed (kill -9) at
# that many random moments (10). Each time: the journal is readable up to its last whole record, holds every message
# up to some moment, and that moment lies at most a second before the kill; the next start needs no repair.
# SEED=N repeats a run.
set -u
emend=$1 source=$2 kills=${3:-10}
seed=${SEED:-$(date +%s)}
work=$(mktemp -d "${TMPDIR:-/tmp}/emend-capture.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Nobody's own settings and takes.
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data
failures=0
echo "seed $seed, $kills kills"

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# A key of a JSON file's first take that has it.
value() { sed -n "s/^ *\"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},*\$/\1/p" "$1" | head -n 1; }

# 4 s of 1,000 messages a second, a tick of 1 ms apart: notes of 1 ms on ever other keys.
make_stream() {
    events=4000
    size=$((events * 4 + 4))
    {
        printf 'MThd\0\0\0\6\0\0\0\1\001\364MTrk\0\0'
        printf "$(printf '\\%03o\\%03o' $((size / 256)) $((size % 256)))"
        LC_ALL=C awk -v n=$events 'BEGIN {
            for (i = 0; i < n; i++) {
                printf "%c%c%c%c", 1, i % 2 ? 128 : 144, 30 + int(i / 2) % 60, 64
            }
        }'
        printf '\1\377\57\0'
    } >"$work/stream.mid"
}

# play ARGUMENT...: the stream through the file driver, in the background.
play() {
    "$emend" live --driver file --in "$work/stream.mid" --out "$work/out.mid" --capture "$@" >"$work/live.out" 2>&1 &
    player=$!
}

# Wait until the stream flows, and note when that was, to some 10 ms.
flow() {
    for _ in $(seq 1000); do
        grep -q 'driver file' "$work/live.out" && { started=$(date +%s%N); return; }
        sleep 0.01
    done
    fail "the playing did not start: $(cat "$work/live.out")"
    return 1
}

# Message k is due k ms after the start and the first one begins the take: none may be missing before the last,
# and the last must have been due at most a second before the kill.
judge() {
    awk -v killed="$2" -v started="$started" -v seconds="$(value "$work/take.json" seconds)" \
        -v events="$(value "$work/take.json" events_in)" -v at="$1" 'BEGIN {
            behind = (killed - started) / 1e9 - seconds
            missing = int(seconds * 1000 + 1.5) - events
            printf "%d %d %d %.3f\n", at, events, missing, behind
            exit !(behind <= 1 && missing <= 1 && missing >= -1)
        }'
}

# Play, kill after so many milliseconds, look at what is left, start again.
kill_once() {
    rm -rf "$takes"
    play
    flow || return
    sleep "$(awk -v ms="$1" 'BEGIN { print ms / 1000 }')"
    { kill -9 $player; wait $player; } 2>/dev/null
    killed=$(date +%s%N)
    "$emend" takes show last --json >"$work/take.json" 2>"$work/complaint" ||
        fail "kill after $1 ms: $(cat "$work/complaint")"
    judge "$1" "$killed" >>"$work/figures" ||
        fail "kill after, messages, missing, seconds lost: $(tail -n 1 "$work/figures")"
    "$emend" takes export last "$work/killed.mid" --both 2>"$work/complaint" || fail "export: $(cat "$work/complaint")"
    "$emend" takes list >"$work/list" 2>&1
    grep -q 'cut off' "$work/list" || fail "the list does not say what was cut off: $(cat "$work/list")"
    play --seconds 0.3
    wait $player || fail "the next start: $(cat "$work/live.out")"
    [ "$(ls "$takes" | wc -l)" = 2 ] || fail "the next start did not leave two takes: $(ls "$takes")"
}

check_private() {
    [ "$(stat -c %a "$takes")" = 700 ] || fail "the folder of takes is open to others"
    [ -z "$(find "$takes" -type f ! -perm 600)" ] || fail "takes are open to others"
}

# bad STATUS PATTERN ARGUMENT...: one line and nothing else.
bad() {
    local status=$1 pattern=$2
    shift 2
    "$emend" takes "$@" >"$work/said" 2>"$work/complaint" </dev/null
    [ $? = "$status" ] || fail "emend takes $*: not status $status: $(cat "$work/complaint")"
    [ "$(wc -l <"$work/complaint")" = 1 ] || fail "emend takes $*: not one line: $(cat "$work/complaint")"
    grep -q -e "$pattern" "$work/complaint" || fail "emend takes $*: not '$pattern': $(cat "$work/complaint")"
    [ ! -s "$work/said" ] || fail "emend takes $*: said something"
}

check_commands() {
    local name
    name=$(ls "$takes" | head -n 1)
    bad 2 'missing'
    bad 2 "no 'takes sing'" sing
    bad 1 'no take' show 1999
    bad 2 'more than one' show 20
    bad 2 'exclude' export last "$work/x.mid" --raw --both
    bad 1 'not a take' show "$work/stream.mid"
    bad 2 'not a take' delete "$work/stream.mid" --yes
    bad 2 'nobody can be asked' delete last
    bad 1 'cannot write' export last "$work/none/x.mid"
    # A torn tail: what was whole is exported, and one line tells what is lost.
    head -c 3000 "$takes/$name" >"$work/torn.take"
    "$emend" takes export "$work/torn.take" "$work/torn.mid" 2>"$work/complaint" || fail "a torn take is not exported"
    grep -q 'the last [0-9]* bytes are lost' "$work/complaint" || fail "no word on what is lost: $(cat "$work/complaint")"
    "$emend" takes export last - --raw | cmp -s - "$work/out.mid" && fail "raw is clean"
    # Enough to learn from, twice: the last take is held back.
    play --seconds 2
    wait $player || fail "playing once more: $(cat "$work/live.out")"
    cp "$takes/$(ls "$takes" | tail -n 1)" "$takes/2020-01-01_00-00-00.take"
    "$emend" train vosp --data "$takes" --out "$work/own.safetensors" --hidden 8 --latent 2 --generator 8 --gate 4 \
        --epochs 1 --gate-epochs 1 --threads 1 --seed 7 >"$work/train.out" 2>&1 || fail "no training: $(cat "$work/train.out")"
    "$emend" takes delete "${name%.take}" --yes || fail "delete"
    [ "$(ls "$takes" | wc -l)" = 3 ] || fail "delete left $(ls "$takes")"
}

# The disk is full: playing goes on, one line says that capture does not, and no record is torn.
check_full_disk() {
    rm -rf "$takes"
    (ulimit -f 30; play; wait $player) || fail "a full disk ended the playing: $(cat "$work/live.out")"
    [ "$(grep -c 'capture stopped' "$work/live.out")" = 1 ] || fail "not one line on the full disk: $(cat "$work/live.out")"
    grep -q 'cleaned take is in' "$work/live.out" || fail "the playing did not go on: $(cat "$work/live.out")"
    "$emend" takes show last --json >"$work/take.json"
    [ "$(value "$work/take.json" lost_bytes)" = 0 ] || fail "a record was torn: $(cat "$work/take.json")"
}

check_no_capture() {
    rm -rf "$takes"
    play --seconds 0.3 --no-capture
    wait $player || fail "--no-capture: $(cat "$work/live.out")"
    mkdir -p "$XDG_CONFIG_HOME/emend"
    echo 'takes = "/dev/null"; take_pause = 1.5; capture_limit_mb = 5;' >"$XDG_CONFIG_HOME/emend/emend.conf"
    play --seconds 0.3
    wait $player || fail "a folder that is none ended the playing: $(cat "$work/live.out")"
    grep -q 'nothing is captured: ' "$work/live.out" || fail "no word on a folder that is none: $(cat "$work/live.out")"
    [ ! -e "$takes" ] || fail "captured though told not to"
}

takes=$XDG_DATA_HOME/emend/takes
make_stream
for moment in $(awk -v seed="$seed" -v n="$kills" 'BEGIN { srand(seed); for (i = 0; i < n; i++) print 300 + int(rand() * 2500) }'); do
    kill_once "$moment"
done
check_private
check_commands
check_full_disk
check_no_capture
sort -n -k 4 "$work/figures" | awk '{ lost[NR] = $4; }
    END { printf "%d kills: seconds lost: median %.3f, most %.3f\n", NR, lost[int((NR + 1) / 2)], lost[NR] }'
[ $failures = 0 ] || echo "$failures failures with seed $seed"
[ $failures = 0 ]
