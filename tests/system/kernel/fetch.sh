#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch.sh FOLDER: puts a Debian kernel (vmlinux) and the modules of its ALSA sequencer into FOLDER, unless they
# are there. The package is unpacked, not installed. Exit status 77 and one line where there is none to be had.
set -u
folder=$1
modules="soundcore snd snd-timer snd-seq-device snd-rawmidi snd-seq snd-hrtimer snd-seq-dummy snd-seq-midi-event
  snd-seq-virmidi snd-virmidi"
[ -e "$folder/vmlinux" ] && exit 0

skip() {
  echo "skipped: $1"
  exit 77
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "no Debian kernel without apt"
mkdir -p "$folder" || skip "$folder cannot be made"
work=$(mktemp -d "$folder/unpack.XXXXXX") || skip "$folder cannot be written"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt's own user looks in

# The package that has sound; the cloud kernels have none.
download() {
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends:/ { print $2; exit }')
  [ -n "$package" ] && (cd "$work" && timeout 120 apt-get download -q "$package" >download.log 2>&1)
}

if ! download; then
  # Package lists may be missing or too old to be of use.
  [ "$(id -u)" = 0 ] && timeout 60 apt-get update -q >"$work/update.log" 2>&1
  download || skip "no kernel in $folder, and linux-image-amd64 cannot be downloaded"
fi
mkdir "$work/system"
dpkg-deb --fsys-tarfile "$work"/*.deb | tar -x -C "$work/system" --wildcards './boot/vmlinuz-*' '*/kernel/sound/*' ||
  skip "the kernel's package cannot be unpacked"
rm "$work"/*.deb
mkdir -p "$folder/modules"
: >"$work/order"
for module in $modules; do
  file=$(find "$work/system/lib/modules" -name "$module.ko")
  [ -n "$file" ] || skip "the kernel has no $module"
  mv "$file" "$folder/modules/"
  echo "$module.ko" >>"$work/order"
done
mv "$work/order" "$folder/modules/order"

# The kernel unpacks itself far too slowly in software emulation: that is done here.
image=$(echo "$work"/system/boot/vmlinuz-*)
sectors=$(od -An -tu1 -j 497 -N 1 "$image")
set -- $(od -An -tu4 -j 584 -N 8 "$image") # where the packed kernel begins, and its size
tail -c +$(((sectors + 1) * 512 + $1 + 1)) "$image" | head -c $(($2 - 4)) | xz -dc >"$work/vmlinux" 2>"$work/xz.log" ||
  skip "the kernel is not packed with xz"
mv "$work/vmlinux" "$folder/vmlinux" # last: it says that all is there
