# SPDX-License-Identifier: MIT
# Sourced: OpenBLAS does not know the emulation's processor and takes kernels that leave its vectors unused; emend
# becomes itself anew, with better ones.
cores() { sed -n 's/^Core: //p' cores; } # what OpenBLAS tells each time that it is loaded
starts_as() {
  OPENBLAS_VERBOSE=2 "$@" emend --version >cores 2>&1
  echo "       $(cores | tr '\n' ' ')"
  grep -q '^emend [0-9]' cores
}
restarted() { starts_as env && [ "$(cores | wc -l)" = 2 ] && [ "$(cores | tail -n 1)" = Haswell ]; }
left_alone() { starts_as env OPENBLAS_CORETYPE=Prescott OPENBLAS_NUM_THREADS=1 && [ "$(cores)" = Prescott ]; }

if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then
  check "core: emend starts anew with Haswell's kernels, once" restarted
else
  echo "       this emulation has no vectors that OpenBLAS could miss"
fi
check "core: who names a core and the threads gets them, and no new start" left_alone
