#!/bin/sh
# No source is longer than 400 lines.
set -eu
cd "$1"
. tests/lint/sources.sh
sources '*.c' '*.h' '*.sh' '*.cmake' '*CMakeLists.txt' '*.py' | xargs wc -l |
  awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines, 400 at most"; bad = 1 } END { exit bad }'
