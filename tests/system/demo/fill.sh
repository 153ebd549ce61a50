#!/bin/sh
# SPDX-License-Identifier: MIT
# The shipped presets on the demo takes:  fill.sh EMEND SOURCE-FOLDER
# A whole take must stay as it is, and the one with an empty bar must get that bar back.
set -u
emend=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data"
failures=0

for preset in pop folk chorale; do
  said=$("$emend" fill "$source/assets/minuet.mid" "$work/same.mid" --preset "$source/presets/$preset" 2>&1)
  if ! cmp -s "$source/assets/minuet.mid" "$work/same.mid" || ! expr "$said" : '.*nothing to fill' >/dev/null; then
    echo "FAILED: preset $preset changes a whole take: $said"
    failures=1
  fi
done
said=$("$emend" fill "$source/assets/minuet-holes.mid" "$work/filled.mid" --preset "$source/presets/pop" 2>&1)
case $said in
*'added 6 notes, 6 in 1 gap.') ;;
*)
  echo "FAILED: the empty bar had 6 notes: $said"
  failures=1
  ;;
esac
exit $failures
