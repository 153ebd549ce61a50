/* SPDX-License-Identifier: MIT */
#include "rt_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "rt.h"
#include "rt_float.h"

enum { STACK_TOUCHED = 128 * 1024 }; /* of some 512 KiB that JACK gives, and more than any step takes */

nanos realtime_now(void)
{
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
    return 0;
  }
  return (nanos)now.tv_sec * NANOS_PER_SECOND + now.tv_nsec;
}

void realtime_sleep(nanos duration)
{
  struct timespec rest = {.tv_sec = (time_t)(duration / NANOS_PER_SECOND),
                          .tv_nsec = (long)(duration % NANOS_PER_SECOND)};
  while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
  }
}

/* Under a limit, MCL_FUTURE would turn later allocations into failures. */
static bool memory_is_unlimited(void)
{
#if defined(RLIMIT_MEMLOCK)
  struct rlimit limit;
  return geteuid() == 0 || (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
#else
  return false;
#endif
}

bool realtime_lock_memory(char *line)
{
  int flags = memory_is_unlimited() ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT;
  if (mlockall(flags) == 0) {
    snprintf(line, REALTIME_LINE, "memory locked");
    return true;
  }
  snprintf(line, REALTIME_LINE,
           "memory not locked (%s): raise the memlock limit (ulimit -l) to avoid page faults", strerror(errno));
  return false;
}

int realtime_raise(void)
{
  int low = sched_get_priority_min(SCHED_FIFO);
  int high = sched_get_priority_max(SCHED_FIFO);
  struct sched_param parameters = {.sched_priority = REALTIME_PRIORITY};
  if (parameters.sched_priority > high) {
    parameters.sched_priority = high;
  }
  if (parameters.sched_priority < low) {
    parameters.sched_priority = low;
  }
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

void realtime_explain(int result, char *line)
{
  if (result == 0) {
    snprintf(line, REALTIME_LINE, "SCHED_FIFO %d", REALTIME_PRIORITY);
  } else {
    snprintf(line, REALTIME_LINE, "no SCHED_FIFO (%s): raise the rtprio limit (ulimit -r) for steadier timing",
             strerror(result));
  }
}

void realtime_flush_denormals(void)
{
  (void)float_enter();
}

/* Not to be made part of its caller, whose stack would then be as large. */
__attribute__((noinline)) static void touch_stack(void)
{
  unsigned char room[STACK_TOUCHED];
  touch_pages(room, sizeof room);
}

void realtime_prepare_thread(void)
{
  realtime_flush_denormals();
  touch_stack();
#if defined(__linux__)
  (void)pthread_setname_np(pthread_self(), "emend-live");
#endif
}

static bool make_nonblocking(int descriptor)
{
  int flags = fcntl(descriptor, F_GETFL);
  return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
         fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

bool realtime_bell_init(struct realtime_bell *bell)
{
  int ends[2];
  if (pipe(ends) != 0) {
    return false;
  }
  bell->read_end = ends[0];
  bell->write_end = ends[1];
  bell->rung = false;
  if (make_nonblocking(ends[0]) && make_nonblocking(ends[1])) {
    return true;
  }
  realtime_bell_free(bell);
  return false;
}

void realtime_bell_free(struct realtime_bell *bell)
{
  (void)close(bell->read_end);
  (void)close(bell->write_end);
}

void realtime_bell_ring(struct realtime_bell *bell)
{
  if (!atomic_exchange(&bell->rung, true)) {
    ssize_t written = write(bell->write_end, "", 1);
    (void)written; /* a full pipe has rung already */
  }
}

void realtime_bell_wait(struct realtime_bell *bell, int milliseconds)
{
  struct pollfd wanted = {.fd = bell->read_end, .events = POLLIN};
  if (poll(&wanted, 1, milliseconds) > 0) {
    char bytes[256];
    ssize_t count = read(bell->read_end, bytes, sizeof(bytes));
    (void)count;
  }
  atomic_store(&bell->rung, false); /* after the read: a ring in between is seen by who waited */
}

EMEND_LIVE int realtime_processor(void)
{
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}
