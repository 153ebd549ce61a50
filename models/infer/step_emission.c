/* SPDX-License-Identifier: MIT */
#include "step_emission.h"

#include <string.h>

#include "gru.h"
#include "pitch_rows.h"

size_t step_emission_work(const struct step_emission *net)
{
  return 7 * (size_t)net->units;
}

EMEND_LIVE void step_climb_start(struct step_climb *climb, const struct step_emission *net, float *work)
{
  const size_t K = (size_t)net->units;
  *climb = (struct step_climb){.net = net};
  climb->h = work;
  climb->pre = climb->h + K;
  climb->product = climb->pre + 3 * K;
  memset(climb->h, 0, K * sizeof *climb->h);
}

EMEND_LIVE void step_emission_source(const struct step_emission *net, const float *g, float *source)
{
  step_layer_start(&net->source, source, NULL);
  step_layer_dense(&net->source, g, NULL, source, NULL);
}

EMEND_LIVE void step_climb_next(struct step_climb *climb, int pitch, const float *source)
{
  const struct step_emission *net = climb->net;
  const size_t K = (size_t)net->units;
  float *p = climb->pre, *q = climb->product;
  memcpy(p, source, 3 * K * sizeof *p);
  for (int i = 0; i < climb->count; i++) {
    add_scaled(3 * K, 1, net->below + 3 * K * pitch_row((size_t)(pitch - climb->notes[i])), p);
  }
  for (int value = 0; value < net->values; value++) {
    if (climb->beside[value]) {
      add_scaled(3 * K, 1, net->beside + 3 * K * (size_t)value, p);
    }
  }
  step_layer_start(&net->recurrent, q, NULL);
  step_layer_dense(&net->recurrent, climb->h, NULL, q, NULL);
  gru_step(K, p, q, climb->h);
}

EMEND_LIVE float step_climb_logit(const struct step_climb *climb, int value)
{
  const size_t K = (size_t)climb->net->units;
  return dot(K, climb->h, climb->net->visible + (size_t)value * K);
}

EMEND_LIVE void step_climb_leave(struct step_climb *climb, int pitch, const struct frame *frame)
{
  for (int value = 0; value < climb->net->values; value++) {
    climb->beside[value] = frame->cell[value][pitch] != 0;
  }
  if (climb->beside[0]) {
    climb->notes[climb->count++] = pitch;
  }
}
