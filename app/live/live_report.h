/* SPDX-License-Identifier: MIT */
/* What a cleaning did: as JSON for --report, and as text for people. */
#ifndef EMEND_LIVE_REPORT_H
#define EMEND_LIVE_REPORT_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdio.h>

#include "port.h"
#include "removals.h"
#include "session.h"
#include "smf_patch.h"

struct report {
  const struct session *session;
  const struct watch *watch;
  const char *driver;                   /* its name */
  const struct port_counters *counters; /* NULL without a port */
  double seconds;                       /* how long it ran, by the clock */
  const struct smf *smf;                /* of a file: NULL without one */
  const struct smf_handed *handed;      /* (handed_count) */
  size_t handed_count;
};

/* A counter that another thread writes. */
static inline uint64_t report_counter(const _Atomic uint64_t *counter)
{
  return atomic_load_explicit(counter, memory_order_relaxed);
}

/* How many strokes were removed (or, in monitor mode, would have been), over all reasons. */
uint64_t report_suppressed(const struct live *live);

/* "Removed 12 of 340 notes: 5 bounce, 7 brush." */
void report_print(const struct report *report, FILE *out);

/* Write the report to `path`, "-" for standard output. */
enum status report_write(const struct report *report, const char *path, struct error *error) EMEND_CHECK;

#endif
