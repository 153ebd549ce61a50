# SPDX-License-Identifier: MIT
# Sourced by agree.sh: emend for arm64. Debian's arm64 libraries are unpacked, not installed, into the user's cache.
arm64_system=${XDG_CACHE_HOME:-$HOME/.cache}/emend-tests/arm64
arm64_packages=libc6-dev,libopenblas-dev,libjansson-dev,libconfig-dev,libcairo2-dev,libmicrohttpd-dev
arm64_packages=$arm64_packages,libjack-jackd2-dev,librtmidi-dev,libportmidi-dev
arm64_run=(qemu-aarch64 -L "$arm64_system")

arm64_libraries() {
  [ -e "$arm64_system/complete" ] && return
  [ "$(id -u)" = 0 ] || skip "unpacking the arm64 libraries needs root"
  command -v debootstrap >/dev/null || skip "debootstrap is not installed"
  rm -rf "$arm64_system"
  mkdir -p "$arm64_system/first"
  debootstrap --arch=arm64 --foreign --variant=minbase \
    --include="$arm64_packages" bookworm "$arm64_system/first" >"$work/arm64-system.log" 2>&1 ||
    skip "the arm64 libraries cannot be downloaded; see $work/arm64-system.log"
  # Of two libraries by the name of libjack.so.0 the newer; nothing chooses between them here.
  rm -f "$arm64_system"/first/var/cache/apt/archives/libjack0_* "$arm64_system"/first/var/cache/apt/archives/libjack-dev_*
  for package in "$arm64_system"/first/var/cache/apt/archives/*.deb; do
    dpkg-deb -x "$package" "$arm64_system" || fail "$package cannot be unpacked"
  done
  rm -rf "$arm64_system/first"
  # What update-alternatives would choose, and links that start at the root.
  for name in libopenblas.so libopenblas.so.0; do
    ln -sf "openblas-pthread/$name" "$arm64_system/usr/lib/aarch64-linux-gnu/$name"
  done
  touch "$arm64_system/complete"
}

# arm64_build FOLDER
arm64_build() {
  command -v qemu-aarch64 >/dev/null || skip "qemu-aarch64 is not installed (Debian: qemu-user)"
  command -v aarch64-linux-gnu-gcc >/dev/null ||
    skip "aarch64-linux-gnu-gcc is not installed (Debian: gcc-aarch64-linux-gnu)"
  arm64_libraries
  libraries=$arm64_system/usr/lib/aarch64-linux-gnu
  export PKG_CONFIG_LIBDIR=$libraries/pkgconfig:$libraries/openblas-pthread/pkgconfig:$arm64_system/usr/share/pkgconfig
  export PKG_CONFIG_SYSROOT_DIR=$arm64_system
  build "$1" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc \
    -DCMAKE_SYSROOT="$arm64_system" -DCMAKE_FIND_ROOT_PATH="$arm64_system" \
    -DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
    -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY "-DCMAKE_EXE_LINKER_FLAGS=-Wl,-rpath-link,$libraries/openblas-pthread"
  unset PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
}
