#!/bin/bash
# SPDX-License-Identifier: MIT
# vm.sh EMEND SOURCE-FOLDER KERNEL-FOLDER: runs guest.sh, with emend and the ALSA tools, on a real Linux kernel
# whose ALSA sequencer has virtual raw MIDI devices, in qemu's software emulation. The guest's verdict, told
# over the serial line, is the exit status. 77: skipped, where something that this needs is missing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
emend=$1 source=$2 kernel=$3
limit=600
work=$(mktemp -d "${TMPDIR:-/tmp}/emend-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT

skip() {
  echo "skipped: $1"
  exit 77
}

[ -x "$emend" ] || { echo "FAILED: there is no $emend"; exit 1; }
[ "$(uname -m)" = x86_64 ] || skip "the virtual machine is an x86-64"
for tool in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static aplaymidi:alsa-utils aseqdump:alsa-utils; do
  command -v "${tool%:*}" >/dev/null || skip "${tool%:*} is not installed (Debian: ${tool#*:})"
done
ldd "$(command -v busybox)" >/dev/null 2>&1 && skip "busybox is not a static one (Debian: busybox-static)"
[ -e "$kernel/vmlinux" ] || skip "no kernel in $kernel; bash tests/system/kernel/fetch.sh $kernel puts one there"

# add PROGRAM: with its shared libraries, at the same paths.
add() {
  for file in "$1" $(ldd "$1" | grep -o '/[^ ]*'); do
    mkdir -p "$work/root$(dirname "$file")"
    cp -L "$file" "$work/root$file"
  done
}

# pack EMEND: the guest's file system.
pack() {
  rm -rf "$work/root"
  mkdir -p "$work/root"/{bin,proc,sys,dev,tmp,root,test,usr/share/alsa}
  cp "$(command -v busybox)" "$work/root/bin/"
  ln -s busybox "$work/root/bin/sh"
  add "$1"
  ln -sf "$1" "$work/root/bin/emend"
  for tool in aplaymidi aseqdump aconnect; do add "$(command -v $tool)"; done
  cp -rL /usr/share/alsa/alsa.conf* "$work/root/usr/share/alsa/"
  cp -r "$source/presets/pop" "$kernel/modules" "$here"/guest*.sh "$work/root/test/"
  printf "$(awk -f "$here/song.awk")" >"$work/root/test/thousand.mid"
  printf "$(awk -v RAW=1 -f "$here/song.awk")" >"$work/root/test/thousand.raw"
  (. "$here/guest_tools.sh" && spell "$work/root/test/thousand.raw") >"$work/root/test/song"
  mv "$work/root/test/guest.sh" "$work/root/init"
  chmod +x "$work/root/init"
  (cd "$work/root" && find . | busybox cpio -o -H newc >../initramfs 2>/dev/null)
}

boot() {
  timeout --foreground -k 5 "$limit" qemu-system-x86_64 -M pc -accel tcg -icount shift=1,sleep=off -cpu max -smp 1 -m 512 \
    -nodefaults -no-user-config -display none -serial stdio -no-reboot \
    -kernel "$kernel/vmlinux" -initrd "$work/initramfs" \
    -append "console=ttyS0 quiet loglevel=2 mitigations=off nokaslr tsc=reliable random.trust_cpu=on panic=-1 reboot=t" \
    </dev/null 2>&1 | stdbuf -oL tr -d '\r' | tee "$work/console"
}

pack "$emend"
boot
if grep -q '^VERDICT: other processor$' "$work/console"; then
  echo "emend was built for instructions that the emulation lacks: built once more without them"
  cmake -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DEMEND_MARCH=x86-64-v2 -DEMEND_TESTS=OFF \
    >"$work/log" 2>&1 && cmake --build "$work/build" -j "$(getconf _NPROCESSORS_ONLN)" --target emend \
    >>"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
  pack "$work/build/emend"
  boot
fi
grep -q '^VERDICT: passed$' "$work/console" && exit 0
grep -q '^VERDICT:' "$work/console" || echo "FAILED: no verdict within $limit s"
exit 1
