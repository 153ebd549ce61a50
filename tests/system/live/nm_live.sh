#!/bin/sh
# SPDX-License-Identifier: MIT
# What the live path calls, by its symbols: nm_live.sh ARCHIVE...
# Every undefined symbol must be defined in one of the archives or be on the list of what is harmless.
# Fails also when there is nothing to look at.
set -eu

export LC_ALL=C
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for archive in "$@"; do
  nm --defined-only "$archive" | awk 'NF == 3 { print $3 }' >>"$scratch/defined"
  nm -u "$archive" | awk '$1 == "U" { print $2 }' >>"$scratch/undefined"
done
sort -u "$scratch/defined" -o "$scratch/defined"
sort -u "$scratch/undefined" -o "$scratch/undefined"
if ! [ -s "$scratch/undefined" ] || ! grep -qx live_receive "$scratch/defined"; then
  echo "nm_live: no live engine in: $*"
  exit 1
fi

# Memory and mathematics of the C library (vector forms too), and what a hardened compiler adds.
allowed='mem(cpy|move|set|cmp)(_chk)?|__mem(cpy|move|set)_chk'
allowed="$allowed|(exp|exp2|expm1|log|log1p|log2|tanh|sqrt|fmax|fmin|floor|ceil|fabs)f?|__(exp|exp2|log|log2)f?_finite"
allowed="$allowed|_ZGV[a-z]N[0-9]+v+_[a-z0-9]+"
allowed="$allowed|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_"

comm -23 "$scratch/undefined" "$scratch/defined" | grep -Evx "$allowed" >"$scratch/refused" || true
if [ -s "$scratch/refused" ]; then
  echo "nm_live: the live path must not call:"
  sed 's/^/  /' "$scratch/refused"
  exit 1
fi
echo "nm_live: $(wc -l <"$scratch/undefined") symbols, none refused"
