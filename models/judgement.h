/* What a gate makes of samples, by the code that runs live, and the threshold that follows. Private to
 * gate_train.c and learn_measure.c. */
#ifndef EMEND_JUDGEMENT_H
#define EMEND_JUDGEMENT_H

#include "gate_samples.h"

struct stroke {
  float log_odds; /* of a true note */
  bool good;      /* it is one */
};

struct judgement {
  struct stroke *strokes; /* (count), owned */
  size_t count, good;
};

/* The strokes in the samples' order, as judged by the gate whose tensors, "gate.*", are among `params`.
 * Allocates; release with judgement_free, also after a failure. */
enum status judgement_make(struct judgement *judgement, const struct net_config *config,
                           const struct params *params, const struct gate_samples *samples) EMEND_CHECK;
void judgement_free(struct judgement *judgement);

/* Of the thresholds that lose at most `lost_max` true strokes, the one of the best F1; 0 where there are no
 * strokes. Sorts them. */
float judgement_threshold(struct judgement *judgement, size_t lost_max);

#endif
