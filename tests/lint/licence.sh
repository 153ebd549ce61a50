#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source file names its licence in its first line, a script in the line after #!.
set -eu
cd "$1"
. tests/lint/sources.sh
bad=0
for file in $(sources '*.c' '*.h' '*.sh' '*.bash' '*.zsh' '*.awk' '*.cmake' '*.cmake.in' '*CMakeLists.txt' '*.py'); do
  if ! sed -n '/^#!/!{p;q}' "$file" | grep -q 'SPDX-License-Identifier: MIT'; then
    echo "$file: its first line (after #!, if any) must be a comment 'SPDX-License-Identifier: MIT'"
    bad=1
  fi
done
exit $bad
