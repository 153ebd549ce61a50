# SPDX-License-Identifier: MIT
# Sourced: what `emend devices` lists.
emend devices >devices 2>&1
lists() { # lists DRIVER DIRECTION NAME
  awk -v driver="$1" '/^[a-z]/ { on = index($0, driver ":") == 1 } on' devices | grep -q "^  $2 .*$3"
}
for driver in alsa portmidi; do
  for direction in in out; do
    check "devices: $driver lists VirMIDI ($direction)" lists $driver $direction 'VirMIDI'
    check "devices: $driver lists Midi Through ($direction)" lists $driver $direction 'Midi Through'
  done
done

refused() {
  ! emend live --driver "$1" --preset /test/pop --in no-such-port --out VirMIDI >refused 2>&1 &&
    [ "$(wc -l <refused)" = 1 ] && grep -q "no source matches 'no-such-port'" refused
}
for driver in alsa portmidi; do
  check "devices: $driver refuses an unknown name with one line" refused $driver
done
