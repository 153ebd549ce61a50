#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source file names its licence in its first line, a script in the line after #!.
set -eu
cd "$1"
. tests/lint/sources.sh
sources '*.c' '*.h' '*.sh' '*.bash' '*.zsh' '*.awk' '*.cmake' '*.cmake.in' '*CMakeLists.txt' '*.py' | xargs awk '
  FNR == 1 { wanted = /^#!/ ? 2 : 1 }
  FNR == wanted && !/SPDX-License-Identifier: MIT/ {
    print FILENAME ": its first line (after #!, if any) must be a comment \"SPDX-License-Identifier: MIT\""
    bad = 1
  }
  END { exit bad }'
