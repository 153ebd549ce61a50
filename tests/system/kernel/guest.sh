#!/bin/sh
# SPDX-License-Identifier: MIT
# The virtual machine's first and only process: checks emend against a real ALSA sequencer and says so.
/bin/busybox mkdir -p /bin && /bin/busybox --install -s /bin
export PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
while read -r module; do insmod "/test/modules/$module"; done </test/modules/order
cd /tmp || exit
failed=0

# ok WHAT / bad WHAT: a line for each check. What a failure needs to be understood comes with it.
seconds() { cut -d' ' -f1 /proc/uptime; }
ok() { echo "ok     $1 [$(seconds) s]"; }
bad() {
  echo "FAILED $1 [$(seconds) s]"
  tail -n 15 emend.out | sed 's/^/       emend: /'
  failed=1
}
check() { # check WHAT COMMAND...
  what=$1
  shift
  if "$@"; then ok "$what"; else bad "$what"; fi
}

# verdict WORD: tells it and ends the machine.
verdict() {
  echo "VERDICT: $1"
  sync
  poweroff -f
}

. /test/guest_tools.sh
emend devices >/dev/null 2>&1
[ $? = 132 ] && verdict "other processor"
emend denoise /test/thousand.mid /tmp/mended.mid --preset /test/pop >/dev/null 2>&1
[ $? = 132 ] && verdict "other processor"
echo "up after $(seconds) s: Linux $(uname -r), $(ls /dev/snd | tr '\n' ' ')"

for part in core devices alsa unplug relink flood portmidi; do
  : >emend.out
  . /test/guest_$part.sh
done
[ $failed = 0 ] && verdict passed
verdict failed
