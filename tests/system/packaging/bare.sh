#!/bin/bash
# SPDX-License-Identifier: MIT
# bare.sh SOURCE WORK: README's lines in a Debian that has nothing but its base: `sh app/run.sh`, the install lines,
# the package lines, and what was installed is removed again. `sh tests/run.sh` configures with the packages that it
# names; the tests themselves are not run once more. As root, with debootstrap; 77 where that is not to be had.
set -u
source=$1 work=$2

skip() {
  echo "skipped: $1"
  exit 77
}

fail() {
  echo "FAILED: $1"
  [ ! -s "$work/log" ] || tail -n 20 "$work/log"
  exit 1
}

[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || skip "needs root and debootstrap"
mkdir -p "$work"
system=$(mktemp -d "$work/system.XXXXXX")
trap 'umount "$system/proc" 2>/dev/null; rm -rf "$system"' EXIT

# The release and mirror that this machine has.
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
mirror=$(apt-cache policy | sed -n "s|.* \(https\?://[^ ]*\) $release/main .*|\1|p" | head -n 1)
debootstrap --variant=minbase "$release" "$system" ${mirror:+"$mirror"} >"$work/log" 2>&1 ||
  skip "debootstrap made no system; see $work/log"
mount -t proc proc "$system/proc" 2>/dev/null || echo "(no /proc in the system)"

# A fresh clone: what git knows, and nothing that was built.
mkdir "$system/emend"
(cd "$source" && git ls-files -z | tar -c --null -T -) | tar -x -C "$system/emend" || fail "the sources cannot be copied"

# readme PATTERN: the line of README that has it, as it stands there; a system without sudo has root.
readme() {
  sed -n 's/^    //p' "$source/README.md" | grep -m 1 -F "$1" | sed 's/sudo //g'
}

# inside TEXT COMMAND: a line of shell in the clone; its output is kept in the log.
inside() {
  echo "$1: $2"
  [ -n "$2" ] || fail "README has no such line: $1"
  chroot "$system" env -i HOME=/root PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
    sh -c "cd /emend && $2" >"$work/log" 2>&1 || fail "$1"
}

inside "first command" "$(readme 'sh app/run.sh') --demo --seconds 3 --no-capture"
lines=$(grep -c . "$work/log")
steps=$(grep -c ' \.\.\.$' "$work/log")
[ "$steps" -ge 4 ] && [ "$lines" -le 60 ] || fail "app/run.sh prints $lines lines, $steps of them steps"
echo "after app/run.sh: $(chroot "$system" dpkg-query -W | wc -l) packages, $(du -sm --exclude=emend "$system/usr" | cut -f1) MB in /usr"

inside "install lines" "rm -rf build && $(readme 'cmake --install')"
inside "what they installed" "cd /tmp && emend --version && emend denoise /usr/local/share/emend/assets/minuet-noisy.mid clean.mid"
inside "doctor" "emend doctor || [ \$? -eq 1 ]"
inside "removal" "xargs rm <build/install_manifest.txt && ! command -v emend"

inside "tools of packages" "DEBIAN_FRONTEND=noninteractive $(readme 'apt install dpkg-dev') -y --no-install-recommends"
inside "package lines" "$(readme 'target package')"
inside "package installs" "DEBIAN_FRONTEND=noninteractive $(readme 'apt install ./build-deb') -y"
inside "package runs" "cd /tmp && emend --version && emend doctor || [ \$? -eq 1 ]"
inside "package is removed" "apt-get purge -y emend && ! command -v emend"
inside "packages of the tests" "sed -n '/^packages=/,/\"\$/p' tests/run.sh >/tmp/list && . /tmp/list &&
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \$packages &&
  cmake -S . -B build-tests -G Ninja -DEMEND_TESTS=ON -DEMEND_WERROR=ON -DEMEND_NATIVE=ON"
