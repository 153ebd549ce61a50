# SPDX-License-Identifier: MIT
# Sourced: more than the sequencer's pools hold.
start_emend --driver alsa --in 'VirMIDI 0-0'
hear flooded "$(address emend out)"
flood flood flooded
silence flooded

# The one that listens does not read: of 2,000 events it has room for 200, and emend keeps the rest.
hear sent "$(address 'Virtual Raw MIDI 0-0' 'VirMIDI 0-0')"
hear received "$(address emend out)"
kill -STOP "$recorder_received"
play_thousand >$keyboard
check "slow reader: emend says so" within 30 says "listener does not read"
kill -CONT "$recorder_received"
check "slow reader: emend says when it reads again" within 30 says "listener reads again"
sleep 1
silence sent
silence received
check "slow reader: 1,000 notes and what is between them arrive, in order" same sent received

stop_emend
