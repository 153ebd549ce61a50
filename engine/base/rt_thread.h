/* SPDX-License-Identifier: MIT */
/* What a live thread asks of the system: memory that stays resident, a real-time priority, no
 * denormal slow-downs. All of it is asked for and none of it is needed: where the system refuses, a
 * line says so and playing goes on. */
#ifndef EMEND_RT_THREAD_H
#define EMEND_RT_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "nanos.h"
#include "rt.h"

enum { REALTIME_PRIORITY = 60, REALTIME_LINE = 160 };

/* The monotonic clock, in nanoseconds. Any thread. */
nanos realtime_now(void);

/* Sleep for about `duration`. Not for live threads. */
void realtime_sleep(nanos duration);

/* Lock the process's memory, now and (where no limit could make later allocations fail) in future.
 * `line` (REALTIME_LINE) says what was granted. Control thread, once. */
bool realtime_lock_memory(char *line);

/* Ask for SCHED_FIFO for the calling thread. Returns 0 or the error number. */
int realtime_raise(void);
/* What realtime_raise's result means to a person; `line` holds REALTIME_LINE. */
void realtime_explain(int result, char *line);

/* Treat denormals as zero in the calling thread's floating point. */
void realtime_flush_denormals(void);

/* What a driver's live thread does first: denormals as zero, a stack whose pages are there, and a name
 * (emend-live) by which the system's tools show it. The calling thread. */
void realtime_prepare_thread(void);

/* A bell that one thread rings and another waits for: a pipe, because poll's timeout runs on the
 * monotonic clock on every Unix. Ringing never blocks. */
struct realtime_bell {
  int read_end, write_end;
  _Atomic bool rung; /* since the last wait: once is enough */
};
bool realtime_bell_init(struct realtime_bell *bell);
void realtime_bell_free(struct realtime_bell *bell);
void realtime_bell_ring(struct realtime_bell *bell);
/* Wait until it rings, or `milliseconds` have passed. */
void realtime_bell_wait(struct realtime_bell *bell, int milliseconds);

/* The processor that the calling thread runs on, from 0, or -1 where the system does not say. Never blocks. */
EMEND_LIVE int realtime_processor(void);

#endif
