/* SPDX-License-Identifier: MIT */
/* What `emend live` shows: on a terminal a screen redrawn some ten times a second, elsewhere a line now and
 * then. */
#ifndef EMEND_LIVE_VIEW_H
#define EMEND_LIVE_VIEW_H

#include <stdio.h>

#include "capture.h"
#include "live_report.h"
#include "worker.h"

struct live_view {
  const struct session *session;
  const struct watch *watch;
  const char *driver;
  const char *page;  /* the address of the page, or NULL */
  bool helps;        /* help is shown in place of the screen */
  char place[256];   /* the driver's line on latency and scheduling */
  char message[256]; /* what happened last, */
  double said_at;    /* and when, in seconds since the start */
  enum port_state state;
  bool captures;
  enum capture_state capturing;
  enum worker_state learner;
  double learnt; /* share that is done, where it learns */
  const struct port_counters *counters;
  uint64_t ended_unheard, unplugged; /* live_counters' that were told of */
  double seconds;                    /* since the start */
  double next_line;                  /* when the next line is due, where there is no screen */
  /* For the load: */
  uint64_t busy_before;
  double busy_seconds, load; /* load as a share of one core */
};

/* Show a line for a while. */
void live_view_say(struct live_view *view, const char *line);
/* Look at the counters anew; call before drawing. */
void live_view_update(struct live_view *view, double seconds);
/* Redraw the whole screen. */
void live_view_draw(const struct live_view *view);
/* One line. */
void live_view_line(const struct live_view *view, FILE *out);

#endif
