#!/bin/bash
# SPDX-License-Identifier: MIT
# How many small faults the tests notice:  bash tests/mutants.sh COUNT [SEED [FILE...]]
# Draws COUNT lines of engine, models and app (or of the files named), each time changes one operator in a copy of the
# sources, builds, and runs the unit and command-line tests. Prints a line for each change and, at the end, how many were
# noticed; a change that does not compile is drawn anew. Exit status 1 if fewer than 90 % were noticed. Not part of a
# test run: a change takes a build and, unless noticed, a run of the tests (MUTANT_TESTS: labels of fewer). The copy is kept
# in ${MUTANTS:-build-mutants}.
set -u
cd "$(dirname "$0")/.."
count=${1:-} seed=${2:-$$}
case $count in
'' | *[!0-9]*)
  echo "usage: bash tests/mutants.sh COUNT [SEED [FILE...]]" >&2
  exit 2
  ;;
esac
shift $(($# < 2 ? $# : 2))
copy=${MUTANTS:-build-mutants}
jobs=$(getconf _NPROCESSORS_ONLN)
tests=${MUTANT_TESTS:-'^unit$|^cli$'}
[ $# -gt 0 ] || set -- $(git ls-files 'engine/*.c' 'models/*.c' 'app/*.c' ':!app/library/example/*')
echo "seed $seed"

mkdir -p "$copy/source"
git ls-files -z | tar -c --null -T - | tar -x -C "$copy/source" || exit 1
launcher=
if command -v ccache >/dev/null; then launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache; fi
{ cmake -S "$copy/source" -B "$copy/build" -G Ninja $launcher -DEMEND_TESTS=ON && cmake --build "$copy/build" -j "$jobs"; } \
  >"$copy/log" 2>&1 || { tail -n 20 "$copy/log"; exit 1; }
ctest --test-dir "$copy/build" -j "$jobs" -L "$tests" >"$copy/tests" 2>&1 ||
  { echo "the tests fail without any change; see $copy/tests"; exit 1; }

# mutate DRAW FILE...: prints FILE, the number of a line and its new text, tab between. Comments, strings and
# preprocessor lines are left alone.
mutate() {
  draw=$1
  shift
  awk -v seed="$draw" '
    BEGIN {
      srand(seed)
      split(" && : || : < : <= : > : >= : == : != : + : - : += : -= ", from, ":")
      split(" || : && : <= : < : >= : > : != : == : - : + : -= : += ", to, ":")
    }
    FNR == 1 { comment = 0 }
    /^ *\/\*/ { comment = 1 }
    !comment && !/^ *#/ && !/"/ && !/^ *\* / {
      for (k in from) {
        if (index($0, from[k]) > 0) {
          seen++
          if (rand() * seen < 1) {
            at = index($0, from[k])
            file = FILENAME
            line = FNR
            text = substr($0, 1, at - 1) to[k] substr($0, at + length(from[k]))
          }
        }
      }
    }
    /\*\// { comment = 0 }
    END { if (seen) printf "%s\t%d\t%s\n", file, line, text }' "$@"
}

noticed=0 done=0 draw=$((seed * 1000))
while [ $done -lt "$count" ]; do
  draw=$((draw + 1))
  IFS=$'\t' read -r file line text < <(mutate $draw "$@")
  [ -n "${file:-}" ] || { echo "nothing to change"; exit 1; }
  awk -v line="$line" -v text="$text" 'NR == line { print text; next } { print }' "$file" >"$copy/mutant.c"
  cp "$copy/mutant.c" "$copy/source/$file"
  if cmake --build "$copy/build" -j "$jobs" >"$copy/log" 2>&1; then
    done=$((done + 1))
    if ctest --test-dir "$copy/build" -j "$jobs" -L "$tests" --stop-on-failure >"$copy/tests" 2>&1; then
      verdict=SURVIVED
    else
      verdict=noticed
      noticed=$((noticed + 1))
    fi
    printf '%-8s %s:%s: %s\n' $verdict "$file" "$line" "$(echo "$text" | sed 's/^ *//')"
  fi
  cp "$file" "$copy/source/$file"
done
echo "$noticed of $count noticed"
[ $((noticed * 10)) -ge $((count * 9)) ]
