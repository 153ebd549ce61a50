/* SPDX-License-Identifier: MIT */
/* What a page shows beside the notes, as the control thread saw it last; a message of fixed size. */
#ifndef EMEND_PAGE_STATE_H
#define EMEND_PAGE_STATE_H

#include "histogram.h"
#include "live.h"
#include "preset.h"

/* Decision times: four bars an octave. The first holds all below 2^PAGE_BARS_FROM ns, the last all above. */
enum { PAGE_BARS_FROM = 10, PAGE_BARS = 64, PAGE_DRIVER_MAX = 16, PAGE_LINE_MAX = 256 };

struct page_state {
  double seconds;    /* since the start */
  int mode;          /* enum live_mode */
  double strength;   /* [0, 1] */
  double look_ahead; /* ms */
  char preset[PRESET_NAME_MAX];
  char description[PAGE_LINE_MAX];
  char driver[PAGE_DRIVER_MAX];
  char place[PAGE_LINE_MAX]; /* the driver's line on latency and scheduling */
  int port;                  /* enum port_state */
  bool captures;
  int capturing; /* enum capture_state */
  int learner;   /* enum worker_state */
  double learnt; /* share that is done, where it learns */
  uint64_t notes_in, notes_out, removed[DAMAGE_COUNT];
  uint64_t sounding, dropped, xruns, overflowed;
  double load;                        /* of one core, by the live thread's engine */
  double median, percentile_99, most; /* decision, us */
  uint32_t bars[PAGE_BARS];
};

/* The bars of a histogram of decisions. Any thread. */
void page_state_bars(struct page_state *state, const struct histogram *histogram);
/* As a JSON object on one line; NULL for want of memory. The caller frees it. */
char *page_state_print(const struct page_state *state);

#endif
