#!/bin/sh
# SPDX-License-Identifier: MIT
# What LV2's own tools say of the bundle:  lv2.sh FOLDER-WITH-BUNDLE
set -eu
for tool in lv2_validate lv2info lv2bench; do
  command -v $tool >/dev/null || { echo "$tool is not here (lilv-utils, sordi, lv2-dev): skipped"; exit 77; }
done
said=$(lv2_validate "$1"/emend.lv2/*.ttl 2>&1) || { echo "$said"; exit 1; }
echo "$said" | grep -q 'Found 0 errors' || { echo "$said"; exit 1; }
export LV2_PATH="$1:/usr/lib/lv2"
lv2info urn:emend:lv2 >/dev/null
lv2bench urn:emend:lv2 | grep urn:emend:lv2
