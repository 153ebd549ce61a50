/* SPDX-License-Identifier: MIT */
/* Preloaded: the wall clock leaps by hours, to and fro, at each look. Other clocks are as they were. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

typedef int (*clock_function)(clockid_t clock, struct timespec *now);

static _Atomic int looks;

/* Up to three days off, differently each time. */
static time_t leap(void)
{
  static const time_t hours[] = {0, -1, 30, -72, 5, 71, -24, 2};
  return 3600 * hours[atomic_fetch_add(&looks, 1) % (int)(sizeof hours / sizeof hours[0])];
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the system's names are reserved */
int clock_gettime(clockid_t clock, struct timespec *now)
{
  static _Atomic(clock_function) next;
  clock_function found = next;
  if (found == NULL) {
    void *symbol = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&found, &symbol, sizeof found);
    next = found;
  }
  const int result = found(clock, now);
  if (clock == CLOCK_REALTIME && result == 0) {
    now->tv_sec += leap();
  }
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
  struct timespec exact;
  (void)zone;
  const int result = clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return result;
}

time_t time(time_t *now)
{
  struct timespec exact;
  (void)clock_gettime(CLOCK_REALTIME, &exact);
  if (now != NULL) {
    *now = exact.tv_sec;
  }
  return exact.tv_sec;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
