#include "live_emission.h"

#include <string.h>

#include "transfer.h"

enum { REACH = 12, CLASSES = 12 };

size_t live_emission_work(const struct live_emission *net)
{
  return 7 * (size_t)net->units;
}

EMEND_LIVE void live_climb_start(struct live_climb *climb, const struct live_emission *net, float *work)
{
  const size_t K = (size_t)net->units;
  *climb = (struct live_climb){.net = net};
  climb->h = work;
  climb->pre = climb->h + K;
  climb->product = climb->pre + 3 * K;
  memset(climb->h, 0, K * sizeof *climb->h);
}

EMEND_LIVE void live_emission_source(const struct live_emission *net, const float *g, float *source)
{
  live_layer_start(&net->source, source, NULL);
  live_layer_dense(&net->source, g, NULL, source, NULL);
}

/* y += x */
static inline void add(size_t n, const float *restrict x, float *restrict y)
{
  for (size_t i = 0; i < n; i++) {
    y[i] += x[i];
  }
}

/* Which of the rows a note `distance` semitones below adds. */
static size_t row_of(int distance)
{
  return (size_t)(distance <= REACH ? distance - 1 : REACH + distance % CLASSES);
}

EMEND_LIVE void live_climb_step(struct live_climb *climb, int pitch, const float *source)
{
  const struct live_emission *net = climb->net;
  const size_t K = (size_t)net->units;
  float *p = climb->pre, *q = climb->product, *h = climb->h;
  memcpy(p, source, 3 * K * sizeof *p);
  for (int i = 0; i < climb->count; i++) {
    add(3 * K, net->below + 3 * K * row_of(pitch - climb->notes[i]), p);
  }
  for (int value = 0; value < net->values; value++) {
    if (climb->beside[value]) {
      add(3 * K, net->beside + 3 * K * (size_t)value, p);
    }
  }
  live_layer_start(&net->recurrent, q, NULL);
  live_layer_dense(&net->recurrent, h, NULL, q, NULL);
  add(2 * K, q, p);
  transfer_logistic(2 * K, p, p);
  for (size_t i = 0; i < K; i++) {
    p[2 * K + i] += p[i] * q[2 * K + i];
  }
  transfer_tanh(K, p + 2 * K, p + 2 * K);
  for (size_t i = 0; i < K; i++) {
    h[i] = (1 - p[K + i]) * p[2 * K + i] + p[K + i] * h[i];
  }
}

EMEND_LIVE float live_climb_logit(const struct live_climb *climb, int value)
{
  const size_t K = (size_t)climb->net->units;
  const float *restrict w = climb->net->visible + (size_t)value * K;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (size_t i = 0; i < K; i++) {
    sum += climb->h[i] * w[i];
  }
  return sum;
}

EMEND_LIVE void live_climb_leave(struct live_climb *climb, int pitch, const struct frame *frame)
{
  for (int value = 0; value < climb->net->values; value++) {
    climb->beside[value] = frame->cell[value][pitch] != 0;
  }
  if (climb->beside[0]) {
    climb->notes[climb->count++] = pitch;
  }
}
