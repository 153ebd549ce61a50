#!/bin/bash
# SPDX-License-Identifier: MIT
# live.sh TOOLS EMEND SOURCE-FOLDER MODE [LOOK-AHEAD]: transfer.sh through `emend live` with a tiny model made
# here. In mode clean the model may take notes away, but nothing else and never half of a note.
here=$(dirname "$0")
tools=$1 emend=$2 take=$3/assets/minuet.mid mode=$4 ahead=${5:-0}
own=$(mktemp -d "${TMPDIR:-/tmp}/emend-live.XXXXXX")
trap 'rm -rf "$own"' EXIT
# Nobody's own settings.
export HOME=$own XDG_CONFIG_HOME=$own/config XDG_DATA_HOME=$own/data XDG_STATE_HOME=$own/state
mkdir "$own/tiny"
"$emend" train vosp --data "$take" "$take" "$take" --out "$own/tiny/vosp.safetensors" --hidden 8 --latent 2 \
    --generator 8 --gate 4 --epochs 1 --gate-epochs 1 --threads 1 --seed 7 >"$own/train.out" 2>&1 ||
    { cat "$own/train.out"; exit 1; }
printf 'description = "a test"; model = "vosp.safetensors"; strength = 1.0; look_ahead = 0.0; mode = "clean"; bpm = 120.0;\n' \
    >"$own/tiny/preset.cfg"
[ "$mode" = clean ] && export CLEAN=1
[ "$mode$ahead" = bypass0 ] || export RESTART=0 EVENTS=3000
export DELAY=$((ahead * 48)) RATE=48000
bash "$here/transfer.sh" "$tools" "$emend" live --driver jack --preset "$own/tiny" --mode "$mode" \
    --look-ahead "$ahead" --seconds 150 --report "$own/report.json"
status=$?
[ $status = 0 ] || exit $status
cat "$own/report.json"
grep -q '"dropped": *0[^0-9]' "$own/report.json" || { echo "FAILED: the report does not say dropped 0"; exit 1; }
