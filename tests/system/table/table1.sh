#!/bin/sh
# SPDX-License-Identifier: MIT
# emend bench on small made-up rolls and models of one epoch:  table1.sh EMEND LIST-FIGURES
set -u
emend=$1
list=$2
. "${0%/*}/../../support/cli.sh"

# train NAME KIND OPTION...
train() {
  name=$1
  kind=$2
  shift 2
  good "$emend" train "$kind" --data rolls/jsb.json --out "models/$name.safetensors" --frame-unit beats --frame-length 0.5 \
    --frame-values 1 --tie none --hidden 8 --epochs 1 --threads 1 --seed 7 "$@"
}

# nats KEY: what `emend eval --json` said of it
nats() {
  awk -v key="\"$1\"" '$1 == key ":" { found = 1 } found && $1 == "\"nats_per_frame\":" { printf "%.6f", $2; exit }' said
}

# figure DATA SYSTEM KIND FRAMES NATS: the table has it
figure() {
  awk -v want="$1 $2 $3 $4" -v nats="$5" '
    $1 " " $2 " " $3 " " $4 == want { off = $5 - nats; found = off < 1e-5 && off > -1e-5 }
    END { exit !found }' figures || fail "the table lacks $*: $(cat figures)"
}

# Scales of 24 and 30 frames, with a rest; nottingham has no split "test".
awk 'function scale(n, from,  i, roll) {
    for (i = 0; i < n; i++) roll = roll (i ? "," : "") (i == 9 ? "[]" : "[" from + i % 12 "," from + 12 "]")
    return "[" roll "]"
  }
  BEGIN {
    train = "\"train\": [" scale(48, 60) "," scale(30, 48) "]"
    valid = "\"valid\": [" scale(24, 60) "," scale(30, 50) "]"
    print "{" train "," valid ", \"test\": [" scale(20, 55) "]}" >"jsb"
    print "{" train "," valid "}" >"nottingham" }'
mkdir rolls models none empty
mv jsb rolls/jsb.json
mv nottingham rolls/nottingham.json
: >none/other.json
train jsb-vosp vosp --latent 2 --generator 8 --gate 0
train jsb-vosp-surrogate vosp --latent 2 --generator 8 --gate 0 --cell fast-dropout --posterior diagonal --feed level --objective surrogate
train jsb-vrae vrae --latent 2 --generator 8
train jsb-rnn rnn --cell tanh
cp models/jsb-vosp.safetensors models/nottingham-vosp.safetensors

# --- The table ---
good "$emend" bench table1 --data rolls --models models --json --particles 3 --seed 5
[ "$(wc -l <complaint)" -eq 2 ] || fail "not a line for each of piano and muse: $(cat complaint)"
has complaint 'there is no rolls/muse.json: left out'
cp said table.json
good "$list" table.json
sort said >figures
[ "$(wc -l <figures)" -eq 9 ] || fail "not 9 figures: $(cat figures)"
[ -z "$(cut -d' ' -f1-3 figures | uniq -d)" ] || fail "two figures of one name: $(cat figures)"
good "$emend" eval models/jsb-rnn.safetensors --data rolls/jsb.json --json --seed 5
has said '"frames": 54'
figure jsb plain exact 54 "$(nats exact)"
for model in vosp vrae; do
  system=$(echo $model | tr a-z A-Z)
  good "$emend" eval models/jsb-$model.safetensors --data rolls/jsb.json --json --seed 5 --particles 3
  figure jsb "$system" bound 54 "$(nats bound)"
  figure jsb "$system" importance 54 "$(nats importance)"
done
good "$emend" eval models/jsb-vosp-surrogate.safetensors --data rolls/jsb.json --json --seed 5
figure jsb 'VOSP_(2014)' surrogate 54 "$(nats surrogate)"
figure jsb 'VOSP_(2014)' bound 54 "$(nats bound)"

good "$emend" bench table1 --data rolls --models models --particles 0 --split test
has complaint 'nottingham.json has no split .test.; it has: train, valid: left out'
has said '^JSB chorales  *20  plain  *[0-9.]*  *-  *-  *-  *8.58$'
has said '^JSB chorales  *20  FD  *-  *-  *-  *-  *8.01$'
has said '^JSB chorales  *20  VOSP  *-  *[0-9.]*  *-  *-  *-$'
has said '^JSB chorales  *20  VOSP (2014)  *-  *[0-9.]*  *-  *[0-9.]*  *< 6.21$'
has said "split 'test'"
good "$emend" bench table1 --data rolls --models models --particles 2 --markdown
has said '^| JSB chorales | 54 | VRAE | - | [0-9.]* | [0-9.]* | - | - |$'
has said '^| JSB chorales | 54 | VRAE (2014) | - | - | - | - | < 5.53 |$'
has said '2 particles'

# --- The figures ---
good "$emend" bench figure3a --data rolls/jsb.json --model models/jsb-vosp.safetensors -o 3a.svg
has 3a.svg '<svg'
has said '^sequence [01] of valid: F1'
has said '^In the middle, by F1, of 2 sequences drawn at random'
good "$emend" bench figure3b --data rolls/jsb.json --model models/jsb-vrae.safetensors -o 3b.png
[ -s 3b.png ] || fail 'no 3b.png'
good "$emend" bench deviations models/jsb-vosp-surrogate.safetensors --data rolls/jsb.json --sequence 1 -o s.svg
has said 'sequence 1 of valid: 30 frames'
has s.svg '<svg'
good "$emend" bench deviations models/jsb-vrae.safetensors --data rolls/jsb.json --json
has said '"correlation"'

# --- Bad cases ---
bad 2 'table1|figure3a|figure3b|deviations is missing' bench
bad 2 "there is no 'bench table2'" bench table2
bad 2 'data DIR is missing' bench table1
bad 2 'cannot both be' bench table1 --data rolls --json --markdown
bad 2 'must be from 0' bench table1 --data rolls --particles -1
bad 1 'none holds none of piano.json' bench table1 --data none
bad 1 'nowhere holds none of piano.json' bench table1 --data nowhere
bad 1 "has no split 'dev'" bench table1 --data rolls --split dev
bad 1 'empty holds no model of this data' bench table1 --data rolls --models empty
mkdir broken wrong
printf 'not a model' >broken/jsb-fd.safetensors
bad 1 'broken/jsb-fd.safetensors' bench table1 --data rolls --models broken
cp models/jsb-rnn.safetensors wrong/jsb-tied.safetensors
bad 1 'is not what its name says, tied' bench table1 --data rolls --models wrong
rm wrong/jsb-tied.safetensors
cp models/jsb-vrae.safetensors wrong/jsb-vosp.safetensors
bad 1 'emend bench table1. needs one of kind emend.vosp' bench table1 --data rolls --models wrong
printf '{"valid": [[[200]]]}' >none/jsb.json
bad 1 'none/jsb.json: valid, sequence 0, frame 0' bench table1 --data none --models models
bad 2 'data is missing' bench figure3a -o a.svg
bad 2 '-o FILE is missing' bench figure3b --data rolls/jsb.json
bad 2 'ends in .svg or .png' bench figure3a --data rolls/jsb.json --model models/jsb-vosp.safetensors -o a.gif
bad 1 'cannot write' bench figure3a --data rolls/jsb.json --model models/jsb-vosp.safetensors -o nowhere/a.svg
bad 1 'needs one of kind emend.vrae' bench figure3b --data rolls/jsb.json --model models/jsb-vosp.safetensors -o a.svg
bad 1 'of 2 sequences that are long enough; the split has 1' bench figure3a --data rolls/jsb.json --split test --model models/jsb-vosp.safetensors -o a.svg
bad 2 'MODEL is missing' bench deviations --data rolls/jsb.json
bad 2 'must be from 0 to 1' bench deviations models/jsb-vosp.safetensors --data rolls/jsb.json --sequence 2
bad 1 'without latents' bench deviations models/jsb-rnn.safetensors --data rolls/jsb.json

finish
