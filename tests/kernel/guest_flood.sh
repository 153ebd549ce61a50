# Sourced: more than the sequencer's pools hold.
start_emend --driver alsa --in 'VirMIDI 0-0'
hear flooded "$(address emend out)"

# emend does not get to read for a while: the chord's ends are lost with the rest.
printf '\220\074\100\220\100\100\220\103\100' >$keyboard
usleep 500000
check "flood: a chord of three sounds" [ "$(held flooded)" = 3 ]
kill -STOP $emend
cat /test/thousand.raw /test/thousand.raw /test/thousand.raw >$keyboard
printf '\200\074\100\200\100\100\200\103\100' >$keyboard
kill -CONT $emend
check "flood: emend says that input was lost" within 50 says 'input was lost; held notes were ended'
ended_all() { [ "$(held flooded)" = 0 ]; }
check "flood: the chord is ended" within 30 ended_all
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
