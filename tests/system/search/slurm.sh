#!/bin/bash
# SPDX-License-Identifier: MIT
# slurm.sh EMEND SOURCE-FOLDER: presets/search/slurm.sh as an array of a real Slurm of one node, which this starts
# with a configuration, keys and state of its own. Exit status 77 where Slurm is missing or will not start.
set -u
emend=$1
script=$2/presets/search/slurm.sh
trials=4

skip() {
  echo "skipped: $*"
  exit 77
}

PATH=$PATH:/usr/sbin:/sbin
for program in munged slurmctld slurmd sbatch squeue sinfo scontrol; do
  command -v $program >/dev/null || skip "$program is not installed (Debian: slurm-wlm, munge)"
done

work=$(mktemp -d)
daemons=
finish() {
  for pid in $daemons; do
    kill "$pid" 2>/dev/null
  done
  for pid in $daemons; do
    wait "$pid" 2>/dev/null
  done
  rm -rf "$work"
}
trap finish EXIT
chmod 755 "$work"
cd "$work" || exit 1

# until SECONDS COMMAND...: every quarter of a second, until it succeeds.
until_true() {
  tries=$(($1 * 4))
  shift
  while [ $tries -gt 0 ]; do
    "$@" >/dev/null 2>&1 && return 0
    tries=$((tries - 1))
    sleep 0.25
  done
  return 1
}

show_logs() {
  tail -n 15 "$work"/*.log 2>/dev/null
}

head -c 1024 /dev/urandom >munge.key
chmod 600 munge.key
munged --foreground --force --socket="$work/munge.socket" --key-file="$work/munge.key" --num-threads=1 \
  --log-file="$work/munged.log" --pid-file="$work/munged.pid" --seed-file="$work/munge.seed" >munged.out 2>&1 &
daemons=$!
until_true 10 test -S munge.socket || { cat munged.out munged.log; skip "munged does not start"; }

node=$(hostname -s)
port=$((20000 + $$ % 20000))
mkdir state spool
cat >slurm.conf <<END
ClusterName=emend
SlurmctldHost=$node(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=$node Default=YES MaxTime=UNLIMITED State=UP
END
export SLURM_CONF=$work/slurm.conf
slurmctld -D -c >slurmctld.out 2>&1 &
daemons="$! $daemons"
slurmd -D -N "$node" >slurmd.out 2>&1 &
daemons="$! $daemons"
idle() {
  sinfo --noheader --format=%T | grep -q -e idle -e mixed
}
until_true 30 idle || { cat slurmctld.out slurmd.out; show_logs; skip "Slurm does not start here"; }
sinfo --version
sinfo

# Rolls of two chords over and over, and a space of tiny trainings.
song='[[60,64,67],[60,64,67],[65,69,72],[65,69,72],[60,64,67],[60,64,67],[65,69,72],[65,69,72]]'
printf '{"train": [%s, %s, %s], "valid": [%s]}' "$song" "$song" "$song" "$song" >rolls.json
cat >space.cfg <<'END'
kind = "vosp";
latent = 2;
generator = 8;
chunk = 8;
lead = 0;
batch = 2;
epochs = 4;
search = {
  hidden = { low = 4; high = 16; whole = true; };
  rate = [0.01, 0.003];
};
END

failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

EMEND=$emend sbatch --array=0-$((trials - 1)) --mem=0 --time=5 --output="$work/task-%a.out" "$script" space.cfg found \
  rolls.json || fail "sbatch refused the script"
# It may well be submitted twice: what is done or being done is left alone.
EMEND=$emend sbatch --array=0-$((trials - 1)) --mem=0 --time=5 --output="$work/again-%a.out" "$script" space.cfg found \
  rolls.json || fail "sbatch refused the script"
gone() {
  [ -z "$(squeue --noheader)" ]
}
until_true 120 gone || fail "the tasks do not end: $(squeue)"
cat task-*.out again-*.out

"$emend" search table found >table || fail "no table"
cat table
for trial in $(seq 0 $((trials - 1))); do
  grep -q "^ *[1-9][0-9]*  trial-0000$trial  bound " table || fail "trial $trial is not in the table"
  done=$(cat task-*.out again-*.out | grep -c "^trial-0000$trial  ")
  [ "$done" -eq 1 ] || fail "trial $trial was done $done times"
done
grep -q -e unfinished -e broken -e failed table && fail "something is left over"
# Slurm's signal reaches the training, which keeps what it learnt.
sed 's/epochs = 4/epochs = 1000000/; s/search/patience = 100000; search/' space.cfg >long.cfg
long=$(EMEND=$emend sbatch --parsable --array=0 --mem=0 --output="$work/long.out" "$script" long.cfg stopped rolls.json)
until_true 60 test -s stopped/trial-00000/model.safetensors.checkpoint || fail "the long trial does not begin"
scancel --batch --signal=TERM "$long" || fail "scancel refuses"
until_true 60 gone || fail "the long trial does not stop: $(squeue)"
grep -q 'stopped in trial 0' long.out || fail "stopped, it says: $(cat long.out)"
"$emend" search table stopped | grep -q '^1 unfinished: trial-00000$' || fail "the stopped trial is not unfinished"

[ "$failures" -eq 0 ] && echo "All $trials trials were done by Slurm." && exit 0
show_logs
exit 1
