#!/bin/bash
# SPDX-License-Identifier: MIT
# held.sh TOOLS ROW COMMAND...: what a keyboard holds is ended at the recorder, whatever happens. COMMAND runs emend
# (or the pass-through) until SIGTERM, with `emend:out` connected to the recorder in row restart; row killed wants emend.
here=$(dirname "$0")
. "$here/server.sh"
tools=$1 row=$2
shift 2
# Nobody's own settings and takes.
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state
seed=${SEED:-$RANDOM}
echo "seed $seed"

# record NUMBER SOURCE
record() {
    run "recorder$1" "$tools/jack_record" "$2" "$work/received$1"
    recorder=$last
}

# A keyboard that stays, or that loses its connection for a moment: play stay|return [EVENTS]
play() {
    run keyboard "$tools/jack_send" emend:in "${2:-200}" 400 "$seed" "$work/sent" "$1"
    keyboard=$last
}

# all_ended FILE...: in all that was recorded, one after the other.
all_ended() {
    cat "$@" | awk '
        length($2) == 6 && $2 ~ /^[89]/ {
            if ($2 ~ /^9/ && substr($2, 5) != "00") {
                sounding[substr($2, 2, 3)]++
                ons++
            } else {
                sounding[substr($2, 2, 3)]--
            }
        }
        END {
            for (key in sounding) { stuck += sounding[key] > 0 }
            printf "%d notes, %d stuck\n", ons, stuck
            exit stuck > 0 || ons < 20
        }' || fail "$row: notes stay on"
}

begin() {
    start_server
    run emend "$@"
    emend=$last
    record 1 emend:out
    expect recorder1 ready
}

# A source is away for less than the time between two looks.
row_return() {
    begin "$@"
    play return
    expect keyboard played
    sleep 1.5
    finish recorder1 "$recorder"
    all_ended "$work/received1"
}

# The ends wait for the recorder, which comes back after the server.
row_restart() {
    start_server
    record 1 -
    sleep 1
    run emend "$@"
    emend=$last
    expect recorder1 ready
    play stay
    expect keyboard played
    stop_server -KILL
    kill -KILL "$keyboard"
    finish recorder1 "$recorder"
    expect emend 'the server went away'
    start_server
    record 2 -
    expect recorder2 ready
    sleep 1.5
    finish recorder2 "$recorder"
    all_ended "$work/received1" "$work/received2"
}

# A program that is killed leaves its notes to the next one, which ends them once somebody hears it.
row_killed() {
    begin "$@"
    play stay
    expect keyboard played
    sleep 2 # the take is on the disk
    finish recorder1 "$recorder"
    kill -KILL "$emend" "$keyboard"
    stop_server -KILL # one that lost clients so can be jammed
    start_server
    run emend "$@"
    emend=$last
    expect emend 'take broke off'
    sleep 1.5
    record 2 emend:out
    expect recorder2 ready
    sleep 1
    finish recorder2 "$recorder"
    all_ended "$work/received1" "$work/received2"
}

# A server that does not wait drops the cycles that a stopped program misses, and key releases with them.
row_stopped() {
    LATE=lost PERIOD=1024 begin "$@"
    play stay 800
    sleep 1.5
    kill -STOP "$emend"
    expect keyboard played
    sleep 0.5
    kill -CONT "$emend"
    expect emend 'input was lost; held keys'
    sleep 1
    stop_server -KILL # jackd can be jammed after this, and its clients with it
    finish recorder1 "$recorder"
    all_ended "$work/received1"
}

# The listener is disconnected while keys are let go, by hand and not for good.
row_relinked() {
    start_server
    run emend "$@"
    emend=$last
    expect emend 'driver jack'
    for away in 100 1500; do
        "$tools/jack_hold" 3 $away >"$work/hold.out" 2>&1 || fail "$row: $(cat "$work/hold.out")"
        cat "$work/hold.out"
    done
}

# Cycles are lost, of one's length to many, and key releases in them; what was sent of late may be lost too.
row_lost() {
    LATE=lost start_server
    run emend "$@"
    emend=$last
    expect emend 'driver jack'
    for frozen in 20 90 300 2000; do
        "$tools/jack_hold" 5 $frozen "$emend" >"$work/hold.out" 2>&1 || fail "$row: $(cat "$work/hold.out")"
        cat "$work/hold.out"
    done
    expect emend 'input was lost; held keys'
    kill -KILL "$emend" # a server that lost so much can be jammed, and its clients with it
    emend=
}

# Keys are struck to the last.
row_playing() {
    begin "$@"
    play stay 4000
    sleep 3
    finish emend "$emend"
    emend=
    sleep 0.5
    stop_server -KILL
    finish recorder1 "$recorder"
    all_ended "$work/received1"
}

# Where a cycle lasts two seconds.
row_exit() {
    RATE=4000 PERIOD=8192 begin "$@"
    play stay
    expect keyboard played
    sleep 5
    finish emend "$emend"
    emend=
    finish recorder1 "$recorder"
    all_ended "$work/received1"
}

# jackd is held up, but alive: nobody's connections are given up.
row_frozen() {
    begin "$@"
    kill -STOP "$server"
    sleep 7
    kill -CONT "$server"
    sleep 1
    play stay
    expect keyboard played
    grep -q 'went away' "$work/emend.out" && fail "$row: a good server was given up"
    stop_server -KILL
    finish recorder1 "$recorder"
    [ -s "$work/received1" ] || fail "$row: the connection is gone"
}

"row_$row" "$@"
[ -z "$emend" ] || finish emend "$emend"
