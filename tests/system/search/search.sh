#!/bin/bash
# SPDX-License-Identifier: MIT
# Random search as its user meets it:  search.sh EMEND
# Rolls and spaces are made here; trainings are tiny. Bad cases must give one line, their exit status and no file.
set -u
emend=$1
. "${0%/*}/../../support/cli.sh"

lacks() {
  grep -q -e "$2" "$1" && fail "$1 holds '$2': $(head -c 600 "$1")"
}

# The figure of trial $2 in folder $1.
figure() {
  sed -n 's/.*"nats_per_frame": \([0-9.e-]*\),.*/\1/p' "$1/trial-0000$2/result.json"
}

song='[[60,64,67],[60,64,67],[65,69,72],[65,69,72],[60,64,67],[60,64,67],[65,69,72],[62,65,69]]'
printf '{"train": [%s, %s, %s], "valid": [%s]}' "$song" "$song" "$song" "$song" >rolls.json
fixed='kind = "vosp"; latent = 2; generator = 8; chunk = 8; lead = 0; batch = 2;'
drawn='search = { hidden = { low = 4; high = 16; whole = true; }; rate = [0.01, 0.003]; cell = ["gru", "tanh"]; };'
echo "$fixed epochs = 3; $drawn" >space.cfg
try() {
  echo "$fixed $1" >bad.cfg
}
search="search bad.cfg --data rolls.json --out out/s --trials 1"

# --- Usage ---
bad 2 'SPACE.cfg is missing' search
bad 2 'data is missing' search space.cfg --out out/s --trials 1
bad 2 'out wants a folder' search space.cfg --data rolls.json --trials 1
bad 2 'say --trials N' search space.cfg --data rolls.json --out out/s
bad 2 'must be from 1' search space.cfg --data rolls.json --out out/s --trials 0
bad 2 'not one of 3 trials' search space.cfg --data rolls.json --out out/s --trials 3 --trial 3
bad 2 'unknown option --best' search space.cfg --best
bad 1 'nowhere.cfg' search nowhere.cfg --data rolls.json --out out/s --trials 1
bad 1 'cannot make the folder' search space.cfg --data rolls.json --out out/none/s --trials 1
bad 1 'cannot make the folder' search space.cfg --data rolls.json --out rolls.json --trials 1
bad 2 "folder is missing" search table
bad 1 'no folder of a search' search table out
bad 1 'no folder of a search' search table nowhere

# --- Spaces ---
bad 1 'rolls.json:1: syntax error' search rolls.json --data rolls.json --out out/s --trials 1
printf 'strength = 0.5;\n' >bad.cfg
bad 1 'is no space: it has no kind' $search
printf 'kind = "lstm"; search = { rate = [1.0]; };' >bad.cfg
bad 1 'kind is one of' $search
try ''
bad 1 'is no space: it wants a group search' $search
try 'search = { };'
bad 1 'is no space: it wants a group search' $search
try 'rat = 0.1; search = { rate = [0.1]; };'
bad 1 'bad.cfg:1: rat is an unknown setting' $search
try 'search = { hiden = [10]; };'
bad 1 'hiden is an unknown setting' $search
try 'search = { rate = []; };'
bad 1 'rate is an empty list' $search
try 'search = { rate = 0.1; };'
bad 1 'rate wants a list of choices' $search
try 'search = { rate = { }; };'
bad 1 'without low or without high' $search
try 'search = { rate = { low = 0.1; }; };'
bad 1 'without low or without high' $search
try 'search = { rate = { low = 0.1; high = 0.01; }; };'
bad 1 'low is more than high' $search
try 'search = { dropout_input = { low = 0.0; high = 0.1; scale = "log"; }; };'
bad 1 'low must be more than 0' $search
try 'search = { rate = { low = 0.1; high = 0.2; step = 3; }; };'
bad 1 'rate is a range, so:\|step is a range' $search
try 'search = { hidden = { low = 10; high = 20; }; };'
bad 1 'whole = true' $search
try 'search = { hidden = { low = 1.5; high = 20; whole = true; }; };'
bad 1 'low and high are whole' $search
try 'search = { hidden = { low = 0; high = 20; whole = true; }; };'
bad 1 'hidden' $search
try 'search = { rate = [0.1, 100.0]; };'
bad 1 'must be from' $search
try 'search = { cell = ["gru", "lstm"]; };'
bad 1 'bad.cfg:1: .*cell must be one of' $search
try 'search = { connections = ( 1, "no" ); };'
bad 1 'mixes numbers and words' $search
try 'rate = 0.1; search = { rate = [0.1]; };'
bad 1 'both fixed and under search' $search
try 'vosp = { gate = 0; latent = 3; }; search = { rate = [0.1]; };'
bad 1 'latent stands twice' $search
try 'vosp = { kind = 1; }; search = { rate = [0.1]; };'
bad 1 'kind is an unknown setting' $search
try 'vrae = 3; search = { rate = [0.1]; };'
bad 1 'vrae wants a group of settings' $search
try 'seed = 1; search = { rate = [0.1]; };'
bad 1 'seed has no place in a space' $search
try 'search = { valid_split = ["valid", "test"]; };'
bad 1 'cannot be drawn' $search
printf 'kind = "vosp";\0\001\377' >bad.cfg
bad 1 'bad.cfg: holds a zero byte' $search

# --- Data: the same line for a training ---
train='train vosp --hidden 4 --latent 2 --generator 4 --gate 0 --epochs 1 --threads 1 --out out/m'
data() {
  printf '%s' "$2" >data.json
  bad 1 "$1" search space.cfg --data data.json --out out/s --trials 1
  bad 1 "$1" $train --data data.json
}
data 'train, sequence 0, frame 1 holds something other than MIDI pitches' '{"train": [[[60], [20]]], "valid": [[[60]]]}'
data 'valid, sequence 0, frame 0 holds something other than MIDI pitches' '{"train": [[[60]]], "valid": [[[109]]]}'
data 'sequence 1 is not a list of frames, or an empty one' '{"train": [[[60]], []], "valid": [[[60]]]}'
data 'sequence 0 is not a list of frames, or an empty one' '{"train": [[[60]]], "valid": [[]]}'
data "split 'train' is not a list" '{"train": [], "valid": [[[60]]]}'
data "has no split 'valid'; it has: train" '{"train": [[[60]]], "test": [[[60]]]}'
data "has no split 'train'; it has: none" '{}'
data 'is not a JSON object of splits' '{"train": [[[60]'
bad 1 'there is no data at nowhere.json' search space.cfg --data nowhere.json --out out/s --trials 1

# --- A search, its table, and that nothing is done twice ---
good "$emend" search space.cfg --data rolls.json --out one --trials 3
[ "$(grep -c '^trial-0000[012]  bound .* nats a frame, 3 epochs' said)" -eq 3 ] || fail "not three trials: $(cat said)"
has said '^3 trials done\. emend search table one'
[ ! -s complaint ] || fail "a good search complains: $(cat complaint)"
for file in settings.cfg model.safetensors result.json; do
  [ -s one/trial-00002/$file ] || fail "there is no $file"
done
[ ! -e one/trial-00000/model.safetensors.checkpoint ] || fail "a checkpoint was left"
good "$emend" search space.cfg --data rolls.json --out one --trials 3
has said '^0 trials done; 3 had a result before'
good "$emend" search table one
[ "$(grep -c '^ *[123]  trial-0000[012]  bound ' said)" -eq 3 ] || fail "the table lacks trials: $(cat said)"
has said 'bound: the bound on the negative log likelihood'
has said '^3 trials begun: 3 with a figure, 0 failed, 0 running, 0 not finished'
awk '$2 ~ /^trial-/ { if (last != "" && $4 < last) bad = 1; last = $4 } END { exit bad }' said || fail "not ranked: $(cat said)"
good "$emend" search table one --json
has said '"nats_per_frame"'
# By hand, as settings.cfg says.
good "$emend" train vosp --config one/trial-00001/settings.cfg --data rolls.json --threads 1 --out hand.safetensors
has said "$(printf '%.4f' "$(figure one 1)") nats a frame"
# The same on its own, and as JSON.
good "$emend" search space.cfg --data rolls.json --out lone --trial 2 --json
has said '"trial":2'
[ "$(figure one 2)" = "$(figure lone 2)" ] || fail "trial 2 differs: $(figure one 2) and $(figure lone 2)"
[ "$(ls lone)" = "$(printf 'data.json\nlock\nspace.cfg\ntrial-00002')" ] || fail "more than one trial: $(ls lone)"

# --- One file for several kinds: settings of the other kinds do not count ---
for kind in vosp vrae rnn; do
  echo "kind = \"$kind\"; hidden = 4; generator = 4; chunk = 8; batch = 2; epochs = 1; \
vosp = { latent = 2; gate = 0; }; vrae = { latent = 3; }; rnn = { lead = 0; }; search = { rate = [0.01]; };" >kinds.cfg
  good "$emend" search kinds.cfg --data rolls.json --out "kind-$kind" --trials 1
  has said '^1 trial done'
done
grep -q '^latent = 3;' kind-vrae/trial-00000/settings.cfg || fail "vrae: $(cat kind-vrae/trial-00000/settings.cfg)"
paper=${0%/*}/../../../presets/search/paper.cfg
for kind in vosp vrae rnn; do
  sed "s/^kind = .*/kind = \"$kind\";/; s/^epochs = .*/epochs = 1;/" "$paper" >paper.cfg
  good "$emend" search paper.cfg --data rolls.json --out "paper-$kind" --trials 1
  has said '^1 trial done'
done
grep -q '^latent' kind-rnn/trial-00000/settings.cfg && fail "rnn: $(cat kind-rnn/trial-00000/settings.cfg)"

# --- Another space, other data ---
sed 's/;/;\n\/\/ a comment\n/' space.cfg >same.cfg
good "$emend" search same.cfg --data rolls.json --out one --trials 1
sed 's/0.003/0.002/' space.cfg >other.cfg
bad 2 'one belongs to another space' search other.cfg --data rolls.json --out one --trials 1
sed 's/60,/61,/' rolls.json >other.json
bad 2 'are of other data' search space.cfg --data other.json --out one --trials 1

# --- What is half-written or from elsewhere ---
rm -rf half
cp -r one half
head -c 60 one/trial-00001/result.json >half/trial-00001/result.json
mkdir half/trial-00003 half/trial-4 half/trial-000005
good "$emend" search table half
has said '^1 unfinished: trial-00003$'
has said '^1 broken, to be done again: trial-00001$'
has said '^4 trials begun: 2 with a figure, 0 failed, 0 running, 2 not finished'
has said 'trial-00001/result.json: is cut off'
good "$emend" search table half --json
has said '"trial-00003"'
good "$emend" search space.cfg --data rolls.json --out half --trials 4
has complaint 'trial 1: half/trial-00001/result.json: is cut off or no result'
has said '^2 trials done; 2 had a result before'
[ "$(figure half 1)" = "$(figure one 1)" ] || fail "trial 1 done again differs"
for wrong in '{}' '[1]' '{"trial": "x"}'; do
  echo "$wrong" >half/trial-00001/result.json
  good "$emend" search table half
  has said '^1 broken'
done
cp one/trial-00002/result.json half/trial-00001/
good "$emend" search table half
has said 'is the result of trial 2'

# --- A training that diverges is a result ---
echo "$fixed epochs = 3; cell = \"tanh\"; clip = 0.0; optimiser = \"rmsprop\"; decay = 1.0; \
search = { rate = [10.0]; momentum = [1.0]; };" >wild.cfg
good "$emend" search wild.cfg --data rolls.json --out wild --trials 2
has said '^trial-00000  failed: the loss is no longer finite'
has said '^2 trials done, 2 of them failed'
good "$emend" search table wild
has said 'No trial in wild has a figure yet'
has said '^trial-00001 failed: the loss'
good "$emend" search wild.cfg --data rolls.json --out wild --trials 2
has said '2 had a result before'

# --- Stopped, killed and damaged trials go on, and end as if nothing had been ---
longer=$song
for _ in 1 2 3 4 5 6 7 8; do
  longer="$longer, $longer"
done
printf '{"train": [%s], "valid": [%s]}' "$longer" "$song" >long.json
echo "$fixed epochs = 40; patience = 400; $drawn" >long.cfg
good "$emend" search long.cfg --data long.json --out whole --trials 1
begin() {
  "$emend" search long.cfg --data long.json --out cut --trials 1 >said 2>complaint &
  pid=$!
  for _ in $(seq 3000); do
    [ -s cut/trial-00000/model.safetensors.checkpoint ] && break
    sleep 0.02
  done
}
begin
kill -9 $pid
wait $pid 2>/dev/null
[ ! -e cut/trial-00000/result.json ] || fail "too late to kill"
[ -s cut/trial-00000/model.safetensors.checkpoint ] || fail "no checkpoint when killed"
good "$emend" search table cut
has said '^1 unfinished: trial-00000$'
begin
kill -INT $pid
wait $pid
status=$?
if [ ! -e cut/trial-00000/result.json ]; then
  [ $status -eq 130 ] || fail "exit status $status when stopped"
  has complaint 'stopped in trial 0, which keeps its last whole epoch; 0 of 1 are done'
fi
good "$emend" search long.cfg --data long.json --out cut --trials 1
[ "$(figure cut 0)" = "$(figure whole 0)" ] || fail "a killed trial ends otherwise: $(figure cut 0), $(figure whole 0)"
rm -r cut
begin
kill -9 $pid
wait $pid 2>/dev/null
checkpoint=cut/trial-00000/model.safetensors.checkpoint
head -c 500 $checkpoint >damaged
cp damaged $checkpoint
good "$emend" search long.cfg --data long.json --out cut --trials 1
has complaint 'trial 0: .*checkpoint'
[ "$(wc -l <complaint)" -eq 1 ] || fail "not one line on a damaged checkpoint: $(cat complaint)"
[ "$(figure cut 0)" = "$(figure whole 0)" ] || fail "begun anew it ends otherwise: $(figure cut 0)"

# --- Several processes in one folder ---
"$emend" search space.cfg --data rolls.json --out shared --trials 5 >first 2>complaint &
one=$!
"$emend" search space.cfg --data rolls.json --out shared --trials 5 >second 2>>complaint &
two=$!
"$emend" search space.cfg --data rolls.json --out shared --trials 5 >third 2>>complaint &
wait $one || fail "the first of three: exit status $?"
wait $two || fail "the second of three: exit status $?"
wait $! || fail "the third of three: exit status $?"
[ ! -s complaint ] || fail "sharing gives: $(cat complaint)"
for trial in 0 1 2 3 4; do
  [ "$(cat first second third | grep -c "^trial-0000$trial  bound")" -eq 1 ] || fail "trial $trial: $(cat first second third)"
done
good "$emend" search table shared
[ "$(grep -c '^ *[1-5]  trial-' said)" -eq 5 ] || fail "not five trials: $(cat said)"

# --- It is in the manual and the completions ---
"$emend" --help=man >man
has man '^\.SS emend search$'
has man '^\.SS emend search table$'
"$emend" --help=bash >bash
has bash '^search|--trials|'
has bash '^search table||folders$'
"$emend" --help=zsh >zsh
has zsh 'search'

finish
