#!/bin/bash
# SPDX-License-Identifier: MIT
# replug.sh TOOLS COMMAND...: COMMAND takes `emend:in`'s source and `emend:out`'s sink as its last two arguments.
# Ports that leave and return between two looks are connected again; a connection that is undone by hand is not.
here=$(dirname "$0")
. "$here/server.sh"
tools=$1
shift

start_server
for away in 20 100 200 400 hand; do
    run keyboard "$tools/jack_replug" keyboard out $away
    keyboard=$last
    run daw "$tools/jack_replug" daw in $away
    daw=$last
    expect keyboard ready
    expect daw ready
    run emend "$@" keyboard:p daw:p
    emend=$last
    wait "$keyboard" || fail "emend was wrong about the keyboard's port, away: $away"
    wait "$daw" || fail "emend was wrong about the DAW's port, away: $away"
    finish emend "$emend"
    if [ $away = hand ]; then
        grep -q 'keyboard:p was disconnected by hand' "$work/emend.out" || fail "emend did not say who undid it"
    elif grep -q 'by hand' "$work/emend.out"; then
        fail "away $away ms: nobody undid a connection by hand"
    fi
done
