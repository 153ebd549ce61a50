#!/bin/bash
# SPDX-License-Identifier: MIT
# complete.bash EMEND: bash completes commands, options, values, and names of presets, ports and takes.
set -u
program=$1
work=$(mktemp -d)
ended=no
trap 'rm -rf "$work"; [ $ended = yes ] || exit 1' EXIT
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data
mkdir -p "$work/data/emend/presets/my-hands" "$work/data/emend/takes"
echo 'strength = 0.5;' >"$work/data/emend/presets/my-hands/preset.cfg"
: >"$work/data/emend/takes/2026-11-23_20-15-04.take"
failed=0

# The program, with a keyboard.
emend() {
  case "$*" in
  "--list inputs") printf '%s\n' 'Keystation 61:Keystation 61 MIDI 1 20:0' 'system:midi_capture_1' ;;
  *) "$program" "$@" ;;
  esac
}

source <("$program" --help=bash) || exit 1
complete -p emend >/dev/null || exit 1

# wants EXPECTED WORD...: what is offered for the last word, one blank between two
wants() {
  local expected=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _emend emend "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  if [ "${COMPREPLY[*]-}" != "$expected" ]; then
    echo "FAILED: $*: '${COMPREPLY[*]-}', not '$expected'"
    failed=1
  fi
}

wants 'denoise devices doctor' emend d
wants '--help' emend --h
wants '--look-ahead --learn --learn-share' emend live --l
wants 'pop' emend live --preset po
wants 'my-hands' emend live --preset my
wants 'pop' emend live --preset = po
wants 'chorale folk my-hands pop' emend denoise --preset ''
wants 'bypass' emend live --strength 0.5 --mode b
wants 'auto alsa' emend live --driver a
wants 'Keystation\ 61:Keystation\ 61\ MIDI\ 1\ 20:0' emend live --in K
wants 'Keystation 61:Keystation 61 MIDI 1 20:0' emend live --in '"Key'
wants 'midi_capture_1' emend live --in system : mi
wants 'list' emend takes l
wants 'show' emend models s
wants 'vosp vrae' emend train v
wants '--kl-start --kl-end --kl-epochs' emend train vosp --kl
wants '--publish' emend train --p
wants '2026-11-23_20-15-04' emend takes show 2
wants 'last' emend takes export --both l
wants '' emend live --seconds ''
wants '' emend nonsense --x
ended=yes
exit $failed
