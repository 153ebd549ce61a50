/* SPDX-License-Identifier: MIT */
/* What the live engine tells through its capture ring, kept for people to see: strokes that were removed, and
 * which keys were struck of late. */
#ifndef EMEND_REMOVALS_H
#define EMEND_REMOVALS_H

#include "live.h"

struct removal {
  nanos time;
  uint8_t channel, pitch, velocity;
  uint8_t damage; /* enum damage: the reason */
  float log_odds; /* of a true note */
};

enum { WATCH_FIRST = 1000, WATCH_LAST = 5 };

struct watch {
  struct removal first[WATCH_FIRST]; /* the first ones, for the report */
  struct removal last[WATCH_LAST];   /* the newest ones, number n at n % WATCH_LAST */
  uint64_t total;
  nanos passed_at[KEYS], removed_at[KEYS]; /* of the key's last stroke; negative: never */
  nanos now;                               /* time of the newest record */
  /* Who else is to have the records, or NULL. */
  void (*listener)(void *user, const struct ring_header *header, const union live_record *record);
  void *user;
};

void watch_init(struct watch *watch);
/* Empty the ring. The ring's one reading thread. In monitor mode a stroke that would have been removed counts.
 */
void watch_drain(struct watch *watch, struct ring *capture);

#endif
