#!/bin/sh
# SPDX-License-Identifier: MIT
# The program as its user meets it:  test_cli.sh EMEND SOURCE-FOLDER [TRAP]
# TRAP: the library that ends a program whose live thread allocates, locks or calls the system.
# Bad cases must give one line on standard error, nothing on standard output, their exit status and no file; good
# cases what they promise. A tiny model is trained here, so that nothing depends on the shipped ones.
set -u
emend=$1
take=$2/assets/minuet.mid
noisy=$2/assets/minuet-noisy.mid
holes=$2/assets/minuet-holes.mid
. "${0%/*}/../../support/cli.sh"

: >input
input=input
: >zero.mid
printf 'MThd\0\0' >cut.mid
printf '<!DOCTYPE html><html><body>404</body></html>' >page.mid
printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\377\377\377\377' >lying.mid
printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\0\0\10\0\220\377\377\0\377\57\0' >high.mid
head -c 40 /dev/zero >zeros.mid
printf 'MThd\0\0\0\6\0\0\0\1\003\350MTrk\0\0\0\14\0\220\74\100\144\200\74\100\0\377\57\0' >short.mid
printf 'not a model' >broken.safetensors
printf 'strength = 3;' >strong.cfg
printf 'rate = 0.1;\n@include "out"\n' >include.cfg
mkdir -p locked data/emend/presets/empty
printf 'strength = 0.5;' >data/emend/presets/empty/preset.cfg
mkdir -p data/emend/presets/plain data/emend/presets/filling
printf 'model = "%s/tiny.safetensors";' "$work" >data/emend/presets/plain/preset.cfg
printf 'model = "%s/tiny.safetensors"; filler = "%s/filler.safetensors"; fill_strength = 1.0;' "$work" "$work" \
  >data/emend/presets/filling/preset.cfg

# The gate wants more strokes than one short take has.
good "$emend" train vosp --data "$take" "$take" "$take" --out tiny.safetensors --hidden 8 --latent 2 --generator 8 --gate 4 \
  --epochs 1 --gate-epochs 1 --threads 1 --seed 7
has said '^Wrote tiny.safetensors'
model=$work/tiny.safetensors
small='--hidden 4 --latent 2 --generator 4 --threads 1 --epochs 1'

# A VRAE for rolls: a scale up and down, both splits alike.
awk 'BEGIN {
  for (i = 0; i < 48; i++) roll = roll (i ? "," : "") "[" 60 + i % 12 "]"
  printf "{\"train\": [[%s], [%s]], \"valid\": [[%s]]}", roll, roll, roll }' >rolls.json
good "$emend" train vrae --data rolls.json --out vrae.safetensors --hidden 8 --latent 2 --generator 8 --epochs 2 \
  --threads 1 --seed 7
has said '^Wrote vrae.safetensors; .* nats a frame on valid'
has vrae.safetensors.csv 'valid_bound'
vrae=$work/vrae.safetensors
good "$emend" train rnn --data rolls.json --out rnn.safetensors --cell deep --hidden 8 --generator 0 --layers 2 \
  --emission nade --emission-units 3 --frame-unit beats --frame-length 0.5 --frame-values 1 --epochs 2 --threads 1 --seed 7
has rnn.safetensors.csv 'valid_exact'
rnn=$work/rnn.safetensors
tied="--tie pitch --frame-values 1 --hidden 8 --generator 0 --emission pitch --emission-units 8"
good "$emend" train rnn --data rolls.json --out tied.safetensors $tied --epochs 1 --threads 1
good "$emend" train rnn --data rolls.json --out recall.safetensors --from tied.safetensors --recall past --epochs 0
has said '^Wrote recall.safetensors; exact [0-9.]* nats a frame on valid'
good "$emend" info recall.safetensors
has said 'recall  *past'
has said 'each half of it with recall fitted to the other'
good "$emend" train vrae --data "$take" "$take" "$take" --out filler.safetensors --tie pitch --cell gru --frame-values 2 --matches 2 \
  --hidden 8 --latent 2 --generator 8 --epochs 1 --threads 1 --seed 7
filler=$work/filler.safetensors

# --- Bad usage ---
bad 2 'no command given; see emend --help'
bad 2 "unknown command 'mend'" mend
bad 2 "unknown option '--mend'" --mend
bad 2 "unknown command 'denose' (did you mean 'denoise'?); see emend --help" denose
bad 2 "unknown command 'fil' (did you mean 'fill'?)" help fil
bad 2 "there is no 'takes lsit' (did you mean 'list'?)" takes lsit
bad 2 'unknown option --strenght (did you mean --strength?); see emend denoise --help' denoise --strenght 1
bad 2 'emend denoise: unknown option --foo; see emend denoise --help' denoise --foo
bad 2 'unknown option --foo' live --foo=3
bad 2 'unknown option -x' plot -x
bad 2 "unknown argument 'c': that is one too many; for each of several files: for f in" fill a b c
bad 2 'IN.mid and OUT.mid are missing' denoise "$take"
bad 2 'MODEL is missing' info
bad 2 'MODEL is missing' eval --data "$take"
bad 2 'data is missing' eval "$model"
bad 2 "unknown argument 'x'" devices x
bad 2 'FILE is missing' plot "$take"
bad 2 'ends in .svg or .png' plot "$take" -o out/a.gif
bad 2 'wants a value' denoise "$take" out/a.mid --strength
bad 2 'must be from 0 to 1' denoise "$take" out/a.mid --strength 1.5
bad 2 "wants a number, not 'nan'" denoise "$take" out/a.mid --strength nan
bad 2 'cannot both be' denoise "$take" - --report -
bad 2 'written over OUT.mid' denoise "$take" out/a.mid --report out/../out/a.mid
bad 2 'written over IN.mid' denoise high.mid out/a.mid --report ./high.mid
bad 2 'written over OUT.mid' live --driver file --in "$take" --out out/a.mid --report out/a.mid
bad 2 'cannot both be' live --driver file --in "$take" --out - --report -
bad 2 'high.mid: would be written over IN.mid' live --driver file --in high.mid --out ./high.mid
bad 2 "only one file can be '-'" plot - - -o out/a.svg
bad 1 'there is no folder out/none' denoise "$take" out/none/a.mid
bad 2 'not a take' takes delete ./input --yes
bad 2 'is one of auto, file' live --driver gramophone
bad 2 'file wants --in IN.mid and --out OUT.mid' live --driver file
bad 2 'is one of bypass, monitor, clean' live --mode dirty
bad 2 'must be from 0 to 200' live --look-ahead 900
bad 2 'the kind of model is missing, or --from' train
bad 2 "unknown kind of model 'gan'" train gan
bad 2 'data is missing; see emend train vrae --help' train vrae --out out/m
bad 2 'unknown option --gate' train vrae --data rolls.json --out out/m --gate 4
bad 2 'unknown option --matches' train vosp --data rolls.json --out out/m --matches 2
bad 2 'tied across pitch' train vrae --data rolls.json --out out/m --matches 2
bad 2 'must be from 1 to 200' eval "$vrae" --data rolls.json --task impute --gap 0
bad 2 'data is missing' train vosp --out out/m
bad 2 'recall = past is for weights tied' train rnn --data rolls.json --out out/m --recall past
bad 2 "wants a file's name" train vosp --data "$take"
bad 2 'hidden' train vosp --data "$take" --out out/m --hidden many
bad 2 'must be from 0 to 1' corrupt "$take" out/a.mid --brush 2
bad 2 'must be from 0 to 600' corrupt "$take" out/a.mid --drop-burst 601
bad 2 'wants a whole number' corrupt "$take" out/a.mid --seed x
bad 2 'from 0 to 9007199254740992' corrupt "$take" out/a.mid --seed 18446744073709551615
bad 2 'must be from 0 to 64' train vosp --data "$take" --out out/m --threads 65
bad 2 'task is one of nll, denoise, impute' eval "$model" --data "$take" --task sing
bad 2 'IN.mid and OUT.mid are missing' fill "$holes"
bad 2 'cannot both be' fill "$holes" - --report - --model "$filler"
bad 2 'several files' fill "$holes" - --variants 2 --model "$filler"
bad 2 'written over an output' fill "$holes" out/v.mid --variants 3 --report out/v-2.mid --model "$filler"
bad 2 'must be from 1 to 99' fill "$holes" out/a.mid --variants 0
bad 2 'must be from 0 to 1' fill "$holes" out/a.mid --strength 2
for gap in 5 5:x 1:2:3 nan:3; do
  bad 2 "--gap $gap: not START:END" fill "$holes" out/a.mid --model "$filler" --gap $gap
done
bad 2 '--gap 9:7: ends before it begins' fill "$holes" out/a.mid --model "$filler" --gap 9:7
bad 2 '--gap 6:1:5:1: ends before it begins' fill "$holes" out/a.mid --model "$filler" --gap 6:1:5:1
bad 2 '--gap -3:2: begins before the take' fill "$holes" out/a.mid --model "$filler" --gap -3:2
bad 2 '--gap 60:62: outside the take, whose notes end at 43' fill "$holes" out/a.mid --model "$filler" --gap 60:62
bad 2 '--gap 3:1:3:4: bar 3 has no beat 4; it has 3' fill "$holes" out/a.mid --model "$filler" --gap 3:1:3:4
bad 2 '--gap 4:8 and --gap 6:9 overlap' fill "$holes" out/a.mid --model "$filler" --gap 6:9 --gap 4:8

# --- Bad files ---
for file in zero cut page lying zeros; do
  bad 1 "$file.mid" denoise $file.mid out/a.mid --preset "$model"
  bad 1 "$file.mid" corrupt $file.mid out/a.mid
  bad 1 "$file.mid" plot $file.mid -o out/a.svg
  bad 1 "$file.mid" fill $file.mid out/a.mid --model "$filler"
  bad 1 "$file.mid" live --driver file --in $file.mid --out out/a.mid --preset "$model"
done
bad 1 'high.mid: byte 24: a data byte is over 127' denoise high.mid out/a.mid --preset "$model" --strict
bad 1 'high.mid: byte 24' corrupt high.mid out/a.mid --strict
bad 1 'high.mid: byte 24' plot high.mid -o out/a.svg --strict
bad 1 'high.mid: byte 24' fill high.mid out/a.mid --model "$filler" --strict
bad 2 'names no keys or channels' denoise "$take" out/a.mid --keep H2
bad 2 'names no channels' denoise "$take" out/a.mid --drums 17
bad 1 'standard input' denoise - out/a.mid --preset "$model"
bad 1 'none.mid' denoise none.mid out/a.mid --preset "$model"
bad 1 'none.safetensors' info none.safetensors
bad 1 'broken.safetensors' info broken.safetensors
bad 1 'broken.safetensors' denoise "$take" out/a.mid --preset ./broken.safetensors
bad 1 "no preset 'nobody'; there are: .*pop" live --preset nobody
bad 1 "the model of preset 'empty' cannot be read" live --preset empty
bad 1 'strong.cfg:1: .*must be from 0 to 1' denoise "$take" out/a.mid --preset ./strong.cfg
bad 1 'standard input' fill - out/a.mid --model "$filler"
bad 1 'tiny.safetensors is a model of kind emend.vosp' fill "$holes" out/a.mid --model "$model"
bad 1 'none.safetensors' fill "$holes" out/a.mid --model none.safetensors
bad 1 "preset 'plain' has no filler" fill "$holes" out/a.mid --preset plain
bad 1 'no folder none' fill "$holes" none/a.mid --model "$filler"
bad 1 'no folder none' fill "$holes" out/a.mid --model "$filler" --report none/r.json
bad 1 'this is not JSON' plot "$take" --report page.mid -o out/a.svg
bad 1 'vrae.safetensors is a model of kind emend.vrae; `emend denoise` needs one of kind emend.vosp' \
  denoise "$take" out/a.mid --preset "$vrae"
bad 1 '`emend live` needs one of kind emend.vosp' live --demo --out out/a.mid --preset "$vrae"
bad 1 '`emend eval --task denoise` needs' eval "$vrae" --data rolls.json --task denoise
bad 1 '`emend eval --task denoise` needs one of kind emend.vosp' eval "$rnn" --data rolls.json --task denoise
bad 1 '`emend eval --task impute` needs one of kind emend.vrae' eval "$model" --data rolls.json --task impute
bad 1 'is no filler' eval "$vrae" --data "$take" --task impute
bad 1 '`emend train vosp` needs' train vosp --data rolls.json --out out/m --from "$vrae"
bad 1 'nowhere' train vosp --data nowhere --out out/m
bad 1 'strong.cfg:1: unknown setting' train vosp --data "$take" --out out/m --config strong.cfg
bad 1 'none.cfg' train vosp --data "$take" --out out/m --config none.cfg
bad 1 'cannot read out' train vosp --data "$take" --out out/m --config out
bad 1 'include.cfg:2: settings include no other' train vosp --data "$take" --out out/m --config include.cfg
LC_ALL=C sed 's/"hidden":"8"/"hidden":"x"/' "$model" >damaged.safetensors
bad 1 'damaged.safetensors: hidden must be a whole number' info damaged.safetensors
# A training that cannot succeed says so before its work, and leaves the model that is there.
cp "$model" kept.safetensors
# shellcheck disable=SC2086
bad 1 'too little data for the gate: .* give more data, or --gate 0' train vosp --data "$take" --out kept.safetensors $small
cmp -s "$model" kept.safetensors || fail "a failed training changed the model that was there"
bad 2 'kept.safetensors: would be written over a file of --data' train vosp --data "$take" kept.safetensors --out ./kept.safetensors
bad 1 'is no regular file' train vosp --data "$take" --out /dev/null
[ ! -e kept.safetensors.csv ] || fail "too little data for the gate is seen only after an epoch"
bad 1 'nowhere' eval "$model" --data nowhere
bad 1 'no folder none' denoise "$take" none/a.mid --preset "$model"
bad 1 'is a folder' denoise "$take" locked --preset "$model"
bad 1 'no folder none' denoise "$take" out/a.mid --report none/r.json --preset "$model"
bad 1 'no folder none' live --demo --out none/a.mid --preset "$model"
bad 1 'no folder none' plot "$take" -o none/a.svg
bad 1 'no folder none' corrupt "$take" none/a.mid
bad 1 'no folder none' train vosp --data "$take" --out none/m
mkdir -p config/emend
printf 'strenght = 0.5;\n' >config/emend/emend.conf
bad 1 "emend.conf:1: unknown setting 'strenght'" denoise "$take" out/a.mid --preset "$model"
rm config/emend/emend.conf

# A full disk: one line, and no half-written file.
if [ -c /dev/full ]; then
  bad 1 '/dev/full' denoise "$take" /dev/full --preset "$model"
  "$emend" --help >/dev/full 2>complaint && fail "a full standard output is no failure"
  has complaint 'standard output could not be written'
fi

# --- Good cases ---
good "$emend" --version
has said '^emend [0-9]'
good "$emend" --help
for command in live denoise fill corrupt plot train 'train vosp' eval info devices; do
  # shellcheck disable=SC2086
  good "$emend" $command --help
  has said "^Usage: emend $command"
done

good "$emend" corrupt "$take" noisy.mid --seed 5
has said '^seed 5: .* bounce'
good "$emend" corrupt "$take" again.mid --seed 5 --json
cmp -s noisy.mid again.mid || fail "the same seed did other damage"
has said '"seed": 5'

good "$emend" denoise "$noisy" clean.mid --preset "$model" --strength 0.6 --report report.json
has said '^Removed '
for key in driver preset model seconds events_in events_out suppressed decision_us p999 dropped capture_lost removed; do
  has report.json "\"$key\""
done
has report.json '"dropped": 0'
"$emend" denoise - - --preset "$model" --strength 0.6 <"$noisy" >piped.mid 2>complaint || fail "standard streams: $(cat complaint)"
cmp -s clean.mid piped.mid || fail "standard streams give another file"
good "$emend" denoise "$noisy" same.mid --preset "$model" --strength 0
has said '^Removed 0 of'

cmp -s "$noisy" same.mid || fail "nothing was removed, but the file changed"
# Files that break the standard are read with a line, and stay as they are where nothing is removed.
good "$emend" denoise high.mid same.mid --preset "$model"
has complaint '^emend denoise: high.mid: read despite errors in the file: byte 24: a data byte is over 127 (2 times)$'
cmp -s high.mid same.mid || fail "nothing was removed, but a faulty file changed"
good "$emend" corrupt high.mid same.mid --drop 0
cmp -s high.mid same.mid || fail "no damage was asked for, but the file changed"
good "$emend" denoise "$noisy" same.mid --preset "$model" --strength 1 --keep ch1,ch2,ch3,ch4 --keep A-1:G9 --drums 11,12
has said '^Removed 0 of'

# Ctrl-C in a long cleaning: nothing is written and nothing is left behind.
printf 'MThd\0\0\0\6\0\0\0\1\1\340MTrk\0\177\0\0' >long.mid
printf '\0\220\74\120\1\74\0' >long.part
for doubling in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
  cat long.part long.part >long.more
  mv long.more long.part
done
cat long.part >>long.mid
"$emend" denoise long.mid stopped.mid --preset "$model" >said 2>complaint &
cleaning=$!
sleep 1
kill -INT "$cleaning" || fail "the long cleaning was over at once"
status=0
wait "$cleaning" || status=$?
[ "$status" -eq 130 ] || fail "a stopped cleaning: exit status $status"
[ ! -e stopped.mid ] || fail "a stopped cleaning left its output"
rm -f long.mid long.part

# All that was played stays byte for byte, behind the header.
good "$emend" fill "$holes" filled.mid --preset filling --gap 11:1:12:1 --gap 17-18.5 --markers --report filled.json
has said '^filled.mid: added [0-9]* notes, [0-9]* in 2 gaps.$'
for key in model strength gaps begin_beat reason fillings added time length pitch velocity channel probability matched copied_from; do
  has filled.json "\"$key\""
done
has filled.json '"begin_beat": "11:1"'
has filled.json '"strength": 1.0'
size=$(wc -c <"$holes")
tail -c +15 "$holes" >played
tail -c +15 filled.mid | head -c $((size - 14)) | cmp -s - played || fail "filling changed what was played"
"$emend" fill - - --preset filling --gap 11:1-12:1 --gap 17:18.5 --markers <"$holes" >piped.mid 2>complaint || fail "fill on standard streams: $(cat complaint)"
cmp -s filled.mid piped.mid || fail "fill on standard streams gives another file"
good "$emend" plot filled.mid -o filled.svg
has filled.svg '<svg'
good "$emend" plot "$holes" filled.mid --report filled.json -o filled.png
good "$emend" fill "$holes" v.mid --model "$filler" --gap 11:1:12:1 --variants 2 --seed 3 --report -
head -c 1 said | grep -q '{' || fail "fill --report - is not alone on standard output"
if [ ! -s v-1.mid ] || [ ! -s v-2.mid ] || cmp -s v-1.mid v-2.mid; then fail "variants are missing or alike"; fi
good "$emend" fill v-1.mid none-missing.mid --model "$filler" --strength 0
has said 'none-missing.mid: .*the same as what came in'
cmp -s v-1.mid none-missing.mid || fail "nothing to fill, but the file changed"

# In real time it is the same engine: what comes out of a second of playing is what denoise makes of it.
printf 'MThd\0\0\0\6\0\0\0\1\1\340MTrk\0\0\0\46\0\220\74\132\203\140\200\74\100\5\220\74\14\12\200\74\100' >short.mid
printf '\0\220\100\110\4\220\101\5\12\200\101\100\203\0\200\100\100\0\377\57\0' >>short.mid
good "$emend" live --driver file --in short.mid --out live.mid --preset "$model" --strength 0.6
good "$emend" denoise short.mid offline.mid --preset "$model" --strength 0.6
cmp -s live.mid offline.mid || fail "live and denoise differ on the same second"
[ -z "${3:-}" ] || good env LD_PRELOAD="$3" "$emend" live --driver file --in short.mid --out live.mid --preset "$model"
good "$emend" live --demo --preset "$model" --strength 0.6 --seconds 2 --out demo.mid --report live.json
has said 'The cleaned take is in demo.mid'
has live.json '"driver": "file"'
has live.json '"dropped": 0'
[ -s demo.mid ] || fail "the demo wrote no take"
good "$emend" live --demo --preset "$model" --seconds 1 --out quiet.mid --report -
head -c 1 said | grep -q '{' || fail "--report - is not alone on standard output"
good "$emend" live --driver file --in short.mid --out - --preset "$model"
head -c 4 said | grep -q MThd || fail "--out - is not alone on standard output"
# What was written to a closed standard output must not end in the next file that was opened.
"$emend" live --driver file --in short.mid --out closed.mid --preset "$model" --capture --takes kept >&- 2>complaint
has complaint 'standard output could not be written'
good "$emend" takes list --takes kept
if grep -q damaged said; then
  fail "a closed standard output damaged a take: $(cat said)"
fi
printf 'strength = 0.0;\n' >config/emend/emend.conf
good "$emend" denoise "$noisy" conf.mid --preset "$model"
has said '^Removed 0 of'
rm config/emend/emend.conf

# A signal ends it cleanly, with its take written.
"$emend" live --demo --preset "$model" --out stopped.mid >said 2>complaint &
pid=$!
sleep 1
kill -INT $pid 2>/dev/null
wait $pid || fail "an interrupt is no failure of live: $(cat complaint)"
[ -s stopped.mid ] || fail "the interrupted demo wrote no take"

good "$emend" plot "$noisy" clean.mid -o roll.svg
has roll.svg '<svg'
good "$emend" plot "$noisy" clean.mid -o -
has said '<svg'
good "$emend" plot "$take" -o roll.png
good "$emend" info "$model"
has said 'hidden  *8'
good "$emend" info "$model" --json
has said '"kind": "vosp"'
good "$emend" devices
good "$emend" devices --json
has said '"drivers"'
good "$emend" eval "$model" --data "$take" --particles 2 --json
for key in bound surrogate importance nats_per_frame reconstruction kl particles sequences frames; do
  has said "\"$key\""
done
good "$emend" eval "$model" --data "$take" --task denoise --json
for key in before after gate precision recall f1; do
  has said "\"$key\""
done
good "$emend" info "$vrae"
has said 'a VRAE, '
good "$emend" info "$vrae" --json
has said '"kind": "vrae"'
has said '"matches": "0"'
good "$emend" eval "$rnn" --data rolls.json --json
has said '"exact": {'
if grep -q '"bound"' said; then
  fail 'an exact likelihood is called a bound'
fi
good "$emend" info "$rnn"
has said 'a predictor without latents'
good "$emend" eval "$vrae" --data rolls.json --particles 2 --json
for key in bound surrogate importance nats_per_frame reconstruction kl particles sequences frames; do
  has said "\"$key\""
done
good "$emend" eval "$vrae" --data rolls.json --task impute --gap 4 --json
for key in before paper hold half copy gaps skipped precision recall f1; do
  has said "\"$key\""
done
has said '"fill": null'
# Names that are not UTF-8.
odd=$(printf 'h\351')
cp "$holes" "$odd.mid"
cp "$model" "$odd.safetensors"
good "$emend" fill "$odd.mid" odd.mid --model "$filler" --report odd.json
has odd.json '"in": "h?.mid"'
good "$emend" info "$odd.safetensors" --json
has said '"model": "h?.safetensors"'
good "$emend" eval "$odd.safetensors" --data "$odd.mid" --particles 0 --json
has said '"data": "h?.mid"'
cp kept/*.take "kept/$odd.take"
good "$emend" takes list --takes kept --json
has said '"name": "h?"'

# More files than a list holds, and files that cannot be read.
set --
while [ $# -le 4096 ]; do
  set -- "$@" x.mid
done
bad 2 'more than 4096 paths; name their folder' train vosp --out out/m --data "$@"
bad 2 'more than 4096 paths; name their folder' train --from plain --out out/m --data "$@"
mkdir lot
for name in 1 2 3; do
  cp "$take" lot/$name.mid
done
cp zero.mid lot/zy.mid
cp page.mid lot/zz.mid
# shellcheck disable=SC2086
good "$emend" train vosp --data lot --out some.safetensors --gate 0 $small
has complaint '^emend train vosp: 2 files of --data are left out, as unreadable; the first: lot/zy.mid'
[ "$(wc -l <complaint)" -eq 1 ] || fail "files that cannot be read are told more than once: $(cat complaint)"
good "$emend" eval "$model" --data lot --particles 0
has complaint '^emend eval: 2 files of --data'
# No room: one line with advice, and nothing left.
# shellcheck disable=SC2086
(ulimit -f 0 && "$emend" train vosp --data "$take" --out full.safetensors --gate 0 --decision 0 $small 2>&1) | cat >said
has said 'cannot write full.safetensors.csv: .*; '
[ ! -e full.safetensors.csv ] || fail "a log that could not be written was left"
[ -z "$(find . -name '*.tmp')" ] || fail "temporary files were left: $(find . -name '*.tmp')"

finish
