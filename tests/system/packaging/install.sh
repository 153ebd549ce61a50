#!/bin/bash
# SPDX-License-Identifier: MIT
# install.sh BUILD-FOLDER: what is installed is all there, and the program works from where it stands.
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home XDG_CONFIG_HOME=$work/home/config XDG_DATA_HOME=$work/home/data
mkdir -p "$HOME"
cd "$HOME" || exit 1
failed=0

fail() {
  echo "FAILED: $*"
  failed=1
}

cmake --install "$build" --prefix "$work/there" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
for file in bin/emend share/emend/presets/{pop,folk,chorale}/{preset.cfg,vosp.safetensors,card.md} \
  share/emend/assets/minuet-noisy.mid share/man/man1/emend.1* share/bash-completion/completions/emend \
  share/zsh/*/_emend share/doc/emend/{README.md,copyright} lib/systemd/user/emend.service; do
  [ -s "$work/there/$file" ] || compgen -G "$work/there/$file" >/dev/null || fail "$file is not installed"
done
[ ! -e "$work/there/share/emend/presets/bench" ] || fail "figures are installed as a preset"

# Moved, it finds what lies beside it, not what this source tree has.
mv "$work/there" "$work/moved"
cp -r "$work/moved/share/emend/presets/pop" "$work/moved/share/emend/presets/only-here"
emend=$work/moved/bin/emend
"$emend" --list presets | grep -q -x only-here || fail "presets beside the program are not found"
"$emend" --version | grep -q '^emend [0-9]' || fail "no version"
"$emend" live --demo --seconds 1 --preset only-here --no-capture >"$work/said" 2>&1 || fail "live: $(cat "$work/said")"
"$emend" denoise "$work/moved/share/emend/assets/minuet-noisy.mid" clean.mid --preset only-here >"$work/said" 2>&1 ||
  fail "denoise: $(cat "$work/said")"
[ -s clean.mid ] || fail "nothing was cleaned"
if command -v systemd-analyze >/dev/null; then
  # It looks for the program where the unit says.
  sed "s|=[^ ]*/bin/emend|=$emend|" "$work/moved/lib/systemd/user/emend.service" >"$work/emend.service"
  mkdir -p "$work/run"
  said=$(XDG_RUNTIME_DIR=$work/run systemd-analyze --user --man=no --recursive-errors=no verify "$work/emend.service" 2>&1) || fail "unit: $said"
  [ -z "$said" ] || fail "unit: $said"
  # Its exposure, in tenths of 0 to 10; an older systemd cannot say it of a file.
  if systemd-analyze security --offline=true "$work/emend.service" >/dev/null 2>&1; then
    systemd-analyze security --offline=true --threshold=60 "$work/emend.service" >"$work/said" 2>&1 ||
      fail "the unit is too exposed: $(tail -n 1 "$work/said")"
  fi
fi
exit $failed
