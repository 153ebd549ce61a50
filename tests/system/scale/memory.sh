#!/bin/sh
# SPDX-License-Identifier: MIT
# memory.sh BUILD-FOLDER HOURS MORE-HOURS: training on a library of many hours needs no more memory than on one of
# few: the peaks of a whole epoch on each, side by side.
set -eu
build=$1 few=$2 many=$3
own=$(mktemp -d "${TMPDIR:-/tmp}/emend-scale.XXXXXX")
trap 'rm -rf "$own"' EXIT

# train HOURS: prints KiB. Takes of half an hour; two hours of them in memory at once.
train() {
  "$build/make_library" "$own/$1" $(($1 * 2)) 30
  HOME=$own "$build/peak" "$build/emend" train vosp --data "$own/$1" --out "$own/model" --hold 2 --epochs 1 \
    --hidden 8 --latent 2 --generator 8 --gate 0 --decision 0 --chunk 100 --batch 64 --noise 0.01 2>"$own/out" ||
    { cat "$own/out" >&2; exit 1; }
  rm -rf "$own/$1"
}

little=$(train "$few")
much=$(train "$many")
echo "peak of training on $few h: $little KiB, on $many h: $much KiB"
[ "$much" -lt 300000 ] || { echo "more than 300 MB"; exit 1; }
[ $((much * 10)) -lt $((little * 13)) ] || { echo "it grows with the library"; exit 1; }
