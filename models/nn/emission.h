/* SPDX-License-Identifier: MIT */
/* How the outputs of one frame depend on each other ("rich emission models"). The output layer gives every
 * output a logit; an emission adds to each what the outputs before it in the frame's order say, so that the
 * likelihood of a frame stays exact: the product of its outputs' Bernoullis. An emission is a row of a table;
 * adding one touches its own file, the table in emission.c, its tensors in
 * emission_shapes.c and its word in net_config.h.
 *
 * Order: of a plain row by index; of tied rows from the lowest pitch up, the values of one pitch at once.
 * Sources: what the generator ends in, (rows, M) each: g of a VOSP or RNN (of an RNN with M = 0: h, and M here
 * is H), both directions' hidden states of a VRAE. Of fast dropout the means. Shapes: net_config.h; F frames,
 * F * R rows with the R rows of a frame one after another; K = config.emission_units. Any thread; forward,
 * backward and choose never allocate. */
#ifndef EMEND_EMISSION_H
#define EMEND_EMISSION_H

#include "bind.h"
#include "linear.h"
#include "net_config.h"
#include "rng.h"
#include "shapes.h"

enum { EMISSION_SOURCES = 2, EMISSION_LAYERS_MAX = 6 };

struct emission_net {
  const struct emission_ops *ops;
  int rows, outputs, sources, source_units, units; /* R, O, how many sources, M of each, K */
  struct linear layers[EMISSION_LAYERS_MAX];       /* the emission's own, plain */
};

struct emission_run {
  const struct emission_net *net;
  int frames;
  const real *source[EMISSION_SOURCES]; /* (F * R, M) */
  real *target;                         /* (F * R, O); written by choose, else only read */
  real *logits;                         /* (F * R, O) in: of the output layer; out: with the emission's part */
  real *memory;                         /* emission_memory: what forward leaves for backward */
  real *scratch;                        /* emission_scratch */
};

struct emission_ops {
  const struct layer_names *layers; /* (layer_count) its tensors; plain layers */
  int layer_count;
  void (*init)(const struct params *params, struct rng *rng);    /* initial weights */
  size_t (*memory)(const struct emission_net *net, int frames);  /* in reals */
  size_t (*scratch)(const struct emission_net *net, int frames); /* in reals, for all three below */
  /* logits += what the targets before each output say. */
  void (*forward)(const struct emission_run *run);
  /* After forward, with run->logits not looked at: to_logits (F * R, O) are the gradients with respect to the
   * complete logits; to_source += , and the layers' gradients += . */
  void (*backward)(const struct emission_run *run, const real *to_logits, struct linear_grad *grads,
                   real *const to_source[EMISSION_SOURCES]);
  /* As forward, while target is filled: each output is on where its complete logit is above 0. */
  void (*choose)(const struct emission_run *run);
};

const struct emission_ops *emission_find(enum net_emission emission);

/* The emission's initial weights in params->block: small normal values; draws none for an emission without
 * tensors. */
void emission_init(const struct net_config *config, const struct params *params, struct rng *rng);
/* Sizes, and the layers bound to `weights` (laid out as `params` says); again after the weights have moved. */
void emission_bind(struct emission_net *net, const struct net_config *config, const struct params *params,
                   const real *weights);
/* Where the layers' gradients stand in `grad`, laid out as the weights. */
void emission_gradients(const struct emission_net *net, const struct params *params, real *grad,
                        struct linear_grad grads[EMISSION_LAYERS_MAX]);

/* The table's rows that have files of their own. */
extern const struct emission_ops emission_nade, emission_pitch;

#endif
