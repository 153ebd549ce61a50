/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "rt_thread.h"

/* More than the program holds; below it locking may fail. */
#define MEMORY_WANTED ((rlim_t)256 << 20)

#define LOGIN "log in again"

static void *raise_self(void *result)
{
  *(int *)result = realtime_raise();
  return NULL;
}

static void read_groups(struct doctor_rights *rights)
{
  const struct group *audio = getgrnam("audio");
  int count = getgroups(0, NULL);
  gid_t *groups = count > 0 ? calloc((size_t)count, sizeof *groups) : NULL;

  rights->audio_exists = audio != NULL;
  rights->in_audio = audio != NULL && getegid() == audio->gr_gid;
  if (groups != NULL && audio != NULL) {
    count = getgroups(count, groups);
    for (int i = 0; i < count; i++) {
      rights->in_audio = rights->in_audio || groups[i] == audio->gr_gid;
    }
  }
  free(groups);
}

void doctor_rights_read(struct doctor_rights *rights)
{
  pthread_t thread;

  *rights = (struct doctor_rights){.raised = EAGAIN, .root = geteuid() == 0};
  if (pthread_create(&thread, NULL, raise_self, &rights->raised) == 0) {
    (void)pthread_join(thread, NULL);
  }
  const struct rlimit none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  rights->rtprio = rights->memlock = none;
#if defined(RLIMIT_RTPRIO)
  if (getrlimit(RLIMIT_RTPRIO, &rights->rtprio) != 0) {
    rights->rtprio = none;
  }
#endif
#if defined(RLIMIT_MEMLOCK)
  if (getrlimit(RLIMIT_MEMLOCK, &rights->memlock) != 0) {
    rights->memlock = none;
  }
#endif
  read_groups(rights);
}

/* How to get a limit raised that is "rtprio 95" in pam's words. */
static void advise_limit(struct doctor_finding *finding, const struct doctor_rights *rights, const char *item,
                         bool hard_would_do, const char *ulimit)
{
  if (hard_would_do) {
    doctor_todo(finding, "your own limit allows more: run `ulimit %s` before emend live", ulimit);
  } else if (rights->root) {
    doctor_todo(finding, "root may not either, so a container or its host forbids it: allow CAP_SYS_NICE and "
                         "CAP_IPC_LOCK there");
  } else {
    doctor_todo(finding, "as root write `@audio - %s` into /etc/security/limits.d/audio.conf%s, and " LOGIN,
                item, rights->in_audio ? "" : ", run `usermod -aG audio USER`");
  }
}

static void judge_priority(struct doctor *doctor, const struct doctor_rights *rights)
{
  if (rights->raised == 0) {
    doctor_add(doctor, DOCTOR_FINE, "rtprio", "the live thread gets SCHED_FIFO %d", REALTIME_PRIORITY);
    return;
  }
  struct doctor_finding *finding = doctor_add(
    doctor, DOCTOR_ADVICE, "rtprio",
    "the live thread gets no SCHED_FIFO (%s), so other programs can delay notes", strerror(rights->raised));
  advise_limit(finding, rights, "rtprio 95",
               rights->rtprio.rlim_cur < REALTIME_PRIORITY && rights->rtprio.rlim_max >= REALTIME_PRIORITY,
               "-r 95");
}

static void judge_memory(struct doctor *doctor, const struct doctor_rights *rights)
{
  const struct rlimit *limit = &rights->memlock;

  if (rights->root || limit->rlim_cur == RLIM_INFINITY) {
    doctor_add(doctor, DOCTOR_FINE, "memlock", "all memory may be locked");
  } else if (limit->rlim_cur >= MEMORY_WANTED) {
    doctor_add(doctor, DOCTOR_FINE, "memlock", "%llu MB of memory may be locked, which is enough",
               (unsigned long long)(limit->rlim_cur >> 20));
  } else {
    struct doctor_finding *finding = doctor_add(
      doctor, DOCTOR_ADVICE, "memlock", "only %llu kB of memory may be locked, so a page fault can delay notes",
      (unsigned long long)(limit->rlim_cur >> 10));
    advise_limit(finding, rights, "memlock unlimited", limit->rlim_max >= MEMORY_WANTED, "-l unlimited");
  }
}

void doctor_rights(struct doctor *doctor, const struct doctor_rights *rights)
{
  judge_priority(doctor, rights);
  judge_memory(doctor, rights);
  if (rights->root) {
    doctor_add(doctor, DOCTOR_FINE, "groups", "root needs none");
  } else if (!rights->audio_exists || rights->in_audio) {
    doctor_add(doctor, DOCTOR_FINE, "groups", "%s",
               rights->in_audio ? "you are in 'audio'" : "this system has no group 'audio'");
  } else {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "groups", "you are not in the group 'audio'"),
                "if a device or a limit is refused, run `usermod -aG audio USER` as root, and " LOGIN);
  }
}

enum { PROCESSORS_MAX = 4096, GOVERNOR_MAX = 64 };

/* False where it cannot be read. */
static bool read_governor(const char *folder, int processor, char governor[GOVERNOR_MAX])
{
  char path[512];

  snprintf(path, sizeof path, "%.400s/cpu%d/cpufreq/scaling_governor", folder, processor);
  FILE *file = fopen(path, "r");
  bool good = file != NULL && fgets(governor, GOVERNOR_MAX, file) != NULL;
  if (file != NULL) {
    (void)fclose(file);
  }
  if (good) {
    governor[strcspn(governor, "\n")] = '\0';
  }
  return good;
}

void doctor_governor(struct doctor *doctor, const char *folder)
{
  char governor[GOVERNOR_MAX], slow[GOVERNOR_MAX] = "";
  int known = 0, waiting = 0;

  for (int i = 0; i < PROCESSORS_MAX && read_governor(folder, i, governor); i++) {
    known++;
    if (strcmp(governor, "performance") != 0) {
      snprintf(slow, sizeof slow, "%s", governor);
      waiting++;
    }
  }
  if (known == 0) {
    doctor_add(doctor, DOCTOR_FINE, "processor", "CPU frequency cannot be read here");
  } else if (waiting == 0) {
    doctor_add(doctor, DOCTOR_FINE, "processor", "the governor is 'performance'");
  } else {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "processor",
                           "the governor of %d of %d cores is '%s', which is slow to wake", waiting, known,
                           slow),
                "as root run `cpupower frequency-set -g performance` before a concert");
  }
}

void doctor_blas(struct doctor *doctor, const char *core, const char *better)
{
  if (better == NULL) {
    doctor_add(doctor, DOCTOR_FINE, "training", "OpenBLAS uses its kernels for %s", core);
    return;
  }
  doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "training",
                         "OpenBLAS uses its kernels for %s, though this processor can do better", core),
              "unset OPENBLAS_CORETYPE, or set it to %s", better);
}
