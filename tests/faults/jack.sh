#!/bin/bash
# SPDX-License-Identifier: MIT
# jack.sh ROW TOOLS EMEND SOURCE-FOLDER TRAP: rows of the fault table (faults.sh) that need a JACK server. `emend live`
# runs with the trap preloaded, so that whatever its live thread must not do on these paths ends it.
. "$(dirname "$0")/../system/jack/server.sh"
row=$1 tools=$2 emend=$3 source=$4 trap=$5
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state
seed=${SEED:-$RANDOM}
echo "seed $seed"

start_emend() {
    mkdir "$work/tiny"
    "$emend" train vosp --data "$source"/assets/{minuet,minuet,minuet}.mid --out "$work/tiny/vosp.safetensors" \
        --hidden 8 --latent 2 --generator 8 --gate 4 --epochs 1 --gate-epochs 1 --threads 1 --seed 7 \
        >"$work/train.out" 2>&1 || fail "no model"
    echo 'description = "a test"; strength = 0.5;' >"$work/tiny/preset.cfg"
    run emend env LD_PRELOAD="$trap" "$emend" live --driver jack --preset "$work/tiny" --mode clean \
        --report "$work/report.json"
    live=$last
    expect emend 'driver jack'
}

# record NUMBER; its process is in $recorder.
record() {
    run "recorder$1" "$tools/jack_record" emend:out "$work/received$1"
    recorder=$last
    expect "recorder$1" ready
}

# play NUMBER EVENTS: a keyboard; its process is in $sender. It leaves with its last keys down.
play() {
    run "sender$1" "$tools/jack_send" emend:in "$2" 1000 "$seed" "$work/sent"
    sender=$last
}

# Every note that was heard was ended, and no end came without its note (but for those of notes heard by another
# recorder: balanced NAME FILE others).
balanced() {
    awk -v name="$1" -v others="${3:-}" '
        length($2) == 6 && $2 ~ /^[89]/ {
            key = substr($2, 2, 3)
            if ($2 ~ /^9/ && substr($2, 5) != "00") {
                sounding[key]++
                ons++
            } else if (--sounding[key] < 0) {
                unmatched++
                sounding[key] = 0
            }
        }
        END {
            for (key in sounding) { stuck += sounding[key] }
            printf "%s: %d notes, %d stuck, %d ends without a note\n", name, ons, stuck, unmatched
            exit stuck + (others == "" ? unmatched : 0) > 0 || ons < 100
        }' "$2" || fail "$1: notes are not in order"
}

end_emend() {
    finish emend "$live"
    cat "$work/emend.out"
    for key in dropped sounding capture_lost; do
        grep -q "\"$key\": *0[^0-9]" "$work/report.json" ||
            fail "the report does not say $key 0: $(cat "$work/report.json")"
    done
}

row_port_vanishes() {
    record 1
    play 1 2000
    wait "$sender" || fail "the sender failed"
    sleep 2
    finish recorder1 "$recorder"
    balanced 'the keyboard went, keys down' "$work/received1"
    record 2
    play 2 4000
    sleep 2
    finish recorder2 "$recorder" # the DAW, notes on
    wait "$sender" || fail "the sender failed"
    sleep 2
    record 3
    play 3 2000
    wait "$sender" || fail "the sender failed"
    sleep 2
    finish recorder3 "$recorder"
    balanced 'the DAW went and came' "$work/received3" others # the ends that it may have missed come first
}

# Look-ahead, mode and model change under a stream of notes, and with them what JACK is told of the latency.
row_sighup_jack() {
    local conf=$XDG_CONFIG_HOME/emend/emend.conf ahead
    mkdir -p "${conf%/*}"
    record 1
    play 1 8000
    for ahead in 30 0 120 10; do
        sleep 1
        echo "look_ahead = $ahead.0; strength = 0.$ahead;" >"$conf"
        cp "$work/tiny/vosp.safetensors" "$work/kept"
        [ $ahead = 120 ] && head -c 100 "$work/kept" >"$work/tiny/vosp.safetensors"
        kill -HUP "$live"
        if [ $ahead = 120 ]; then
            expect emend 'not reloaded, all stays as it was: .*vosp.safetensors'
            cp "$work/kept" "$work/tiny/vosp.safetensors"
            kill -HUP "$live"
        fi
        expect emend "reloaded: preset tiny, clean, .*look-ahead $ahead ms"
    done
    wait "$sender" || fail "the sender failed"
    sleep 2
    finish recorder1 "$recorder"
    balanced 'reloaded' "$work/received1"
}

row_server_dies() {
    record 1
    play 1 1000000
    sleep 2
    stop_server -KILL
    { kill -9 "$sender" "$recorder"; wait "$sender" "$recorder"; } 2>/dev/null
    expect emend 'the server went away'
    start_server
    expect emend 'a server is back'
    record 2
    play 2 2000
    wait "$sender" || fail "the sender failed"
    sleep 2
    finish recorder2 "$recorder"
    balanced 'the server died and came back' "$work/received2" others
}

start_server
start_emend
"row_$row"
end_emend
