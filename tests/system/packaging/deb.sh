#!/bin/bash
# SPDX-License-Identifier: MIT
# deb.sh SOURCE-FOLDER [PACKAGE.deb]: the Debian package, made here unless it is given, installs and runs on a
# system that has nothing but Debian's base. As root, with debootstrap; 77 where that is not to be had.
set -u
source=$1
deb=${2:-}

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
  echo "skipped: wants root and debootstrap"
  exit 77
fi
work=$(mktemp -d)
trap 'umount "$work/system/proc" 2>/dev/null; rm -rf "$work"' EXIT
failed=0

fail() {
  echo "FAILED: $*"
  failed=1
}

if [ -z "$deb" ]; then
  launcher=
  command -v ccache >/dev/null && launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache
  cmake -S "$source" -B "$work/build" -DEMEND_PACKAGE=ON -DEMEND_TESTS=OFF $launcher >"$work/log" 2>&1 &&
    cmake --build "$work/build" -j "$(getconf _NPROCESSORS_ONLN)" --target package >>"$work/log" 2>&1 ||
    { tail -n 50 "$work/log"; exit 1; }
  deb=$(echo "$work"/build/emend_*.deb)
fi
dpkg-deb --info "$deb"
dpkg-deb --contents "$deb" | grep 'lib/emend/emend-v3\|usr/bin/emend' >/dev/null || fail "the program is not in the package"

# The release and mirror that this machine has.
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
mirror=$(apt-cache policy | sed -n "s|.* \(https\?://[^ ]*\) $release/main .*|\1|p" | head -n 1)
debootstrap --variant=minbase "$release" "$work/system" ${mirror:+"$mirror"} >"$work/log" 2>&1 ||
  { tail -n 5 "$work/log"; echo "skipped: no base system to be had"; exit 77; }
mount -t proc proc "$work/system/proc" 2>/dev/null || echo "(no /proc in the system)"
cp "$deb" "$work/system/emend.deb"

inside() {
  chroot "$work/system" env -i HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 "$@"
}

inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends /emend.deb >"$work/log" 2>&1 ||
  { tail -n 20 "$work/log"; fail "it does not install"; exit 1; }
inside emend --version || fail "--version"
inside sh -c 'cd /tmp && emend live --demo --seconds 3 --no-capture' || fail "live --demo"
inside sh -c 'cd /tmp && emend denoise /usr/share/emend/assets/minuet-noisy.mid clean.mid && test -s clean.mid' ||
  fail "denoise"
for program in $(sed -n 's/^Exec[A-Za-z]*=\([^ ]\{1,\}\).*/\1/p' "$work/system/usr/lib/systemd/user/emend.service"); do
  inside test -x "$program" || fail "the unit starts $program, which is not there"
done
# On a processor that can, it is the faster program that runs.
if grep -q avx2 /proc/cpuinfo && grep -q fma /proc/cpuinfo; then
  inside sh -c 'cd /tmp && emend live --demo --seconds 2 --no-capture >/dev/null & sleep 1; readlink /proc/$!/exe' |
    grep -q emend-v3 || fail "the faster program does not run"
fi
rm "$work/system/usr/lib/emend/emend-v3"
inside emend --list presets | grep -q pop || fail "the program for every processor does not work by itself"
inside emend doctor
[ $? -le 1 ] || fail "doctor"
inside apt-get purge -y -q emend >"$work/log" 2>&1 || fail "it cannot be removed"
[ -z "$(find "$work/system/usr" -path '*emend*' ! -path '*/emend-v3' ! -path '*/lib/emend')" ] || fail "something was left behind"
exit $failed
