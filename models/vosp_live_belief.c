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

/* The emission's part of one logit at the prior's mean. Up to the lowest note the way is the silent one. */
static float climb_prior(const struct vosp_state *state, const struct frame *passed, int pitch, int value,
                         struct live_work *work)
{
  const struct live_emission *emission = &state->net->emission;
  const size_t K = (size_t)emission->units;
  struct live_climb climb;
  int row = 0;
  live_climb_start(&climb, emission, work->climb);
  while (row < pitch && !passed->cell[0][row] && (emission->values < 2 || !passed->cell[1][row])) {
    row++;
  }
  memcpy(climb.h, state->silent + K * (size_t)row, K * sizeof *climb.h);
  for (; row < pitch; row++) {
    live_climb_leave(&climb, row, passed);
    live_climb_step(&climb, row + 1, state->source + 3 * K * (size_t)(row + 1));
  }
  return live_climb_logit(&climb, value);
}

/* The emission steps to a row of which g_t is known. */
static void climb_to(struct live_climb *climb, int row, struct live_work *work)
{
  live_emission_source(climb->net, work->g, work->source);
  live_climb_step(climb, row, work->source);
}

/* The same at the mode, over the rows below the pitch and its own, which is then the one in `work`. */
static float climb_posterior(const struct vosp_state *state, const struct frame *now,
                             const struct frame *passed, int pitch, int value, struct live_work *work)
{
  const struct vosp_live *net = state->net;
  struct live_climb climb;
  live_climb_start(&climb, &net->emission, work->climb);
  view_frame(&net->config, now->cell[0], state->t, work->u);
  for (int row = 0; row <= pitch; row++) {
    vosp_live_step_row(state, row, work->u + row * net->inputs, work);
    climb_to(&climb, row, work);
    live_climb_leave(&climb, row, passed);
  }
  return live_climb_logit(&climb, value);
}

/* What is on below a pitch is, to the emission, what was let through there. */
EMEND_LIVE void vosp_live_believe(void *user, const struct frame *received, const struct frame *passed,
                                  int pitch, struct belief *belief)
{
  const struct vosp_state *state = user;
  const struct vosp_live *net = state->net;
  const struct frame *now = net->config.past == PAST_RECEIVED ? received : passed;
  const bool tied = net->config.tie == TIE_PITCH;
  const bool climbs = net->emission.units > 0;
  const int row = tied ? pitch : 0;
  const int value = net->config.frame.values - 1;
  const int wanted = tied ? value : value * PITCHES + pitch;
  struct live_work work = vosp_live_work_of(state);
  float extra = climbs ? climb_prior(state, passed, pitch, value, &work) : 0;
  vosp_live_prior_row(state, row, &work);
  belief->prior = output(net, &work, wanted, extra);
  if (climbs) {
    extra = climb_posterior(state, now, passed, pitch, value, &work);
  } else {
    view_row(&net->config, now->cell[0], state->t, pitch, work.u);
    vosp_live_step_row(state, row, work.u, &work);
  }
  belief->posterior = output(net, &work, wanted, extra);
  if (tied) {
    memcpy(belief->context, vosp_live_upper(net, &work), (size_t)net->config.hidden * sizeof *belief->context);
  }
}

/* A tied row's log-odds given what has been chosen below it. */
static void choose_row(const struct vosp_live *net, int row, struct live_climb *climb, struct live_work *work,
                       float *log_odds)
{
  struct frame chosen;
  climb_to(climb, row, work);
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
