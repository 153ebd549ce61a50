#!/bin/bash
# SPDX-License-Identifier: MIT
# transfer.sh TOOLS COMMAND...: sender -> emend -> recorder under a private JACK server. Sender and
# recorder are in the folder TOOLS; COMMAND runs emend (or the pass-through) until SIGTERM.
# 1,000 events a second must arrive in the same cycle at the same frame (DELAY frames later), byte for byte;
# notes that the sender held when it left are ended; and all this again after the server has died.
# EVENTS, RATE, PERIOD, DELAY, CLEAN=1 (notes may be missing), RESTART=0 and COMPARE (another awk script) change
# what is done.
here=$(dirname "$0")
. "$here/server.sh"
tools=$1
shift
seed=${SEED:-$RANDOM}
echo "seed $seed"

# A server that stumbled (an xrun) has lost time or events by itself: that is not the port's doing.
transfer() {
    local number=$1
    for try in 1 2 3; do
        run "recorder$number" "$tools/jack_record" emend:out "$work/received$number"
        local recorder=$last
        expect "recorder$number" ready
        "$tools/jack_send" emend:in "${EVENTS:-5000}" 1000 "$seed" "$work/sent$number" || fail "the sender failed"
        sleep 1.5 # emend sees that its source has left
        finish recorder "$recorder"
        awk -v DELAY="${DELAY:-0}" -v CLEAN="${CLEAN:-0}" -f "${COMPARE:-$here/compare.awk}" "$work/sent$number" "$work/received$number" && return
        grep -q xrun "$work/recorder$number.out" || fail "transfer $number differs"
        echo "try $try: the server had an xrun; once more"
    done
    skip "this machine is too busy for JACK: every try had xruns"
}

start_server
run emend "$@"
emend=$last
transfer 1
if [ "${RESTART:-1}" = 1 ]; then
    stop_server -KILL
    sleep 1
    start_server
    transfer 2
fi
finish emend "$emend"
cat "$work/emend.out"
