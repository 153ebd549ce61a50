# SPDX-License-Identifier: MIT
# Sourced: the listener is disconnected while a chord's keys are let go, and connected again.
start_emend --driver alsa --in 'VirMIDI 0-0'
hear relink "$(address emend out)"
chord relink relink
listener=$(address aseqdump aseqdump)
check "relink: the listener is disconnected" aconnect -d "$(address emend out)" "$listener"
printf '\200\074\100\200\100\100\200\103\100' >$keyboard
sleep 1
check "relink: the chord sounds on there" sounding relink 3
check "relink: the listener is connected again" aconnect "$(address emend out)" "$listener"
check "relink: the chord is ended" within 30 sounding relink 0
silence relink
stop_emend
