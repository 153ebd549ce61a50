/* SPDX-License-Identifier: MIT */
/* What a configuration lays down: the sizes of a network's rows and the tensors that hold its weights. Any
 * thread; nothing here allocates or computes with weights. Shape letters: net_config.h. */
#ifndef EMEND_SHAPES_H
#define EMEND_SHAPES_H

#include "net_config.h"
#include "params.h"

enum {
  POSTERIOR_LATENT_MAX = 256, /* Z at most */
  MATCH_MAX = 8,              /* best-matching stretches that a filler sees, at most */
};

/* The keep probabilities of a fast-dropout model, stored as logits in the tensor "keep". The generator's
 * is fixed; the recognition network's are trained (paper, "Details on Learning"). */
enum net_keep { KEEP_INPUT, KEEP_RECURRENT, KEEP_HEAD, KEEP_GENERATOR, KEEP_COUNT };

/* A row of a frame, tied across pitch (view.h). */
enum {
  VIEW_REACH = 12,
  VIEW_SPAN = 2 * VIEW_REACH + 1,
  VIEW_CLASSES = 12,
  VIEW_PHASE_BITS = 4,
  VIEW_INPUT_MAX = FRAME_VALUES_MAX * PITCHES,
};

/* What the pitch emission sees of the notes below a pitch (pitch_rows.h). */
enum {
  PITCH_REACH = 12,
  PITCH_CLASSES = 12,
  PITCH_FEATURES = 1 + PITCH_REACH + PITCH_CLASSES,
};

/* What a predictor recalls of the take (recall.h). */
enum {
  RECALL_SOURCES = 2,
  RECALL_BINS = 8,   /* how good a match is */
  RECALL_TRUSTS = 3, /* how a source has done so far in a frame */
  RECALL_WEIGHTS = RECALL_SOURCES * RECALL_BINS * RECALL_TRUSTS * 4 + 2 * RECALL_BINS * RECALL_BINS,
};

struct cell_facts {
  int gates;            /* G / H */
  int recurrent_blocks; /* (H, H) blocks of the recurrent weights, side by side */
  bool moments;         /* fast dropout: variances travel beside means */
  bool recurrent_bias;
  bool live; /* the live step knows it: vosp_step.h */
};

const struct cell_facts *cell_facts(enum net_cell cell);

/* R, I of a VOSP or RNN, and O. Inline, as the live step asks too. */
static inline int view_rows(const struct net_config *config)
{
  return config->tie == TIE_PITCH ? PITCHES : 1;
}

static inline int view_inputs(const struct net_config *config)
{
  if (config->tie == TIE_NONE) {
    return config->frame.values * PITCHES;
  }
  const int phase = config->frame.unit == FRAME_BEATS ? VIEW_PHASE_BITS : 0;
  return config->frame.values * VIEW_SPAN + 2 * VIEW_CLASSES + 2 + phase;
}

static inline int view_outputs(const struct net_config *config)
{
  return config->tie == TIE_NONE ? config->frame.values * PITCHES : config->frame.values;
}

int filler_view_inputs(
  const struct net_config *config);                    /* what a filler's rows hold beyond view_inputs; or 0 */
int vrae_inputs(const struct net_config *config);      /* I of a VRAE */
int emission_sources(const struct net_config *config); /* arrays that the emission reads: emission.h */
int emission_source_units(const struct net_config *config); /* M of each */
/* Outputs of the recognition head, A, with or without variances. */
int posterior_head_size(enum net_posterior posterior, int latent, bool moments);

/* Whether there is a live step for networks of this configuration (vosp_step.h). */
bool net_config_runs_live(const struct net_config *config);

/* Add every tensor of this configuration to a layout, after checking its sizes. */
enum status vosp_layout(const struct net_config *config, struct params *params,
                        struct error *error) EMEND_CHECK;
enum status vrae_layout(const struct net_config *config, struct params *params,
                        struct error *error) EMEND_CHECK;
/* Those of the emission alone, each named "emission.*"; the two above call it. */
enum status emission_layout(const struct net_config *config, struct params *params,
                            struct error *error) EMEND_CHECK;

#endif
