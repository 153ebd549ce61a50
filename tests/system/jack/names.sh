#!/bin/bash
# SPDX-License-Identifier: MIT
# names.sh TOOLS COMMAND...: ports by partly given names. COMMAND takes `emend:in`'s source and
# `emend:out`'s sink as its last two arguments. A name that is not there is refused with one line; a source
# that leaves and comes back is connected again by emend itself.
here=$(dirname "$0")
. "$here/server.sh"
tools=$1
shift

refused() { # "$@" must fail with one line that holds the pattern in $pattern
    if "$@" >/dev/null 2>"$work/refused.out"; then fail "an unknown port was accepted"; fi
    [ "$(wc -l <"$work/refused.out")" = 1 ] || fail "an unknown port did not give one line"
    grep -q -- "$pattern" "$work/refused.out" || fail "the line does not say '$pattern'"
}

# Before there is a server at all.
pattern="no JACK server" refused "$@" sender recorder
start_server
pattern="no source matches 'no-such-port'" refused "$@" no-such-port recorder

run recorder "$tools/jack_record" - "$work/received"
recorder=$last
for number in 1 2; do
    run "sender$number" "$tools/jack_send" - 1000 1000 "$number" "$work/sent$number"
    sender=$last
    if [ "$number" = 1 ]; then
        sleep 1
        run emend "$@" SENDER ecorde
        emend=$last
        expect recorder ready
    fi
    wait "$sender" || fail "emend did not connect to sender $number"
    sleep 1.5
done
finish recorder "$recorder"
run second "$@" "" ""
second=$last
expect second 'this one is emend-01'
finish second "$second"
grep -q "vanished" "$work/emend.out" || fail "emend did not say that its source vanished"
finish emend "$emend"
count=$(cat "$work/sent1" "$work/sent2" | wc -l)
missing=$(cut -d' ' -f2 "$work/sent1" "$work/sent2" | sort | comm -23 - <(cut -d' ' -f2 "$work/received" | sort) | wc -l)
echo "sent $count, missing $missing"
[ "$count" = 2000 ] && [ "$missing" = 0 ] || fail "events were lost on the way"
