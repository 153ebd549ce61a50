#!/bin/bash
# SPDX-License-Identifier: MIT
# A search as an array of a Slurm cluster, one task a trial; the folder is shared by the nodes.
#   sbatch --array=0-199%50 slurm.sh SPACE.cfg FOLDER DATA...
# and afterwards
#   emend search table FOLDER
# A task that is out of time or preempted writes a checkpoint and stops; the same sbatch goes on with all that is
# unfinished. EMEND names the program where it is not in the path.
#SBATCH --job-name=emend-search
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=12:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
if [ "$#" -lt 3 ] || [ -z "$SLURM_ARRAY_TASK_ID" ]; then
  echo "usage: sbatch --array=0-N slurm.sh SPACE.cfg FOLDER DATA..." >&2
  exit 2
fi
space=$1
folder=$2
shift 2
# In the shell's place, so that Slurm's signals reach it.
exec "${EMEND:-emend}" search "$space" --trial "$SLURM_ARRAY_TASK_ID" --out "$folder" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --data "$@"
