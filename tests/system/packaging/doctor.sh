#!/bin/bash
# SPDX-License-Identifier: MIT
# doctor.sh EMEND: what emend doctor says in made-up environments, a line each, and how it ends.
set -u
emend=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_RUNTIME_DIR=$work/run
mkdir -p "$work"/{config,data}/emend "$work/run"
failed=0

# says STATUS PATTERN...: it ends with STATUS, and each pattern fits a line
says() {
  local wanted=$1 status
  shift
  "$emend" doctor >"$work/said" 2>"$work/complaint"
  status=$?
  if [ $status != "$wanted" ] || [ -s "$work/complaint" ]; then
    echo "FAILED: exit status $status, not $wanted: $(cat "$work/said" "$work/complaint")"
    failed=1
  fi
  for pattern in "$@"; do
    if ! grep -q -e "$pattern" "$work/said"; then
      echo "FAILED: no line is like '$pattern': $(cat "$work/said")"
      failed=1
    fi
  done
}

settings() {
  printf '%s\n' "$@" >"$work/config/emend/emend.conf"
}

# The file driver needs no MIDI system, so the machine at hand does not matter.
settings 'driver = "file";'
says 0 '^fine .*settings: .*/emend.conf' '^fine .*preset pop: can be loaded, and is the one in use' \
  '^fine .*takes: .*will be made' '^[a-z]* .*rtprio: ' '^[a-z]* .*memlock: ' '^[a-z]* .*groups: ' '^[a-z]* .*processor: '
"$emend" doctor --json | grep -q '"usable": true' || { echo "FAILED: --json"; failed=1; }

settings 'driver = "file";' 'strenght = 1;'
says 1 "^fault .*settings: .*emend.conf:2: unknown setting 'strenght'"
settings 'driver = "theremin";'
says 1 "^fault .*drivers: there is no driver 'theremin'; set driver"
settings 'driver = "file";' 'preset = "nobody";'
says 1 "^fault .*preset nobody: no preset 'nobody'"

settings 'strength = 3;'
says 1 '^fault .*emend.conf:1: strength must be from 0 to 1, not 3; correct that line$'
settings 'strength 0.5;'
says 1 '^fault .*settings look like: strength = 0.5;$'
rm "$work/config/emend/emend.conf"
mkfifo "$work/config/emend/emend.conf"
says 1 '^fault .*settings: .*emend.conf: is no regular file; move it away, or put settings in its place$'
rm "$work/config/emend/emend.conf"
(unset HOME XDG_CONFIG_HOME && "$emend" doctor) | grep -q '^fine .*settings: none, as there is no home folder' ||
  { echo "FAILED: doctor without a home"; failed=1; }
settings 'driver = "file";' 'takes = "~/played";'
says 0 "^fine .*takes: $work/played: will be made"

# A preset of one's own whose model is garbage harms only who uses it.
mkdir -p "$work/data/emend/presets/mine"
echo 'strength = 0.5;' >"$work/data/emend/presets/mine/preset.cfg"
echo garbage >"$work/data/emend/presets/mine/vosp.safetensors"
settings 'driver = "file";'
says 0 '^advice .*preset mine: .*; install emend again, or mend'
settings 'driver = "file";' 'preset = "mine";'
says 1 '^fault .*preset mine: '
rm -r "$work/data/emend/presets"

mkdir -p "$work/data/emend/models/pop"
echo garbage >"$work/data/emend/models/pop/0003.safetensors"
echo 0003 >"$work/data/emend/models/pop/current"
settings 'driver = "file";'
says 0 '^advice .*personal models of pop: number 3 cannot be used, so the preset.s own .*emend models delete 3'
echo 0007 >"$work/data/emend/models/pop/current"
says 0 '^advice .*personal models of pop: number 7 is chosen but not there; run .emend models use preset'
rm -r "$work/data/emend/models"

echo >"$work/data/emend/takes"
says 0 '^advice .*takes: .* is no folder, so nothing is captured; move it away'
rm "$work/data/emend/takes"
mkdir -m 0777 "$work/data/emend/takes"
chmod 0777 "$work/data/emend/takes"
says 0 '^advice .*takes: .*everybody may write in it; run .chmod o-w'
settings 'driver = "file";' 'capture = false;'
says 0 '^fine .*takes: the settings say to capture none'
exit $failed
