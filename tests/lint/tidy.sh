#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-tidy by the compile database of build folder $2, a file to a processor. With a third argument, `quick`,
# without the static analyzer, which takes six times as long as all other checks.
set -eu
cd "$1"
. tests/lint/sources.sh
without=
[ "${3:-}" != quick ] || without=--checks=-clang-analyzer-*
sources '*.c' | xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 sh -c '
  said=$(clang-tidy --quiet -p "$1" $2 "$3" 2>&1) || { printf "%s\n" "$said"; exit 1; }' tidy "$2" "$without"
