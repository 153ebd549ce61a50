#!/bin/sh
# SPDX-License-Identifier: MIT
# Dependencies point one way, app -> models -> engine: no file includes a header of a layer above its
# own, or one by a path. (The include paths of the CMake targets say the same.)
set -eu
cd "$1"
. tests/lint/sources.sh
bad=0

# forbid LAYER ABOVE...: headers that only stand in a layer above.
forbid() {
  layer=$1
  shift
  for above in "$@"; do
    for header in $(sources "$above/*.h"); do
      name=${header##*/}
      if found=$(grep -n "^ *# *include *[\"<]$name[\">]" $(sources "$layer/*.c" "$layer/*.h")); then
        echo "$found: $header is above $layer"
        bad=1
      fi
    done
  done
}

forbid engine models app
forbid models app
if found=$(grep -n '^ *# *include *"[^"]*/' $(sources 'engine/*.[ch]' 'models/*.[ch]' 'app/*.[ch]')); then
  echo "$found: include by a path"
  bad=1
fi
exit $bad
