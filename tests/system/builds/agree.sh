#!/bin/bash
# SPDX-License-Identifier: MIT
# agree.sh SOURCE WORK EMEND BUILD...: every build removes the same notes from the same takes, byte for byte.
# EMEND damages takes and cleans them; each BUILD is built from SOURCE in WORK, cleans them too, and must write the
# same files. BUILD is COMPILER:PROCESSOR, PROCESSOR being what -march takes, or
#   old    x86-64, on an emulated processor without AVX
#   arm64  with Debian's cross compiler, emulated
# 77: skipped, where something that this needs is missing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
source=$1 work=$2 emend=$3
shift 3
seeds=8
mkdir -p "$work" && cd "$work" || exit 1
export OPENBLAS_NUM_THREADS=1

fail() {
  echo "FAILED: $1"
  exit 1
}

skip() {
  echo "skipped: $1"
  exit 77
}

# build FOLDER CMAKE-ARGUMENT...: builds emend in FOLDER; later runs only build what has changed.
build() {
  local folder=$1 generator launcher
  shift
  generator= launcher=
  if [ ! -f "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator="-G Ninja"; fi
  if command -v ccache >/dev/null; then launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache; fi
  { cmake -S "$source" -B "$folder" $generator $launcher "$@" &&
    cmake --build "$folder" -j "$(getconf _NPROCESSORS_ONLN)" --target emend; } >"$folder.log" 2>&1 && return
  tail -n 20 "$folder.log"
  fail "the build $folder; see $work/$folder.log"
}

# damage: the takes, from one program for all.
damage() {
  mkdir -p takes
  for seed in $(seq $seeds); do
    "$emend" corrupt "$source/assets/minuet.mid" "takes/$seed.mid" --seed "$seed" --bounce 0.05 --brush 0.05 \
      --harmonic 0.03 --ghost 0.5 --crosstalk 0.1 >>log 2>&1 || fail "emend corrupt"
  done
  cp "$source/assets/minuet-noisy.mid" takes/
}

# clean FOLDER COMMAND...: cleans every take with every preset.
clean() {
  into=$1
  shift
  rm -rf "$into"
  mkdir -p "$into"
  for take in takes/*.mid; do
    name=$(basename "$take" .mid)
    for preset in pop folk chorale; do
      "$@" denoise "$take" "$into/$name-$preset.mid" --preset "$source/presets/$preset" \
        --report "$into/$name-$preset.json" >>log 2>&1 || fail "$* denoise; see $work/log"
    done
    "$@" denoise "$take" "$into/$name-late.mid" --preset "$source/presets/pop" --strength 0.8 --look-ahead 20 >>log 2>&1 ||
      fail "$* denoise --look-ahead"
  done
}

# compare FOLDER: with what EMEND made of the takes. A test that cannot fail proves nothing: something must be removed.
compare() {
  count=0
  for file in expected/*.mid; do
    name=$(basename "$file")
    cmp "$file" "$1/$name" || fail "$1 removes other notes from $name"
    count=$((count + 1))
  done
  echo "$1: the same notes in $count takes"
}

: >log
damage
clean expected "$emend"
removed=$(cat expected/*.json | awk '/"total":/ { sum += $2 } END { print sum + 0 }')
[ "$removed" -ge 100 ] || fail "only $removed notes are removed, too few to compare builds by"
cmp -s expected/1-pop.mid expected/1-late.mid && fail "two strengths remove the same notes"
echo "$removed notes removed"
for name in "$@"; do
  compiler=${name%%:*} processor=${name#*:}
  folder=$(basename "$compiler")-$processor
  case $processor in
  arm64)
    . "$here/arm64.sh"
    arm64_build "$folder"
    clean "$folder-out" "${arm64_run[@]}" "$work/$folder/emend"
    ;;
  old)
    command -v qemu-x86_64 >/dev/null || skip "qemu-x86_64 is not installed (Debian: qemu-user)"
    plain=$(basename "$compiler")-x86-64
    build "$plain" -DCMAKE_C_COMPILER="$compiler" -DEMEND_MARCH=x86-64
    clean "$folder-out" qemu-x86_64 -cpu core2duo "$work/$plain/emend"
    ;;
  *)
    build "$folder" -DCMAKE_C_COMPILER="$compiler" -DEMEND_MARCH="$processor"
    clean "$folder-out" "$folder/emend"
    ;;
  esac
  compare "$folder-out"
done
