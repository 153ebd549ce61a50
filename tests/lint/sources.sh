# SPDX-License-Identifier: MIT
# Sourced by the other scripts, in the project's top folder: `sources GLOB...` prints the files that
# belong to the project, one a line.
sources() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -- "$@"
  else
    for glob in "$@"; do
      find . -path './build*' -prune -o -type f -name "$glob" -print | sed 's|^\./||'
    done
  fi
}
