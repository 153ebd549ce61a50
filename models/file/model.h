/* SPDX-License-Identifier: MIT */
/* A model: configuration, named weights in one block and what is known about them (a safetensors
 * file). Weights are const once loaded and may be shared by any number of threads. */
#ifndef EMEND_MODEL_H
#define EMEND_MODEL_H

#include "net_config.h"
#include "params.h"

struct model_fact {
  char *key, *value; /* owned; what the file's metadata says beyond the configuration */
};

struct model {
  struct net_config config;
  struct params params;     /* the network's weights; of a VOSP then the gate's and the decision's */
  struct model_fact *facts; /* (fact_count) in the file's order */
  size_t fact_count;
};

/* Lay out a model of this configuration; weights are zero. Allocates; release with model_free. */
enum status model_new(struct model **model, const struct net_config *config, struct error *error) EMEND_CHECK;
void model_free(struct model *model);

/* Load and check every name, shape, offset and value; of any kind. The file is treated as hostile. */
enum status model_load(struct model **model, const char *path, struct error *error) EMEND_CHECK;
/* STATUS_UNSUPPORTED unless the model is of this kind, in words that name the file and who ("emend live")
 * needs it. */
enum status model_need_kind(const struct model *model, enum net_kind kind, const char *path, const char *who,
                            struct error *error) EMEND_CHECK;
/* Write to a temporary name beside `path`, fsync, rename. */
enum status model_save(const struct model *model, const char *path, struct error *error) EMEND_CHECK;

/* Set a fact (replaces one of the same key; STATUS_USAGE for a key of the configuration). Bytes of the value
 * that are not UTF-8 become '?'. Allocates. */
enum status model_set_fact(struct model *model, const char *key, const char *value) EMEND_CHECK;
const char *model_fact(const struct model *model, const char *key); /* NULL where unknown */

/* True when the model has a trained gate, for rolls (an untrained one has nothing but zeros in gate.scale). */
bool model_has_gate(const struct model *model);
/* The same of the decision about played music. */
bool model_has_decision(const struct model *model);

#endif
