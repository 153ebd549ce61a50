# SPDX-License-Identifier: MIT
# Sourced: bytes into a raw MIDI device -> emend by PortMidi -> bytes out of another.
listener=/dev/snd/midiC0D1
hear_raw() {
  cat $listener >"$1.raw" 2>/dev/null &
  eval "recorder_$1=$!"
  usleep 300000 # what comes before the reader is there is dropped
}

start_emend --driver portmidi --in 'VirMIDI 0-0' --out 'VirMIDI 0-1'
hear_raw received
cp /test/thousand.raw sent.raw
play_thousand >$keyboard
silence received
check "portmidi: 1,000 notes and what is between them arrive, in order" same sent received
check "portmidi: byte for byte" cmp sent.raw received.raw

hear_raw chord
flood portmidi chord

unplug
check "portmidi: emend says that a device vanished" within 50 says 'a device vanished; waiting for it'
silence chord
replug
check "portmidi: emend says that it is back" within 80 says 'connected to VirMIDI 0-0 and VirMIDI 0-1'
hear_raw again
printf '\220\106\100\200\106\100' >$keyboard
sleep 1
silence again
check "portmidi: the next note is heard" [ "$(notes again on)$(notes again off)" = 11 ]
stop_emend
