#!/bin/sh
# clang-tidy by the compile database of build folder $2, two files at a time.
set -eu
cd "$1"
. tests/lint/sources.sh
sources '*.c' | xargs -P 2 -n 1 sh -c '
  said=$(clang-tidy --quiet -p "$1" "$2" 2>&1) || { printf "%s\n" "$said"; exit 1; }' tidy "$2"
