/* SPDX-License-Identifier: MIT */
/* The live step against the batch forward, for every kind of network that runs live. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "net_rig.h"
#include "transfer.h"
#include "vosp_step.h"

enum { STEPS = 60, SEED = 620, MODE_EVERY = 4, VARIANTS = 4, KINDS = VARIANTS * NET_LIVE_KINDS };
static const double STATE_TOLERANCE = 1e-5; /* of 1 + |value| */
static const double LOGIT_TOLERANCE = 1e-4;

struct fixture {
  struct net_rig test;
  struct vosp_step live;
  struct vosp_state *state;
  struct frame frames[STEPS], others[STEPS];         /* the past, and what the network is not to see */
  float log_odds[STEPS][FRAME_VALUES_MAX * PITCHES]; /* the modes' */
};

/* Each kind with one layer and two, tied ones also with the pitch emission. False: there is none. */
static bool live_kind(int kind, enum net_past past, struct net_config *config)
{
  const int variant = kind % VARIANTS;
  *config = net_rig_kind(kind / VARIANTS, past);
  config->layers = 1 + variant % 2;
  if (variant >= 2) {
    config->emission = EMISSION_PITCH;
    config->emission_units = 9;
  }
  return variant < 2 || config->tie == TIE_PITCH;
}

static const char *name_of(const struct net_config *config)
{
  static char name[200];
  snprintf(name, sizeof name, "%s, %d layers, emission %d", net_rig_name(config), config->layers,
           (int)config->emission);
  return name;
}

static void random_frame(struct rng *rng, struct frame *frame)
{
  for (int value = 0; value < FRAME_VALUES_MAX; value++) {
    for (int i = 0; i < PITCHES; i++) {
      frame->cell[value][i] = rng_below(rng, 12) == 0;
    }
  }
}

/* What is let through at step t, which the frames are not where the network's past is what arrived. */
static const struct frame *passed_at(const struct fixture *f, int t)
{
  return f->live.config.past == PAST_RECEIVED ? &f->others[t] : &f->frames[t];
}

/* The element of the batch's logits and targets that is cell (value, pitch) of step t. */
static size_t cell_at(const struct fixture *f, int t, int value, int pitch)
{
  const size_t frame = (size_t)(t * f->live.rows * f->live.outputs);
  const int within = f->live.rows > 1 ? pitch * f->live.outputs + value : value * PITCHES + pitch;
  return frame + (size_t)within;
}

/* The batch has run over all frames, each h, z and logit at the mode; what the emission sees below a pitch is
 * what is let through. */
static struct fixture *make(const struct net_config *config, uint64_t seed)
{
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  net_rig_make(&f->test, config, STEPS, 1, seed);
  const struct vosp_net *net = &f->test.net;
  assert_int_equal(vosp_step_init(&f->live, config, &f->test.params), STATUS_OK);
  assert_int_equal(vosp_state_new(&f->state, &f->live), STATUS_OK);
  for (int t = 0; t < STEPS; t++) {
    random_frame(&f->test.rng, &f->frames[t]);
    random_frame(&f->test.rng, &f->others[t]);
    view_frame(config, f->frames[t].cell[0], (uint32_t)t,
               f->test.batch.u + (size_t)(t * net->rows) * (size_t)net->inputs);
    for (int i = 0; i < config->frame.values * PITCHES; i++) {
      const int value = i / PITCHES, pitch = i % PITCHES;
      f->test.batch.target[cell_at(f, t, value, pitch)] = passed_at(f, t)->cell[value][pitch];
    }
  }
  vosp_forward(net, &f->test.batch, STEPS, false, NULL);
  return f;
}

static void unmake(struct fixture *f)
{
  vosp_state_free(f->state);
  vosp_step_free(&f->live);
  net_rig_free(&f->test);
  free(f);
}

static void advance(struct fixture *f, int t)
{
  if (f->live.config.past == PAST_RECEIVED) {
    vosp_step_ops.advance(f->state, &f->frames[t], &f->others[t]);
  } else {
    vosp_step_ops.advance(f->state, &f->others[t], &f->frames[t]);
  }
}

static void believe(struct fixture *f, int t, int pitch, struct belief *belief)
{
  if (f->live.config.past == PAST_RECEIVED) {
    vosp_step_ops.believe(f->state, &f->frames[t], &f->others[t], pitch, belief);
  } else {
    vosp_step_ops.believe(f->state, &f->others[t], &f->frames[t], pitch, belief);
  }
}

static void compare(const struct fixture *f, const char *what, int t, const float *live, const float *batch,
                    size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (!(fabs((double)live[i] - (double)batch[i]) <= STATE_TOLERANCE * (1 + fabs((double)batch[i])))) {
      fail_msg("%s: %s[%zu] after step %d: live %.8g, batch %.8g, seed %d", name_of(&f->live.config), what, i,
               t, (double)live[i], (double)batch[i], (int)SEED);
    }
  }
}

static void compare_states(const struct fixture *f, int t)
{
  const struct vosp_batch *batch = &f->test.batch;
  const size_t h = (size_t)(f->live.rows * f->live.config.hidden);
  const size_t z = (size_t)(f->live.rows * f->live.config.latent);
  const size_t row = (size_t)t + 1;
  compare(f, "h", t, f->state->level[f->live.levels - 1].h, batch->h.m + row * h, h);
  compare(f, "z", t, f->state->z, batch->z + row * z, z);
  if (f->live.moments) {
    compare(f, "variance of h", t, f->state->level[f->live.levels - 1].h_variance, batch->h.v + row * h, h);
  }
}

static void compare_logit(const struct fixture *f, int t, int value, int pitch, double live, double wanted)
{
  if (!(fabs(live - wanted) <= LOGIT_TOLERANCE)) {
    fail_msg("%s: value %d, pitch %d of step %d: live %.7g, batch %.7g, seed %d", name_of(&f->live.config),
             value, pitch, t, live, wanted, (int)SEED);
  }
}

/* The mode's log-odds of step t, which choose what the emission sees there. */
static void note_mode(struct fixture *f, int t)
{
  vosp_step_mode(f->state, &f->frames[t], f->log_odds[t]);
  for (int i = 0; i < f->live.config.frame.values * PITCHES; i++) {
    f->test.batch.target[cell_at(f, t, i / PITCHES, i % PITCHES)] = f->log_odds[t][i] > 0;
  }
}

/* What was noted, after the batch has run again with those choices. */
static void compare_modes(struct fixture *f)
{
  vosp_forward(&f->test.net, &f->test.batch, STEPS, false, NULL);
  for (int t = 0; t < STEPS; t += MODE_EVERY) {
    for (int i = 0; i < f->live.config.frame.values * PITCHES; i++) {
      const int value = i / PITCHES, pitch = i % PITCHES;
      const double wanted = net_rig_logit(&f->test, cell_at(f, t, value, pitch));
      compare_logit(f, t, value, pitch, (double)f->log_odds[t][i], wanted);
    }
  }
}

/* Batch h_t of a pitch's own row is what a tied network tells the gate. */
static void compare_context(const struct fixture *f, int t, int pitch, const struct belief *belief)
{
  const size_t H = (size_t)f->live.config.hidden;
  if (f->live.rows > 1) {
    const size_t row = (size_t)(t + 1) * PITCHES + (size_t)pitch;
    compare(f, "context", t, belief->context, f->test.batch.h.m + row * H, H);
  }
}

static void live_steps_are_the_batchs(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct net_config config;
    if (!live_kind(kind, kind % 3 == 0 ? PAST_RECEIVED : PAST_PASSED, &config)) {
      continue;
    }
    struct fixture *f = make(&config, SEED + (uint64_t)kind);
    for (int t = 0; t < STEPS; t++) {
      if (t % MODE_EVERY == 0) {
        note_mode(f, t);
      }
      advance(f, t);
      compare_states(f, t);
    }
    assert_int_equal(f->state->t, STEPS);
    compare_modes(f);
    unmake(f);
  }
}

static void reset_forgets(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind += 5) {
    struct net_config config;
    if (!live_kind(kind, PAST_RECEIVED, &config)) {
      continue;
    }
    struct fixture *f = make(&config, SEED);
    for (int t = STEPS - 1; t >= 0; t -= 7) {
      advance(f, t);
    }
    vosp_step_ops.reset(f->state);
    for (int t = 0; t < STEPS; t++) {
      if (t % MODE_EVERY == 0) {
        note_mode(f, t);
      }
      advance(f, t);
    }
    compare_states(f, STEPS - 1);
    compare_modes(f);
    unmake(f);
  }
}

/* All that the state has, work space aside. */
static size_t remembered(const struct fixture *f)
{
  return (size_t)(f->state->work - f->state->block);
}

/* The emission's part of the logits of step t, the generator having given g (R, M). */
static double emitted(const struct fixture *f, int t, const real *g, size_t within)
{
  const struct emission_net *emission = &f->test.net.emission;
  const size_t cells = (size_t)(f->live.rows * f->live.outputs);
  const size_t memory = emission->ops->memory(emission, 1), scratch = emission->ops->scratch(emission, 1);
  real *logits = calloc(cells + memory + scratch, sizeof *logits);
  assert_non_null(logits);
  const struct emission_run run = {.net = emission,
                                   .frames = 1,
                                   .source = {g},
                                   .target = f->test.batch.target + (size_t)t * cells,
                                   .logits = logits,
                                   .memory = logits + cells,
                                   .scratch = logits + cells + memory};
  emission->ops->forward(&run);
  const double part = (double)logits[within];
  free(logits);
  return part;
}

/* g (R, M) of step t at the prior's mean; of fast dropout the means. The caller frees it. */
static real *prior_means(const struct fixture *f, int t)
{
  const struct vosp_net *net = &f->test.net;
  const struct moments all = f->test.batch.h;
  const size_t units = (size_t)(net->rows * net->config.generator);
  const size_t h = (size_t)(t * net->rows * net->config.hidden);
  const size_t z = (size_t)(t * net->rows * net->config.latent);
  const real nothing[PITCHES * 8] = {0};
  const real *fed = net->config.feed == FEED_LEVEL ? f->test.batch.z + z : nothing;
  real *g = malloc(units * sizeof *g);
  real *scratch = malloc((units + (size_t)(net->rows * net->config.hidden)) * sizeof *scratch);
  assert_true(g != NULL && scratch != NULL);
  const struct moments to = {g, all.v != NULL ? scratch : NULL};
  linear_forward(&net->generator_h, net->rows, (struct moments){all.m + h, all.v != NULL ? all.v + h : NULL},
                 false, scratch + units, to);
  linear_forward(&net->generator_z, net->rows, (struct moments){(real *)fed, NULL}, true, scratch + units, to);
  if (all.v != NULL) {
    transfer_tanh_moments(units, to.m, to.v, to.m, to.v);
  } else {
    transfer_tanh(units, to.m, to.m);
  }
  free(scratch);
  return g;
}

/* The posterior's log-odds of a cell: the batch's, but for the emission only the pitch's own row is at the mode
 * and those below at the prior's mean. */
static double believed(const struct fixture *f, int t, int pitch)
{
  const struct vosp_batch *batch = &f->test.batch;
  const size_t cell = cell_at(f, t, f->live.config.frame.values - 1, pitch);
  if (f->live.config.emission != EMISSION_PITCH) {
    return net_rig_logit(&f->test, cell);
  }
  const size_t M = (size_t)f->live.config.generator, R = (size_t)f->live.rows;
  const size_t within = cell - (size_t)t * R * (size_t)f->live.outputs;
  const real *mode = batch->g.m + (size_t)t * R * M;
  real *g = prior_means(f, t);
  memcpy(g + (size_t)pitch * M, mode + (size_t)pitch * M, M * sizeof *g);
  const real mean = batch->logits.m[cell];
  batch->logits.m[cell] += (real)(emitted(f, t, g, within) - emitted(f, t, mode, within));
  const double logit = net_rig_logit(&f->test, cell);
  batch->logits.m[cell] = mean;
  free(g);
  return logit;
}

static void belief_is_the_batchs(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct net_config config;
    if (!live_kind(kind, kind % 3 == 0 ? PAST_PASSED : PAST_RECEIVED, &config)) {
      continue;
    }
    struct fixture *f = make(&config, SEED + (uint64_t)kind);
    const size_t size = remembered(f) * sizeof(float);
    float *kept = malloc(size);
    assert_non_null(kept);
    for (int t = 0; t < 4; t++) {
      memcpy(kept, f->state->block, size);
      for (int pitch = 0; pitch < PITCHES; pitch += 29) {
        struct belief belief;
        believe(f, t, pitch, &belief);
        compare_logit(f, t, config.frame.values - 1, pitch, (double)belief.posterior, believed(f, t, pitch));
        compare_context(f, t, pitch, &belief);
      }
      assert_memory_equal(kept, f->state->block, size);
      assert_int_equal(f->state->t, t);
      advance(f, t);
    }
    free(kept);
    unmake(f);
  }
}

/* The prior's log-odds of a cell: the generator given h_{t-1} and the prior's mean, asked for the likelihood of
 * the cell being on and off, what is let through at the others. */
static double generated(const struct fixture *f, int t, int pitch)
{
  const struct vosp_net *net = &f->test.net;
  const size_t R = (size_t)net->rows;
  const size_t before = (size_t)t * R;
  const size_t H = (size_t)net->config.hidden;
  const size_t Z = (size_t)net->config.latent;
  const int row = net->rows > 1 ? pitch : 0;
  const size_t cell = cell_at(f, t, net->config.frame.values - 1, pitch);
  const real fed[PITCHES * 8] = {0};
  double log_p[PITCHES], by_cell[2];
  real *scratch = malloc(vosp_generate_scratch(net, net->rows) * sizeof *scratch);
  assert_non_null(scratch);
  const struct moments all = f->test.batch.h;
  const struct moments h = {all.m + before * H, all.v != NULL ? all.v + before * H : NULL};
  const real *feed = net->config.feed == FEED_LEVEL ? f->test.batch.z + before * Z : fed;
  for (int on = 0; on < 2; on++) {
    f->test.batch.target[cell] = (real)on;
    vosp_generate(net, net->rows, h, feed, f->test.batch.target + before * (size_t)net->outputs, scratch,
                  log_p);
    by_cell[on] = log_p[row];
  }
  free(scratch);
  return by_cell[1] - by_cell[0];
}

static void prior_is_the_generators(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct net_config config;
    if (!live_kind(kind, PAST_RECEIVED, &config)) {
      continue;
    }
    struct fixture *f = make(&config, SEED + (uint64_t)kind);
    for (int t = 0; t < 3; t++) {
      for (int pitch = 3; pitch < PITCHES; pitch += 37) {
        struct belief belief;
        believe(f, t, pitch, &belief);
        const real told = f->test.batch.target[cell_at(f, t, config.frame.values - 1, pitch)];
        const double wanted = generated(f, t, pitch);
        f->test.batch.target[cell_at(f, t, config.frame.values - 1, pitch)] = told;
        if (!(fabs((double)belief.prior - wanted) <= 1e-3)) {
          fail_msg("%s, step %d, pitch %d: prior %.6g, generator %.6g, seed %d", name_of(&config), t, pitch,
                   (double)belief.prior, wanted, (int)SEED);
        }
      }
      advance(f, t);
    }
    unmake(f);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(live_steps_are_the_batchs),
    cmocka_unit_test(reset_forgets),
    cmocka_unit_test(belief_is_the_batchs),
    cmocka_unit_test(prior_is_the_generators),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
