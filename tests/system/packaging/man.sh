#!/bin/bash
# SPDX-License-Identifier: MIT
# man.sh EMEND: the manual page is sound, and has every command and option that --help has.
set -u
emend=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
  echo "FAILED: $*"
  failed=1
}

"$emend" --help=man >"$work/emend.1" || fail "no page"
if command -v mandoc >/dev/null; then
  # The page has no date, so that the same source gives the same page.
  mandoc -T lint -W warning "$work/emend.1" | grep -v 'missing date' && fail "mandoc complains"
fi
if command -v man >/dev/null; then
  LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 "$work/emend.1" 2>"$work/warnings" >"$work/page"
  [ ! -s "$work/warnings" ] || fail "man warns: $(cat "$work/warnings")"
  grep -q 'Mends *MIDI' "$work/page" || fail "man shows nothing"
fi
# What the page says of options, dash for dash; one section a command.
sed 's/\\-/-/g' "$work/emend.1" >"$work/plain"
options=0
for command in $("$emend" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p') 'train vosp' 'train vrae' \
  'takes list' 'takes show' 'takes export' 'takes delete'; do
  sed -n "/^\.SS emend $command\$/,/^\.S[SH]/p" "$work/plain" >"$work/section"
  [ -s "$work/section" ] || fail "no section on emend $command"
  for option in $("$emend" $command --help | grep -o '^ .*--[a-z-]*' | grep -o -e '--[a-z-]*' | grep -v -x -e --help); do
    options=$((options + 1))
    grep -q -e "^\.B .*$option\( \|\$\)" "$work/section" || fail "emend $command: $option is not in the page"
  done
done
[ "$options" -gt 50 ] || fail "only $options options were looked for"
exit $failed
