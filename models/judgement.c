#include "judgement.h"

#include <stdlib.h>

#include "gate_model.h"

enum status judgement_make(struct judgement *judgement, const struct net_config *config,
                           const struct params *params, const struct gate_samples *samples)
{
  struct gate gate;
  float *folded = malloc(gate_folded_size(config) * sizeof *folded);
  *judgement = (struct judgement){.strokes = malloc((samples->count + 1) * sizeof *judgement->strokes)};
  if (folded == NULL || judgement->strokes == NULL) {
    free(folded);
    return STATUS_NO_MEMORY;
  }
  gate_bind(&gate, config, params, folded);
  judgement->count = samples->count;
  for (size_t i = 0; i < samples->count; i++) {
    const float log_odds = gate_judge(&gate, samples->inputs + i * (size_t)samples->input_size).log_odds;
    const bool good = samples->damage[i] == DAMAGE_NONE;
    judgement->strokes[i] = (struct stroke){log_odds, good};
    judgement->good += good;
  }
  free(folded);
  return STATUS_OK;
}

void judgement_free(struct judgement *judgement)
{
  free(judgement->strokes);
  *judgement = (struct judgement){0};
}

static int by_log_odds(const void *a, const void *b)
{
  const struct stroke *x = a;
  const struct stroke *y = b;
  return (x->log_odds > y->log_odds) - (x->log_odds < y->log_odds);
}

/* Walks up through the strokes; stroke i and all after it pass. */
float judgement_threshold(struct judgement *judgement, size_t lost_max)
{
  const struct stroke *strokes = judgement->strokes;
  float threshold = 0;
  double best = -1;
  size_t lost = 0;
  qsort(judgement->strokes, judgement->count, sizeof *judgement->strokes, by_log_odds);
  for (size_t i = 0; i < judgement->count && lost <= lost_max; i++) {
    const double f1 = 2 * (double)(judgement->good - lost) / (double)(judgement->good + judgement->count - i);
    if (f1 > best) {
      best = f1;
      threshold = i == 0 ? strokes[0].log_odds : (strokes[i - 1].log_odds + strokes[i].log_odds) / 2;
    }
    lost += strokes[i].good;
  }
  return threshold;
}
