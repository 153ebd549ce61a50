/* What the live VOSP believes of the frame in the making. */
#include <string.h>

#include "transfer.h"
#include "view.h"
#include "vosp_live_parts.h"

/* The log-odds of one output of the row, `extra` being the emission's part. */
static float output(const struct vosp_live *net, const struct live_work *work, int o, float extra)
{
  const struct live_layer *out = &net->out;
  const float k = out->keep;
  const float mean = live_layer_output(out, work->g, o) + extra;
  if (!net->moments) {
    return mean;
  }
  const float *w2 = out->w2 + (size_t)o * (size_t)out->in;
  float variance = 0;
  for (int i = 0; i < out->in; i++) {
    variance += (k * (1 - k) * work->g[i] * work->g[i] + k * work->g_variance[i]) * w2[i];
  }
  float logit;
  transfer_logit(1, &mean, &variance, &logit);
  return logit;
}

EMEND_LIVE void vosp_live_prepare_emission(struct vosp_state *state)
{
  const struct vosp_live *net = state->net;
  const size_t K = (size_t)net->emission.units;
  struct live_work work = vosp_live_work_of(state);
  struct live_climb climb;
  live_climb_start(&climb, &net->emission, work.climb);
  for (int row = 0; row < net->rows; row++) {
    float *source = state->source + 3 * K * (size_t)row;
    vosp_live_prior_row(state, row, &work);
    live_emission_source(&net->emission, work.g, source);
    live_climb_step(&climb, row, source);
    memcpy(state->silent + K * (size_t)row, climb.h, K * sizeof *climb.h);
  }
}

/* The way up to the foot of a pitch, the notes below being those of `frame` and the generator's g at the
 * prior's mean, whose part is there since the tick. Up to the lowest note it is the way up silence. */
static void climb_below(const struct vosp_state *state, const struct frame *frame, int pitch,
                        struct live_climb *climb)
{
  const struct live_emission *emission = climb->net;
  const size_t K = (size_t)emission->units;
  int row = 0;
  while (row < pitch - 1 && !frame->cell[0][row] && (emission->values < 2 || !frame->cell[1][row])) {
    row++;
  }
  if (pitch > 0) {
    memcpy(climb->h, state->silent + K * (size_t)row, K * sizeof *climb->h);
    live_climb_leave(climb, row, frame);
  }
  for (row++; row < pitch; row++) {
    live_climb_step(climb, row, state->source + 3 * K * (size_t)row);
    live_climb_leave(climb, row, frame);
  }
}

/* The emission's part of one logit: from the foot of the pitch, which is kept, to its own row. */
static float climb_last(const struct live_climb *climb, int pitch, const float *source, int value, float *h)
{
  struct live_climb last = *climb;
  last.h = h;
  memcpy(h, climb->h, (size_t)climb->net->units * sizeof *h);
  live_climb_step(&last, pitch, source);
  return live_climb_logit(&last, value);
}

/* A tied row with the pitch emission. Below the pitch stands what was let through, seen from the prior's mean:
 * of the mode of q only the row's own part is taken, so that a decision needs no step of all the rows. */
static void believe_climbing(const struct vosp_state *state, const struct frame *now,
                             const struct frame *passed, int pitch, struct live_work *work,
                             struct belief *belief)
{
  const struct vosp_live *net = state->net;
  const struct live_emission *emission = &net->emission;
  const int value = net->outputs - 1;
  struct live_climb climb;
  live_climb_start(&climb, emission, work->climb);
  climb_below(state, passed, pitch, &climb);
  vosp_live_prior_row(state, pitch, work);
  const float *source = state->source + 3 * (size_t)emission->units * (size_t)pitch;
  belief->prior = output(net, work, value, climb_last(&climb, pitch, source, value, work->last));
  view_row(&net->config, now->cell[0], state->t, pitch, work->u);
  vosp_live_step_row(state, pitch, work->u, work);
  live_emission_source(emission, work->g, work->source);
  belief->posterior = output(net, work, value, climb_last(&climb, pitch, work->source, value, work->last));
}

static void believe_row(const struct vosp_state *state, const struct frame *now, int pitch,
                        struct live_work *work, struct belief *belief)
{
  const struct vosp_live *net = state->net;
  const bool tied = net->config.tie == TIE_PITCH;
  const int row = tied ? pitch : 0;
  const int value = net->config.frame.values - 1;
  const int wanted = tied ? value : value * PITCHES + pitch;
  vosp_live_prior_row(state, row, work);
  belief->prior = output(net, work, wanted, 0);
  view_row(&net->config, now->cell[0], state->t, pitch, work->u);
  vosp_live_step_row(state, row, work->u, work);
  belief->posterior = output(net, work, wanted, 0);
}

EMEND_LIVE void vosp_live_believe(void *user, const struct frame *received, const struct frame *passed,
                                  int pitch, struct belief *belief)
{
  const struct vosp_state *state = user;
  const struct vosp_live *net = state->net;
  const struct frame *now = net->config.past == PAST_RECEIVED ? received : passed;
  struct live_work work = vosp_live_work_of(state);
  if (net->emission.units > 0) {
    believe_climbing(state, now, passed, pitch, &work, belief);
  } else {
    believe_row(state, now, pitch, &work, belief);
  }
  if (net->config.tie == TIE_PITCH) {
    memcpy(belief->context, vosp_live_upper(net, &work), (size_t)net->config.hidden * sizeof *belief->context);
  }
}

/* A tied row's log-odds given what has been chosen below it. */
static void choose_row(const struct vosp_live *net, int row, struct live_climb *climb, struct live_work *work,
                       float *log_odds)
{
  struct frame chosen;
  live_emission_source(climb->net, work->g, work->source);
  live_climb_step(climb, row, work->source);
  for (int value = 0; value < net->outputs; value++) {
    const float logit = output(net, work, value, live_climb_logit(climb, value));
    log_odds[value * PITCHES + row] = logit;
    chosen.cell[value][row] = logit > 0;
  }
  live_climb_leave(climb, row, &chosen);
}

EMEND_LIVE void vosp_live_mode(const void *user, const struct frame *frame, float *log_odds)
{
  const struct vosp_state *state = user;
  const struct vosp_live *net = state->net;
  struct live_work work = vosp_live_work_of(state);
  struct live_climb climb;
  live_climb_start(&climb, &net->emission, work.climb);
  view_frame(&net->config, frame->cell[0], state->t, work.u);
  for (int row = 0; row < net->rows; row++) {
    vosp_live_step_row(state, row, work.u + row * net->inputs, &work);
    if (net->emission.units > 0) {
      choose_row(net, row, &climb, &work, log_odds);
      continue;
    }
    for (int o = 0; o < net->outputs; o++) {
      const int cell = net->config.tie == TIE_PITCH ? o * PITCHES + row : o;
      log_odds[cell] = output(net, &work, o, 0);
    }
  }
}
