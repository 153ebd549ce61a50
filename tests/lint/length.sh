#!/bin/sh
# SPDX-License-Identifier: MIT
# No C file is longer than 800 lines, no other source longer than 400.
set -eu
cd "$1"
. tests/lint/sources.sh
sources '*.c' '*.h' '*.sh' '*.cmake' '*CMakeLists.txt' '*.py' | xargs wc -l |
  awk '$2 == "total" { next }
    { most = $2 ~ /\.c$/ ? 800 : 400 }
    $1 > most { print $2 ": " $1 " lines, " most " at most"; bad = 1 } END { exit bad }'
