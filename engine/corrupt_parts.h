/* The parts of the noise simulator (corrupt.c) among themselves. */
#ifndef EMEND_CORRUPT_PARTS_H
#define EMEND_CORRUPT_PARTS_H

#include "corrupt.h"

struct burst {
  nanos begin, end;
};

struct damager {
  const struct corrupt_rates *rates;
  struct rng *rng;
  const struct note_list *notes; /* the true ones, sorted */
  nanos begin, end;              /* their span */
  bool dead[KEYS];
  struct burst *bursts; /* owned; by time, may overlap */
  size_t burst_count;
  bool *lost;            /* (notes->count), owned */
  struct note_list made; /* owned */
};

/* corrupt_loss.c: what is lost. Sets dead, bursts and lost. Allocates. */
enum status corrupt_lose(struct damager *damager) EMEND_CHECK;
/* Does a note struck at `time` get lost whatever it is (a dead key, a burst)? */
bool corrupt_swallows(const struct damager *damager, nanos time, unsigned pitch);

/* corrupt_add.c: what is added. */
enum status corrupt_add_to_note(struct damager *damager, struct note note) EMEND_CHECK;
enum status corrupt_add_ghosts(struct damager *damager) EMEND_CHECK;

bool corrupt_happens(struct rng *rng, double probability);
/* Time to the next of events that come `rate` times a second (rate > 0), independently. */
nanos corrupt_wait(struct rng *rng, double rate);
nanos corrupt_milliseconds(struct rng *rng, double low, double high);

#endif
