#!/bin/sh
# SPDX-License-Identifier: MIT
# No file that belongs to the project names a place on somebody's machine or a package registry.
set -eu
cd "$1"
. tests/lint/sources.sh
paths='(^|[^[:alnum:]_.~-])/(work|farm|root|home/[[:alnum:]]+|Users)/'
hosts='(deb|security)[.]debian[.]org|pypi[.]org|pythonhosted[.]|registry[.]npmjs|crates[.]io|proxy[.]golang'
if sources '*' | xargs grep -nIE "$paths|$hosts"; then
  echo "These lines name a machine's folder or a package registry."
  exit 1
fi
