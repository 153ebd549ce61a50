#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what emend needs, build it and run `emend live` with the given arguments.
# For Debian and its kin; elsewhere install the packages by their names there and build with CMake.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
packages="build-essential cmake pkg-config libopenblas-dev libconfig-dev libjansson-dev libcairo2-dev
  librtmidi-dev libportmidi-dev libjack-jackd2-dev libasound2-dev libmicrohttpd-dev"

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
  echo "Installing:$missing" >&2
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "app/run.sh: sudo is not here; as root run: apt-get install$missing" >&2
      exit 1
    fi
    as_root=sudo
  fi
  # $missing is a list of words; package lists may be missing on a fresh machine.
  # shellcheck disable=SC2086
  { $as_root apt-get update -q &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; } >&2
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building emend ..." >&2
if ! { cmake -S "$here" -B "$here/build" -DCMAKE_BUILD_TYPE=Release -DEMEND_NATIVE=ON &&
  cmake --build "$here/build" --parallel "$(getconf _NPROCESSORS_ONLN)" --target emend; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "app/run.sh: the build failed; its messages are above" >&2
  exit 1
fi
rm -f "$log"
trap - EXIT

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
