# SPDX-License-Identifier: MIT
# Sourced by the JACK tests: a private server with the dummy driver, and clients that are ended first.
# Exit status 77 tells ctest that the test was skipped.
set -u
export JACK_DEFAULT_SERVER=emend-test-$$ JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
work=$(mktemp -d "${TMPDIR:-/tmp}/emend-jack.XXXXXX")
server=
clients=

skip() { echo "skipped: $1"; exit 77; }
fail() { echo "FAILED: $1"; tail -n 20 "$work"/*.out 2>/dev/null; exit 1; }

# Real-time scheduling where it is permitted: without it a busy machine makes JACK's clock slip. -S and -t let
# the server wait for a late client: else a busy machine loses cycles, and the events in them (LATE=lost).
start_server() {
    command -v jackd >/dev/null || skip "jackd is not installed (Debian: jackd2)"
    if [ "$(id -u)" = 0 ] || [ "$(ulimit -r 2>/dev/null || echo 0)" != 0 ]; then realtime="-R -P70"; else realtime=-r; fi
    if [ "${LATE:-}" = lost ]; then sync=; else sync="-S -t 2000"; fi
    jackd -n "$JACK_DEFAULT_SERVER" $sync $realtime -d dummy -r "${RATE:-48000}" -p "${PERIOD:-256}" >"$work/jackd.out" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        kill -0 "$server" 2>/dev/null || skip "jackd does not run here: $(tail -n 1 "$work/jackd.out")"
        # The port's socket; clients must not be used to look for the server, they can jam its start.
        [ -e "/dev/shm/jack_${JACK_DEFAULT_SERVER}_$(id -u)_0" ] && { sleep 0.5; return; }
        sleep 0.1
    done
    skip "jackd does not come up here"
}

stop_server() {
    [ -n "$server" ] && kill ${1:-} "$server" 2>/dev/null && wait "$server" 2>/dev/null
    server=
    [ -z "${JACK_DEFAULT_SERVER:-}" ] || rm -rf /dev/shm/jack*"_${JACK_DEFAULT_SERVER}_"*
}

# Run in the background: run NAME COMMAND...; its process is in $last.
run() {
    local name=$1
    shift
    "$@" >"$work/$name.out" 2>&1 &
    last=$!
    clients="$clients $last"
}

# Wait until NAME has printed a line that matches PATTERN.
expect() {
    for _ in $(seq 150); do
        grep -q -- "$2" "$work/$1.out" 2>/dev/null && return
        sleep 0.1
    done
    fail "$1 did not say '$2'"
}

# End one client and check its exit status: finish NAME PROCESS.
finish() {
    kill "$2" 2>/dev/null
    wait "$2" || fail "$1 ended with status $?"
}

# Those that do not end by themselves are made to.
end_clients() {
    local client signal
    for signal in TERM KILL; do
        for client in $clients; do
            [[ " $(jobs -pr | tr '\n' ' ') " != *" $client "* ]] || kill -$signal "$client"
        done
        [ -z "$clients" ] || sleep 1
    done
    for client in $clients; do wait "$client" 2>/dev/null; done
    clients=
}

clean_up() {
    end_clients
    stop_server
    rm -rf "$work"
}
trap clean_up EXIT
