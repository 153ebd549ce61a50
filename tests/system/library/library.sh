#!/bin/sh
# SPDX-License-Identifier: MIT
# libemend as it is installed: library.sh BUILD SOURCE CC
# The names it shows, what it is linked to, and the example built by pkg-config and by CMake's package, with the
# shared and with the static library.
set -eu

export LC_ALL=C
build=$1 source=$2 cc=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail()
{
  echo "library: $*"
  exit 1
}

DESTDIR="$scratch/root" cmake --install "$build" >"$scratch/install.log"
pc=$(find "$scratch/root" -name emend.pc)
lib=$(dirname "$(dirname "$pc")")
root=${lib%/lib*}
shared=$lib/libemend.so static=$lib/libemend.a

# Every name is emend's own, and all that the header declares are there.
declared=$(sed -n 's/^EMEND_API.*[ *]\(emend_[a-z_]*\)(.*/\1/p' "$root/include/emend/emend.h" | sort)
[ "$(echo "$declared" | wc -l)" -ge 20 ] || fail "the header declares only: $declared"
for shown in "$(nm -D --defined-only "$shared" | awk '{ print $3 }' | sort)" \
  "$(nm -g --defined-only "$static" | awk 'NF == 3 { print $3 }' | sort)"; do
  [ "$shown" = "$declared" ] || fail "names shown are not those declared: $shown"
done

# No BLAS, no MIDI system, no threads of its own, no handlers, nothing of the running program.
readelf -d "$shared" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' >"$scratch/needed"
[ -s "$scratch/needed" ] || fail "no libraries are named"
if grep -Ev '^(libc|libm|libmvec|libjansson|libconfig|libpthread|ld-linux.*)\.so\.[0-9]+$' "$scratch/needed"; then
  fail "it is linked to the above"
fi
if nm -D -u "$shared" | grep -E ' (pthread_create|signal|sigaction|fork|exec[a-z]*|exit|abort|system|printf|puts)(@|$)'; then
  fail "it calls the above"
fi
if grep -q /proc/self/exe "$shared"; then
  fail "it looks for the running program"
fi

# The example, three ways.
expected="4 notes in, 3 out"
check()
{
  LD_LIBRARY_PATH=$lib "$1" pop "$source" >"$scratch/out" || fail "$1 failed"
  [ "$(tail -n 1 "$scratch/out")" = "$expected" ] || fail "$1 says: $(cat "$scratch/out")"
  [ "$(grep -c ' 90 ' "$scratch/out")" -eq 3 ] && [ "$(grep -c ' 80 ' "$scratch/out")" -eq 3 ] ||
    fail "$1 lets through: $(cat "$scratch/out")"
  if LD_LIBRARY_PATH=$lib "$1" nobody "$source" 2>"$scratch/error"; then
    fail "$1 found a preset that is not there"
  fi
  [ "$(wc -l <"$scratch/error")" -eq 1 ] || fail "$1 does not say what is wrong in one line"
}

example=$source/app/library/example/clean_buffer.c
export PKG_CONFIG_PATH="$(dirname "$pc")" PKG_CONFIG_SYSROOT_DIR="$scratch/root"
# shellcheck disable=SC2046
$cc -std=c11 -Wall -Wextra -Werror "$example" $(pkg-config --cflags --libs emend) -o "$scratch/by-pkg-config"
check "$scratch/by-pkg-config"

mkdir "$scratch/cmake"
cat >"$scratch/cmake/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.20)
project(example LANGUAGES C)
find_package(emend REQUIRED)
add_executable(shared $example)
target_link_libraries(shared PRIVATE emend::emend)
add_executable(static $example)
target_link_libraries(static PRIVATE emend::emend_static)
END
cmake -S "$scratch/cmake" -B "$scratch/cmake/build" -Demend_DIR="$lib/cmake/emend" -DCMAKE_C_COMPILER="$cc" \
  >"$scratch/cmake.log" 2>&1 || fail "$(cat "$scratch/cmake.log")"
cmake --build "$scratch/cmake/build" >"$scratch/cmake.log" 2>&1 || fail "$(cat "$scratch/cmake.log")"
check "$scratch/cmake/build/shared"
check "$scratch/cmake/build/static"

# What the README shows stands in the example, line by line.
sed -n '/^## In your own program/,/^## How/p' "$source/README.md" | sed -n '/^```c/,/^```$/p' | grep -v '^```' \
  >"$scratch/shown"
[ "$(wc -l <"$scratch/shown")" -ge 8 ] || fail "the README shows no example"
while IFS= read -r line; do
  grep -qxF -e "$line" "$example" || fail "the README shows a line that is not in the example: $line"
done <"$scratch/shown"
echo "library: as declared"
