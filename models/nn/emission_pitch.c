/* SPDX-License-Identifier: MIT */
/* An emission along the pitch axis, for tied rows: a gated recurrent unit of K units goes from the lowest pitch
 * of a frame to the highest, all frames side by side, the same weights at every pitch. At pitch p its input is
 *   c0 + sum over sources C_s source_s(p) + B b(p),  b(p) of what is on below p:
 *   the values of pitch p - 1 (V), how many notes / 4 (1), whether p - k is on for k = 1..12 (12), how many
 *   notes stand k semitones below, octaves aside, for k = 0..11 (12),
 * and its state gives logits(p) += state V. b is nothing but a sum over the notes below, and what a note adds
 * depends on its distance alone: one of few rows, made once a run. */
#include <string.h>

#include "cell.h"
#include "emission.h"
#include "gemm.h"
#include "init.h"
#include "pitch_rows.h"
#include "vectors.h"
#include "view.h"

enum { SOURCE, BELOW, RECURRENT, VISIBLE, SOURCE_BACK, LAYERS };

enum { GATES = 3 };

static const struct layer_names names[LAYERS] = {
  [SOURCE] = {"emission.c", "emission.c0", KEEP_GENERATOR},
  [BELOW] = {"emission.below", NULL, KEEP_GENERATOR}, /* (V + PITCH_FEATURES, 3K) */
  [RECURRENT] = {"emission.recurrent.w", "emission.recurrent.b", KEEP_GENERATOR},
  [VISIBLE] = {"emission.v", NULL, KEEP_GENERATOR}, /* (K, O) */
  [SOURCE_BACK] = {"emission.back.c", NULL, KEEP_GENERATOR},
};

static void init(const struct params *params, struct rng *rng)
{
  init_by_fan_in(params, "emission.c", 1, rng);
  init_normal(params, "emission.below", 0.15, rng);
  init_by_fan_in(params, "emission.recurrent.w", 1, rng);
  init_by_fan_in(params, "emission.v", 0.3, rng);
  if (params_find(params, "emission.back.c") != NULL) {
    init_by_fan_in(params, "emission.back.c", 1, rng);
  }
}

/* A run's sizes and the parts of its memory and scratch; at(p) is where pitch p's part begins. */
struct walk {
  const struct emission_run *run;
  size_t F, R, O, K, G;
  real *pre;   /* (R, F, G) */
  real *extra; /* (R, F, K) */
  real *h;     /* (R + 1, F, K) */
  real *notes; /* (F, R) the pitches that are on in each frame, from the lowest */
  real *count; /* (F) how many of them are below the pitch at hand */
  real *rows;  /* (PITCH_DISTANCES, G) what a note adds; then its gradient */
  real *to_h;  /* (2, F, K) */
  real *gates; /* (F, G) the cell's scratch */
};

static size_t memory(const struct emission_net *net, int frames)
{
  const size_t F = (size_t)frames, R = (size_t)net->rows, K = (size_t)net->units;
  return F * K * (R * (GATES + 1) + R + 1);
}

static size_t scratch(const struct emission_net *net, int frames)
{
  const size_t F = (size_t)frames, K = (size_t)net->units;
  return F * (size_t)(net->rows + 1) + PITCH_DISTANCES * GATES * K + F * K * (2 + GATES);
}

static struct walk walk_of(const struct emission_run *run)
{
  const struct emission_net *net = run->net;
  struct walk walk = {.run = run,
                      .F = (size_t)run->frames,
                      .R = (size_t)net->rows,
                      .O = (size_t)net->outputs,
                      .K = (size_t)net->units,
                      .G = GATES * (size_t)net->units};
  walk.pre = run->memory;
  walk.extra = walk.pre + walk.R * walk.F * walk.G;
  walk.h = walk.extra + walk.R * walk.F * walk.K;
  walk.rows = run->scratch;
  walk.gates = walk.rows + PITCH_DISTANCES * walk.G;
  walk.to_h = walk.gates + walk.F * walk.G;
  walk.notes = walk.to_h + 2 * walk.F * walk.K;
  walk.count = walk.notes + walk.F * walk.R;
  return walk;
}

static const real *target_at(const struct walk *walk, size_t frame, size_t pitch)
{
  return walk->run->target + (frame * walk->R + pitch) * walk->O;
}

/* pre += B b(p) */
static void add_below(const struct walk *walk, size_t pitch, real *pre)
{
  const size_t G = walk->G, O = walk->O;
  const real *below = walk->run->net->layers[BELOW].w;
  for (size_t frame = 0; frame < walk->F; frame++, pre += G) {
    const real *notes = walk->notes + frame * walk->R;
    const size_t count = (size_t)walk->count[frame];
    for (size_t i = 0; i < count; i++) {
      add_scaled(G, 1, walk->rows + pitch_row(pitch - (size_t)notes[i]) * G, pre);
    }
    for (size_t o = 0; pitch > 0 && o < O; o++) {
      if (target_at(walk, frame, pitch - 1)[o] != 0) {
        add_scaled(G, 1, below + o * G, pre);
      }
    }
  }
}

/* The same backward: the rows' gradients, and those of the values' rows of B. */
static void below_backward(const struct walk *walk, size_t pitch, const real *to_pre, real *to_below)
{
  const size_t G = walk->G, O = walk->O;
  for (size_t frame = 0; frame < walk->F; frame++, to_pre += G) {
    const real *notes = walk->notes + frame * walk->R;
    const size_t count = (size_t)walk->count[frame];
    for (size_t i = 0; i < count; i++) {
      add_scaled(G, 1, to_pre, walk->rows + pitch_row(pitch - (size_t)notes[i]) * G);
    }
    for (size_t o = 0; pitch > 0 && o < O; o++) {
      if (target_at(walk, frame, pitch - 1)[o] != 0) {
        add_scaled(G, 1, to_pre, to_below + o * G);
      }
    }
  }
}

/* c0 + C source -> pre (F, G); the sources' rows of one pitch stand R rows apart. */
static void add_sources(const struct walk *walk, size_t pitch, real *pre)
{
  const struct emission_net *net = walk->run->net;
  const size_t M = (size_t)net->source_units;
  for (size_t frame = 0; frame < walk->F; frame++) {
    memcpy(pre + frame * walk->G, net->layers[SOURCE].b, walk->G * sizeof *pre);
  }
  for (int i = 0; i < net->sources; i++) {
    const struct linear *layer = &net->layers[i == 0 ? SOURCE : SOURCE_BACK];
    CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)walk->F, layer->out, layer->in, 1,
               walk->run->source[i] + pitch * M, (int)(walk->R * M), layer->w, layer->out, 1, pre, layer->out);
  }
}

static void sources_backward(const struct walk *walk, size_t pitch, const real *to_pre,
                             struct linear_grad *grads, real *const to_source[EMISSION_SOURCES])
{
  const struct emission_net *net = walk->run->net;
  const int M = net->source_units, F = (int)walk->F, G = (int)walk->G, stride = (int)walk->R * M;
  for (size_t frame = 0; frame < walk->F; frame++) {
    add_scaled(walk->G, 1, to_pre + frame * walk->G, grads[SOURCE].b);
  }
  for (int i = 0; i < net->sources; i++) {
    const int which = i == 0 ? SOURCE : SOURCE_BACK;
    const size_t at = pitch * (size_t)M;
    CBLAS_GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, M, G, F, 1, walk->run->source[i] + at, stride, to_pre,
               G, 1, grads[which].w, G);
    CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, F, M, G, 1, to_pre, G, net->layers[which].w, G, 1,
               to_source[i] + at, stride);
  }
}

/* The cell's step at one pitch. */
static struct cell_run step_of(const struct walk *walk, size_t pitch)
{
  const size_t state = walk->F * walk->K;
  return (struct cell_run){
    .steps = 1,
    .rows = walk->run->frames,
    .hidden = walk->run->net->units,
    .recurrent = walk->run->net->layers[RECURRENT],
    .pre = {walk->pre + pitch * GATES * state, NULL},
    .h = {walk->h + pitch * state, NULL},
    .extra = walk->extra + pitch * state,
    .scratch = walk->gates,
  };
}

/* h (F, K) -> the logits of one pitch. */
static void add_logits(const struct walk *walk, size_t pitch, const real *h)
{
  const size_t K = walk->K, O = walk->O;
  const real *visible = walk->run->net->layers[VISIBLE].w;
  real *logits = walk->run->logits + pitch * O;
  for (size_t frame = 0; frame < walk->F; frame++, logits += walk->R * O, h += K) {
    for (size_t o = 0; o < O; o++) {
      real sum = 0;
#pragma omp simd reduction(+ : sum)
      for (size_t i = 0; i < K; i++) {
        sum += h[i] * visible[i * O + o];
      }
      logits[o] += sum;
    }
  }
}

/* The same backward: to_h += */
static void logits_backward(const struct walk *walk, size_t pitch, const real *to_logits, const real *h,
                            real *to_visible, real *to_h)
{
  const size_t K = walk->K, O = walk->O;
  const real *visible = walk->run->net->layers[VISIBLE].w;
  to_logits += pitch * O;
  for (size_t frame = 0; frame < walk->F; frame++, to_logits += walk->R * O, h += K, to_h += K) {
    for (size_t o = 0; o < O; o++) {
      const real by = to_logits[o];
      for (size_t i = 0; i < K; i++) {
        to_visible[i * O + o] += by * h[i];
        to_h[i] += by * visible[i * O + o];
      }
    }
  }
}

static void choose_pitch(const struct walk *walk, size_t pitch)
{
  for (size_t frame = 0; frame < walk->F; frame++) {
    const size_t at = (frame * walk->R + pitch) * walk->O;
    for (size_t o = 0; o < walk->O; o++) {
      walk->run->target[at + o] = walk->run->logits[at + o] > 0;
    }
  }
}

/* The notes at this pitch are now below. */
static void note_pitch(const struct walk *walk, size_t pitch)
{
  for (size_t frame = 0; frame < walk->F; frame++) {
    if (*target_at(walk, frame, pitch) != 0) {
      walk->notes[frame * walk->R + (size_t)walk->count[frame]++] = (real)pitch;
    }
  }
}

static void upward(const struct emission_run *run, bool choose)
{
  const struct walk walk = walk_of(run);
  const size_t state = walk.F * walk.K;
  pitch_rows(walk.G, run->net->layers[BELOW].w + walk.O * walk.G, walk.rows);
  memset(walk.count, 0, walk.F * sizeof *walk.count);
  memset(walk.h, 0, state * sizeof *walk.h);
  for (size_t pitch = 0; pitch < walk.R; pitch++) {
    const struct cell_run step = step_of(&walk, pitch);
    add_sources(&walk, pitch, step.pre.m);
    add_below(&walk, pitch, step.pre.m);
    cell_gru.forward(&step);
    add_logits(&walk, pitch, step.h.m + state);
    if (choose) {
      choose_pitch(&walk, pitch);
    }
    note_pitch(&walk, pitch);
  }
}

static void forward(const struct emission_run *run)
{
  upward(run, false);
}

static void choose(const struct emission_run *run)
{
  upward(run, true);
}

/* The notes of every frame, all counted. */
static void list_notes(const struct walk *walk)
{
  memset(walk->count, 0, walk->F * sizeof *walk->count);
  for (size_t pitch = 0; pitch < walk->R; pitch++) {
    note_pitch(walk, pitch);
  }
}

static void forget_pitch(const struct walk *walk, size_t pitch)
{
  for (size_t frame = 0; frame < walk->F; frame++) {
    walk->count[frame] -= *target_at(walk, frame, pitch) != 0;
  }
}

static void backward(const struct emission_run *run, const real *to_logits, struct linear_grad *grads,
                     real *const to_source[EMISSION_SOURCES])
{
  const struct walk walk = walk_of(run);
  const size_t state = walk.F * walk.K;
  list_notes(&walk);
  memset(walk.rows, 0, PITCH_DISTANCES * walk.G * sizeof *walk.rows);
  memset(walk.to_h, 0, 2 * state * sizeof *walk.to_h);
  for (size_t pitch = walk.R; pitch-- > 0;) {
    const struct cell_run step = step_of(&walk, pitch);
    const struct cell_grad to = {.recurrent = grads[RECURRENT], .pre = step.pre, .h = {walk.to_h, NULL}};
    forget_pitch(&walk, pitch);
    logits_backward(&walk, pitch, to_logits, step.h.m + state, grads[VISIBLE].w, walk.to_h + state);
    cell_gru.backward(&step, &to);
    sources_backward(&walk, pitch, step.pre.m, grads, to_source);
    below_backward(&walk, pitch, step.pre.m, grads[BELOW].w);
    memcpy(walk.to_h + state, walk.to_h, state * sizeof *walk.to_h);
    memset(walk.to_h, 0, state * sizeof *walk.to_h);
  }
  pitch_rows_backward(walk.G, walk.rows, grads[BELOW].w + walk.O * walk.G);
}

const struct emission_ops emission_pitch = {names, LAYERS, init, memory, scratch, forward, backward, choose};
