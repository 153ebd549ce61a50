#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo that plays where no MIDI system works teaches nothing about the keyboard:  fallback.sh EMEND
emend=$1
. "$(dirname "$0")/../../support/cli.sh"

"$emend" live --seconds 8 >said 2>complaint </dev/null
status=$?
grep -q 'no MIDI system works here' complaint || { echo "SKIPPED: a MIDI system works here"; exit 77; }
[ $status -eq 0 ] || fail "the demo: exit status $status: $(cat complaint)"
has said 'The cleaned take is in demo-clean.mid'
[ -s demo-clean.mid ] || fail "the demo wrote no take"
[ ! -e "$XDG_DATA_HOME/emend/instruments" ] || fail "the demo is kept as the playing of an instrument"
finish
