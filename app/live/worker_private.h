/* SPDX-License-Identifier: MIT */
/* The parts of a worker. For worker*.c and nobody else. */
#ifndef EMEND_WORKER_PRIVATE_H
#define EMEND_WORKER_PRIVATE_H

#include <pthread.h>

#include "worker.h"

/* Control -> learner, and back. */
enum worker_message { ORDER_PAUSE = 1, ORDER_FILL, NEWS_LINE, NEWS_MODEL };

struct order_pause {
  bool pause;
};

struct news_line {
  char text[WORKER_LINE];
};

/* A published model, for the live engine. */
struct news_model {
  struct session_model loaded;
  int number;
  double f1_before, f1_after; /* on held-back takes */
};

struct worker {
  /* Set once. */
  struct session *session;
  struct capture *capture;
  bool learns, fills, threaded, gives_way;
  double share;
  nanos enough; /* of new music */
  char preset[sizeof((struct preset *)NULL)->name];
  char takes[DATAFILE_PATH_MAX], model[DATAFILE_PATH_MAX], filler[DATAFILE_PATH_MAX];
  double strength, fill_strength;

  /* Between threads. */
  struct ring records; /* recorder -> control */
  struct ring orders;  /* control -> learner */
  struct ring news;    /* learner -> control */
  _Atomic bool stop, learning, paused, in_flight;
  _Atomic bool filling;         /* from the order until it is done */
  _Atomic bool take_asked;      /* learner -> recorder, which answers in `take` and clears it */
  char take[DATAFILE_PATH_MAX]; /* the path; "": none */
  _Atomic int done;             /* of learning, in thousandths */
  _Atomic int64_t played;       /* nanoseconds of music so far */
  _Atomic uint64_t fingerprint; /* of a model newly in use; 0: none */

  /* The recorder's. */
  nanos last_stroke;

  /* The learner's. */
  bool fill_ordered;
  int64_t learnt_at; /* `played` when it last learnt */
  nanos rested;      /* processor time at the last rest */
  int avoided;       /* the processor that the learner keeps away from; -1: none */
  nanos drained;     /* without threads */

  /* The control thread's. */
  struct news_model incoming; /* the newest; its model goes to the session */
  bool swapping;              /* the session has it, and it is not yet in use */

  pthread_t recorder, learner;
  bool recording, working;
};

/* worker_learn.c: tune, check, publish, send NEWS_MODEL. */
void worker_learn(struct worker *worker);
/* worker_fill.c: fill the newest take. */
void worker_fill_take(struct worker *worker);
/* Asked between updates: false when it is to end. Rests as long as the share asks for, or while learning is
 * paused. */
bool worker_goes_on(void *worker, double done);
/* The learner's thread leaves the live thread's processor and its caches alone, where there is another. */
void worker_keep_away(struct worker *worker);
/* Take up what was ordered. */
void worker_take_orders(struct worker *worker);
void worker_say(struct worker *worker, const char *format, ...) EMEND_PRINTF(2, 3);

#endif
