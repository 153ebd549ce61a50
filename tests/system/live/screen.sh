#!/bin/sh
# SPDX-License-Identifier: MIT
# The screen of emend live is whole on a terminal of 80 by 24:  screen.sh EMEND COUNT-SCREENS.awk
emend=$1
check=$2
. "$(dirname "$0")/../../support/cli.sh"
command -v script >/dev/null || { echo "SKIPPED: no script (util-linux)"; exit 77; }

printf 'stty cols 80 rows 24; TERM=xterm NO_COLOR=1 exec "%s" live --demo --capture --takes "%s/takes" --seconds 9\n' \
  "$emend" "$work" >play.sh
# Keys: help and back, stronger, undo once something was removed, help again.
{ sleep 1; printf '?'; sleep 0.5; printf 'x'; sleep 0.5; printf '+'; sleep 5; printf 'u'; sleep 3; } |
  timeout 40 script -qec "sh play.sh" shown >/dev/null 2>&1
awk -f "$check" shown >found || fail "the screen: $(cat found)"
has found 'screens with panic and quit'
grep -q 'undone: ' shown || fail "undo does not show which note"
grep -q 'strength 0.55' shown || fail "a step of strength is not shown"
grep -q 'The row of dots is the keyboard' shown || fail "? shows no help"
finish
