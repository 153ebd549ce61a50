#!/bin/sh
# SPDX-License-Identifier: MIT
# Build and test everything:  sh tests/run.sh [--sanitize] [--slow]
#   (nothing)   all tests of the Release build, the unit tests again under sanitizers, the fuzzers for 30 s each
#   --sanitize  not the Release build
#   --slow      also the tests that are labelled slow, clang's static analyzer, and the fuzzers for a minute each
# On Debian and derivatives, system packages that are missing are installed first, and a kernel for kernel_midi is put
# into the user's cache; the tests themselves fetch nothing.
set -eu
cd "$(dirname "$0")/.."

release=yes
slow=no
for argument in "$@"; do
  case $argument in
  --sanitize) release=no ;;
  --slow) slow=yes ;;
  *)
    echo "tests/run.sh: unknown argument '$argument'; usage: sh tests/run.sh [--sanitize] [--slow]" >&2
    exit 2
    ;;
  esac
done

packages="build-essential cmake ninja-build pkg-config git
  libopenblas-dev libjansson-dev libconfig-dev libcairo2-dev librtmidi-dev libportmidi-dev libjack-jackd2-dev
  libmicrohttpd-dev
  libcmocka-dev lv2-dev lilv-utils sordi clang clang-format clang-tidy libclang-rt-14-dev jackd2 man-db mandoc zsh
  qemu-system-x86 busybox-static alsa-utils xz-utils"
# Players, recorders and a synthesizer that are not emend's; other systems and processors.
[ $slow = no ] || packages="$packages
  python3-jack-client python3-mido pipewire pipewire-jack fluidsynth timgm6mb-soundfont chromium
  debootstrap qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross"

install_packages() {
  command -v apt-get >/dev/null || return 0
  missing=
  for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "Installing the packages that are missing:$missing"
  as_root=
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  $as_root apt-get update -q
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

jobs=$(getconf _NPROCESSORS_ONLN)
launcher=
if command -v ccache >/dev/null; then
  launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache
fi

# configure FOLDER OPTION...
configure() {
  folder=$1
  shift
  # A folder that was made with another generator keeps it.
  generator=
  [ -f "$folder/CMakeCache.txt" ] || generator="-G Ninja"
  cmake -S . -B "$folder" $generator $launcher -DEMEND_TESTS=ON -DEMEND_WERROR=ON "$@"
}

# run FOLDER LOG CTEST-ARGUMENT...: what ctest says is kept in FOLDER/LOG
failed=no logs=
unwanted='^slow$' fuzz_seconds=30
[ $slow = no ] || unwanted='^$' fuzz_seconds=60
run() {
  folder=$1 log=$1/$2
  shift 2
  logs="$log $logs"
  ctest --test-dir "$folder" -j "$jobs" --output-on-failure --no-tests=error \
    --output-log "$PWD/$log" "$@" || failed=yes
}

test_release() {
  configure build -DCMAKE_BUILD_TYPE=Release -DEMEND_NATIVE=ON
  cmake --build build -j "$jobs"
  run build ctest.log -LE "^jack$|$unwanted"
}

# sanitize FOLDER SANITIZERS TESTS: the unit tests whose names match.
sanitize() {
  configure "$1" -DCMAKE_BUILD_TYPE=Debug -DEMEND_NATIVE=OFF '-DCMAKE_C_FLAGS_DEBUG=-O1 -g' -DCMAKE_C_COMPILER=clang \
    -DEMEND_SANITIZE="$2"
  cmake --build "$1" -j "$jobs"
  run "$1" ctest.log -L unit -R "$3" -LE "$unwanted"
}

# The tests with a JACK server wait more than they work; the fuzzers, at the lowest priority, do not.
wait_and_fuzz() {
  nice -n 19 sh tests/fuzz/run.sh "$fuzz_seconds" >build-address/fuzz.log 2>&1 &
  fuzzers=$!
  [ $release = no ] || run build jack.log -L jack -LE "$unwanted"
  wait $fuzzers || failed=yes
}

install_packages
bash tests/system/kernel/fetch.sh "${XDG_CACHE_HOME:-$HOME/.cache}/emend-tests/kernel" || echo "kernel_midi will be skipped"
export LSAN_OPTIONS="suppressions=$PWD/tests/support/leaks.supp:print_suppressions=0"
[ $release = no ] || test_release
sanitize build-address address,undefined .
sanitize build-thread thread 'ring|live|thread|worker|port_'
wait_and_fuzz

echo
cat build-address/fuzz.log
for log in $logs; do
  echo "== $log"
  sed -n '/tests passed/,$p' "$log"
done
[ $failed = no ]
