#!/bin/sh
# SPDX-License-Identifier: MIT
# Personal models as their user meets them:  personal.sh EMEND SOURCE-FOLDER
# A tiny preset is trained here; bad cases must give one line, their exit status and no file.
set -u
emend=$1
take=$2/assets/minuet.mid
. "${0%/*}/../../support/cli.sh"

live() {
  good "$emend" live --demo --preset tiny --seconds 1 --out demo.mid "$@"
}

mkdir -p data/emend/presets/tiny takes empty
printf 'strength = 0.5;' >data/emend/presets/tiny/preset.cfg
good "$emend" train vosp --data "$take" "$take" "$take" --out data/emend/presets/tiny/vosp.safetensors --hidden 8 \
  --latent 2 --generator 8 --gate 4 --frame-unit milliseconds --frame-length 60 --frame-values 2 --epochs 1 \
  --gate-epochs 1 --threads 1 --seed 7
tiny=data/emend/presets/tiny/vosp.safetensors
printf '{"train": [[[60], [64], [67], [60]]], "valid": [[[60], [64], [67], [60]]]}' >rolls.json
good "$emend" train vrae --data rolls.json --out vrae.safetensors --hidden 4 --latent 2 --generator 4 --epochs 1 --threads 1
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
  cp "$take" takes/$i.mid
done

# --- Bad usage and bad files ---
bad 2 'or --from PRESET' train --data takes
bad 2 'data is missing' train --from tiny --publish
bad 2 'either --out MODEL or --publish' train --from tiny --data takes
bad 2 'either --out MODEL or --publish' train --from tiny --data takes --publish --out out/m
bad 2 'wants a preset' train --from $tiny --data takes --publish
bad 1 "no preset 'nobody'" train --from nobody --data takes --publish
bad 1 'vrae.safetensors' train --from ./vrae.safetensors --data takes --out out/m
bad 1 'empty' train --from tiny --data empty --publish
bad 1 'nowhere' train --from tiny --data nowhere --publish
bad 2 'too few' train --from tiny --data "$take" --out out/m
bad 1 "no split 'all'" train --from tiny --data rolls.json --out out/m
bad 1 'cannot write' train --from tiny --data takes --out none/m
bad 2 'written over a file of --data' train --from tiny --data takes --out takes/1.mid
bad 2 'written over a file of --data' train vosp --data takes --out takes/2.mid
cmp -s "$take" takes/2.mid || fail "a training wrote over its data"
bad 2 'written over a file of --data' train --from tiny --data "$take" vrae.safetensors --out ./vrae.safetensors
[ ! -e data/emend/models/tiny/0001.json ] || fail "a refused job left a record"
: >file
XDG_DATA_HOME=$work/file bad 1 'cannot make the folder' train --from "$work/data/emend/presets/tiny" --data takes --publish
bad 2 'list, use, show or delete is missing' models
bad 2 'none of list, use, show, delete' models mend
bad 2 'which model' models use --preset tiny
bad 2 "'x' is no number" models use x --preset tiny
bad 1 'no personal model 3' models use 3 --preset tiny
bad 1 'no personal model 3' models delete 3 --preset tiny
bad 1 'itself is in use' models show --preset tiny
bad 1 "no preset 'nobody'" models list --preset nobody

# --- A personal model, its use and its history ---
good "$emend" models list --preset tiny
has said 'no personal models'
good "$emend" train --from tiny --data takes --out own.safetensors
has said 'Wrote own.safetensors'
good "$emend" info own.safetensors
has said 'tiny, tuned on'
good "$emend" train --from tiny --data takes --publish --json
has said '"number": 1'
has said '"better": true'
[ "$(find data/emend/models -name '*.tmp')" = '' ] || fail "a temporary file was left"
good "$emend" models list --preset tiny --json
has said '"current": 1'
good "$emend" models show --preset tiny
has said 'Personal model 1 of preset tiny, in use'
live
head -1 said | grep -q 'preset tiny, personal model 1\.' || fail "live does not begin with its personal model: $(cat said)"
live --no-personal
grep -q 'personal' said && fail "--no-personal is not heard: $(cat said)"
live --learn
has complaint 'nothing is learnt: nothing is captured'
good "$emend" models use preset --preset tiny
live
grep -q 'personal' said && fail "models use preset is not heard: $(cat said)"
good "$emend" models use 1 --preset tiny

# Damaged, or of the wrong kind: a line, and the preset's own.
own=data/emend/models/tiny/0001.safetensors
cp $own kept
head -c 200 kept >$own
live
has complaint 'Personal model 1 cannot be used, so the preset.s own is'
cp vrae.safetensors $own
live
has complaint 'Personal model 1 cannot be used, so the preset.s own is'
grep -q 'preset tiny, personal' said && fail "a wrong personal model is used"
cp kept $own
good "$emend" models delete 1 --preset tiny
live
grep -q 'personal' said && fail "a deleted model is used: $(cat said)"

finish
