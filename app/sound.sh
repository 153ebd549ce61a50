#!/bin/sh
# SPDX-License-Identifier: MIT
# Let MIDI files be heard:  sh app/sound.sh IN.mid OUT.wav [IN.mid OUT.wav]...
# Plays them on FluidSynth into sound files. Where it or its sounds are not installed: one line, and no file.
set -eu

font=
for file in /usr/share/sounds/sf2/default-GM.sf2 /usr/share/soundfonts/default.sf2 /usr/share/sounds/sf2/*.sf2; do
  [ -n "$font" ] || [ ! -f "$file" ] || font=$file
done
if ! command -v fluidsynth >/dev/null 2>&1 || [ -z "$font" ]; then
  echo "To hear the demo install fluidsynth and sounds for it (Debian: apt-get install fluidsynth timgm6mb-soundfont)."
  exit 0
fi
while [ $# -ge 2 ]; do
  if ! message=$(fluidsynth -n -i -q -r 48000 -F "$2" "$font" "$1" 2>&1) || [ ! -s "$2" ]; then
    echo "app/sound.sh: fluidsynth made no $2 of $1: $(echo "$message" | head -n 1)" >&2
    exit 1
  fi
  echo "$2 is what $(basename "$1") sounds like."
  shift 2
done
