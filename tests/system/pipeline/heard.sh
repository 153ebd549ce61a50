#!/bin/sh
# SPDX-License-Identifier: MIT
# heard.sh FILE.wav SECONDS-AT-LEAST SECONDS-AT-MOST: a sound file of 16 bits, stereo, 48 kHz, that is not silent.
od -An -v -j 44 -td2 -w4000 "$1" | awk -v least="$2" -v most="$3" '
  { frames += NF / 2; sum += $1 * $1 }
  END {
    seconds = frames / 48000
    loud = NR ? sqrt(sum / NR) : 0
    printf "sound: %.1f s, root mean square %.0f of 32768\n", seconds, loud
    exit !(seconds >= least && seconds <= most && loud > 50)
  }'
