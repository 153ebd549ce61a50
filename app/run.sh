#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what emend needs, build it and run `emend live` with the given arguments. One line a step; what the tools
# say is kept in build/run.log, which a failure names.
# For Debian and derivatives; elsewhere install the packages by their names there and build with CMake.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
packages="gcc libc6-dev make cmake pkgconf libopenblas-dev libconfig-dev libjansson-dev libcairo2-dev
  librtmidi-dev libportmidi-dev libjack-jackd2-dev libasound2-dev libmicrohttpd-dev"

mkdir -p "$here/build"
log=$here/build/run.log
: >"$log"

# step TEXT COMMAND...: says what is done; the command's own words go to the log.
step() {
  echo "$1 ..." >&2
  shift
  "$@" >>"$log" 2>&1 && return
  tail -n 20 "$log" >&2
  echo "app/run.sh: this failed: $*" >&2
  echo "app/run.sh: the last lines are above, all of them in $log" >&2
  exit 1
}

missing=
if command -v dpkg-query >/dev/null 2>&1; then
  for package in $packages; do
    state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    case $state in
    "install ok installed") ;;
    *) missing="$missing $package" ;;
    esac
  done
fi

if [ -n "$missing" ]; then
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "app/run.sh: sudo is not installed; as root run: apt-get install$missing" >&2
      exit 1
    fi
    as_root=sudo
  fi
  # Package lists may be missing on a fresh machine. $missing is a list of words.
  step "Reading package lists" $as_root apt-get update -q
  # shellcheck disable=SC2086
  step "Installing$missing" $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi

step "Configuring emend" cmake -S "$here" -B "$here/build" -DCMAKE_BUILD_TYPE=Release -DEMEND_NATIVE=ON
step "Building emend" cmake --build "$here/build" --parallel "$(getconf _NPROCESSORS_ONLN)" --target emend

demo=no
clean=demo-clean.mid
before=
for argument in "$@"; do
  [ "$argument" != --demo ] || demo=yes
  [ "$before" != --out ] || clean=$argument
  before=$argument
done
[ $demo = yes ] || exec "$here/build/emend" live "$@"
"$here/build/emend" live "$@"
[ ! -f "$clean" ] || sh "$here/app/sound.sh" "$here/assets/minuet-noisy.mid" demo-before.wav "$clean" demo-after.wav
