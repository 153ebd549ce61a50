#!/bin/sh
# SPDX-License-Identifier: MIT
# The page in a real browser:  browser.sh EMEND MODULES OUT
# Wants chromium, node and, in MODULES (npm installs them there), playwright-core and axe-core; screenshots go to OUT.
emend=$1
modules=$2
out=$3
here=$(cd "$(dirname "$0")" && pwd)
for program in chromium node npm; do
  command -v $program >/dev/null || { echo "SKIPPED: no $program"; exit 77; }
done
mkdir -p "$modules" "$out"
if [ ! -d "$modules/node_modules/axe-core" ] || [ ! -d "$modules/node_modules/playwright-core" ]; then
  (cd "$modules" && npm install --no-save --no-audit --no-fund --ignore-scripts playwright-core@1.65.1 axe-core@4.14.1) \
    >"$modules/npm.log" 2>&1 || { echo "SKIPPED: npm cannot install playwright-core and axe-core; see $modules/npm.log"; exit 77; }
fi
. "$here/../../support/cli.sh"
EMEND=$emend MODULES=$modules OUT=$out WORK=$work timeout 240 node "$here/browser.mjs" || fail "the browser's part"
finish
