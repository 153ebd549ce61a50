#!/bin/sh
# SPDX-License-Identifier: MIT
# Every C file is as clang-format would have it.
set -eu
cd "$1"
. tests/lint/sources.sh
sources '*.c' '*.h' | xargs clang-format --dry-run -Werror
