#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh EMEND SOURCE-FOLDER: the demo's sound files, before and after, are of its length and not silent.
here=$(cd "$(dirname "$0")" && pwd)
emend=$1 source=$2
command -v fluidsynth >/dev/null || { echo "skipped: fluidsynth is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
"$emend" denoise "$source/assets/minuet-noisy.mid" demo-clean.mid --preset "$source/presets/pop" || exit 1
sh "$source/app/sound.sh" "$source/assets/minuet-noisy.mid" demo-before.wav demo-clean.mid demo-after.wav || exit 1
[ -e demo-after.wav ] || { echo "skipped: no sounds for fluidsynth are installed"; exit 77; }
for file in demo-before.wav demo-after.wav; do
  sh "$here/heard.sh" $file 40 60 || { echo "FAILED: $file"; exit 1; }
done
if sh "$source/app/sound.sh" no-such.mid no-such.wav; then
  echo "FAILED: a missing take was played"
  exit 1
fi
