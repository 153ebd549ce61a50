#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-tidy by the compile database of build folder $2, two files at a time; its analyzer looks at no more than
# $3 states of a function, if given.
set -eu
cd "$1"
. tests/lint/sources.sh
sources '*.c' | xargs -P 2 -n 1 sh -c '
  said=$(clang-tidy --quiet -p "$1" \
    ${2:+-extra-arg=-Xclang -extra-arg=-analyzer-config -extra-arg=-Xclang -extra-arg=max-nodes="$2"} "$3" 2>&1) ||
    { printf "%s\n" "$said"; exit 1; }' tidy "$2" "${3:-}"
