/* SPDX-License-Identifier: MIT */
/* What those who hear the output may take to be on: who was away while a note ended, or whose connection lost
 * its end, gets that end once more.
 *
 * The port tells who leaves and who comes. At a leave, the keys and pedals that are on, and those that ended
 * within LISTENERS_DOUBT before it was told, are noted for the one who left. At the next connection, whoever's
 * it is, all that was noted is ended there twice, a little later and later still, since a connection is told
 * before it carries anything. A key that is on by then is ended when it is off again. To the others these are
 * note-offs for keys that are up.
 *
 * Live thread; never allocates. Times never decrease. */
#ifndef EMEND_LISTENERS_H
#define EMEND_LISTENERS_H

#include "event.h"
#include "rt.h"

/* How late a leave may be told. */
#define LISTENERS_DOUBT NANOS_PER_SECOND
/* From a connection to the first ends, and from these to the second. */
#define LISTENERS_SETTLE (100 * NANOS_PER_MILLISECOND)
#define LISTENERS_AGAIN (500 * NANOS_PER_MILLISECOND)

enum { LISTENERS_AWAY_MAX = 8, LISTENERS_PEDALS = 3, LISTENERS_THINGS = KEYS + LISTENERS_PEDALS };

/* Of a key, or of a pedal, which stand behind the keys. */
struct listeners_thing {
  nanos ended; /* when last; meaningless before the first time */
  uint8_t on;  /* as sent: strokes without their end, saturating; a pedal: 1 */
  bool has_ended;
  uint8_t noted; /* a bit for each place of `away` */
  uint8_t due;   /* ends that are still to be sent */
};

struct listeners {
  struct listeners_thing thing[CHANNELS][LISTENERS_THINGS];
  uint64_t away[LISTENERS_AWAY_MAX]; /* ids, 0: free; where more are away, the last place is all of theirs */
  int due;                           /* sum of all */
  int cursor;                        /* where a round goes on */
  nanos next;                        /* when it does */
};

EMEND_LIVE void listeners_reset(struct listeners *listeners);
/* A message goes out. */
EMEND_LIVE void listeners_sent(struct listeners *listeners, nanos time, const uint8_t *bytes, size_t size);
/* So much time was lost: it does not count for how late a leave is told. */
EMEND_LIVE void listeners_skip(struct listeners *listeners, nanos lost);
/* `id` is any number but 0 by which the port knows who it is. */
EMEND_LIVE void listeners_leave(struct listeners *listeners, nanos now, uint64_t id);
EMEND_LIVE void listeners_come(struct listeners *listeners, nanos now, uint64_t id);
/* The next end that is due, with the time `now`; false when there is none. What it gives is to be sent. */
EMEND_LIVE bool listeners_due(struct listeners *listeners, nanos now, struct message *end);

#endif
