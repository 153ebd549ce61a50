#!/bin/sh
# SPDX-License-Identifier: MIT
# A header *_private.h is included from its own folder only; tests may look inside.
set -eu
cd "$1"
. tests/lint/sources.sh
bad=0
for header in $(sources '*_private.h'); do
  if found=$(grep -n "^ *# *include *\"${header##*/}\"" $(sources 'engine/*.[ch]' 'models/*.[ch]' 'app/*.[ch]') |
    grep -v "^${header%/*}/[^/]*:"); then
    echo "$found: ${header##*/} is private to ${header%/*}"
    bad=1
  fi
done
exit $bad
