/* The gate's head while it is trained: its own small block of weights, laid out as the model's. Private to
 * gate_train.c. */
#ifndef EMEND_GATE_FIT_H
#define EMEND_GATE_FIT_H

#include "gate_samples.h"
#include "optimiser.h"
#include "train.h"

enum { GATE_BATCH = 512 };

struct trainee {
  int inputs, hidden; /* G, K */
  struct params weights, grads;
  struct optimiser optimiser;
  float *x, *h, *logits, *to_h; /* (GATE_BATCH, ...) */
};

/* Allocates; release with trainee_free also after a failure. */
enum status trainee_init(struct trainee *trainee, const struct net_config *config,
                         struct error *error) EMEND_CHECK;
void trainee_free(struct trainee *trainee);

/* Logits (count, DAMAGE_COUNT) of the chosen samples, at most GATE_BATCH. */
void trainee_forward(struct trainee *trainee, const struct gate_samples *samples, const uint32_t *chosen,
                     int count);

/* Standardise the inputs and fit by cross entropy (Adam, rate falling to nothing). STATUS_INTERRUPTED when
 * the run's report says stop. Allocates. */
enum status trainee_fit(struct trainee *trainee, const struct gate_samples *samples, int epochs,
                        struct rng *rng, const struct train_run *run, struct error *error) EMEND_CHECK;

#endif
