#!/bin/zsh -f
# SPDX-License-Identifier: MIT
# complete.zsh EMEND: zsh, at a terminal, completes what a user begins.
zmodload zsh/zpty || exit 1
program=$1
work=$(mktemp -d)
trap 'rm -rf $work' EXIT
mkdir -p $work/functions $work/bin $work/data/emend/takes
: >$work/data/emend/takes/2026-11-23_20-15-04.take
$program --help=zsh >$work/functions/_emend || exit 1
zsh -n $work/functions/_emend || exit 1
ln -s ${program:A} $work/bin/emend
failed=0

# wants LINE COMPLETED: after Tab, what `emend` would be called with
wants() {
  local said
  zpty -w -n shell $'\025'"$1"$'\t'$'\030'
  zpty -r -m shell said "*<<*>>*"
  said=${${said##*<<}%%>>*}
  [[ $said == $2 ]] || { print -r -- "FAILED: '$1' became '$said', not '$2'"; failed=1 }
}

zpty shell "TERM=dumb HOME=$work XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work PATH=$work/bin:\$PATH zsh -f -i"
zpty -w shell "fpath=($work/functions \$fpath); autoload -U compinit; compinit -u -D; setopt no_beep no_list_beep"
zpty -w shell 'tell() { print -r -- "<""<$BUFFER>"">"; zle kill-whole-line }; zle -N tell; bindkey "^X" tell; bindkey "^U" kill-whole-line'
zpty -w shell 'print READY"-"NOW'
zpty -r -m shell said '*READY-NOW*'

wants 'emend den' 'emend denoise '
wants 'emend live --look' 'emend live --look-ahead='
wants 'emend live --preset=po' 'emend live --preset=pop '
wants 'emend live --preset ch' 'emend live --preset chorale '
wants 'emend live --mode mon' 'emend live --mode monitor '
wants 'emend takes exp' 'emend takes export '
wants 'emend takes show 20' 'emend takes show 2026-11-23_20-15-04 '
wants 'emend train vosp --kl-e' 'emend train vosp --kl-e'
wants 'emend train vosp --objective sur' 'emend train vosp --objective surrogate '
wants 'emend models us' 'emend models use '
zpty -d shell
exit $failed
