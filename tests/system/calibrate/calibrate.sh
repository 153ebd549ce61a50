#!/bin/sh
# SPDX-License-Identifier: MIT
# emend calibrate on recordings, and what live makes of its profiles:  calibrate.sh EMEND SOURCE-FOLDER
set -u
emend=$1
take=$2/assets/minuet.mid
. "${0%/*}/../../support/cli.sh"
profiles=$work/data/emend/instruments

# Bad input: one line, nothing written.
: >zero.mid
printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\0\0\14\0\220\74\100\144\200\74\100\0\377\57\0' >one.mid
printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\0\0\14\0\231\44\100\144\211\44\100\0\377\57\0' >drums.mid
printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\0\0\4\0\377\57\0' >silent.mid
bad 1 'zero.mid' calibrate zero.mid
bad 1 'not found\|No such file\|cannot' calibrate none.mid
bad 2 'only one key' calibrate one.mid
bad 2 'only drums' calibrate drums.mid
bad 2 'no notes' calibrate silent.mid
bad 2 'cannot be combined' calibrate --show --forget
bad 2 'gear' calibrate "$take" --gear organ
bad 1 'no profile' calibrate --show --in Nothing
bad 1 'no profile' calibrate --forget --in Nothing
[ ! -e "$profiles" ] || fail "bad input left $profiles"

good "$emend" calibrate --show
has said 'No instrument is known'
good "$emend" calibrate "$take" --in Keystation
has said '^No fault found on'
has said 'emend live --in Keystation'
head -c 1000 "$take" >torn.mid
good "$emend" calibrate torn.mid --in Torn
has complaint '^emend calibrate: torn.mid: read despite errors in the file: '
good "$emend" calibrate --forget --in Torn
good "$emend" corrupt "$take" worn.mid --seed 1 --bounce 0.6
good "$emend" calibrate worn.mid --in 'Old/Piano 28:0' --gear keyboard
has said 'strike twice at press'
good "$emend" calibrate worn.mid --json
has said '"strikes_twice": true'
good "$emend" calibrate --show --in 'old/piano 28:0'
has said 'calibrated'
has said 'strikes twice at press'
[ "$(ls "$profiles" | wc -l)" -eq 3 ] || fail "profiles: $(ls "$profiles")"

# Without a place to write: a line, and no profile.
mkdir shut
chmod 500 shut
[ "$(id -u)" -eq 0 ] || XDG_DATA_HOME=$work/shut bad 1 'shut' calibrate "$take"

good "$emend" calibrate --forget --in Keystation
bad 1 'no profile' calibrate --show --in Keystation

# A terminal is asked for where there is no recording; a driver that is not there is said.
bad 2 'no driver' calibrate --driver none
finish
