# SPDX-License-Identifier: MIT
# Sourced: the keyboard is a virtual raw MIDI device, played through its file and pulled from the kernel.
keyboard=/dev/snd/midiC0D0
driver=/sys/bus/platform/drivers/snd_virmidi

unplug() { echo snd_virmidi.0 >$driver/unbind; }
replug() { echo snd_virmidi.0 >$driver/bind; }
connected() { [ "$(grep -c 'connected to' emend.out)" -ge "$1" ]; }
ended() { [ "$(held chord)" = 0 ] && [ "$(notes chord on)" -ge "$1" ]; }

start_emend --driver alsa --in 'VirMIDI 0-0'
hear chord "$(address emend out)"
chord unplug chord
unplug
check "unplug: emend says so" within 50 says 'VirMIDI 0-0.* vanished; waiting for it'
check "unplug: the chord is ended" within 20 ended 3
replug
check "replug: emend says so" within 80 says 'connected to .*VirMIDI 0-0'
usleep 500000
printf '\220\105\100\200\105\100' >$keyboard
check "replug: the next note is heard" within 30 ended 4
unplug
replug # faster than emend looks at the list of ports
check "replug at once: emend says so" within 80 connected 2
usleep 1500000
printf '\220\106\100\200\106\100' >$keyboard
check "replug at once: the next note is heard" within 30 ended 5
silence chord
check "unplug: none is stuck" none_held chord
stop_emend
