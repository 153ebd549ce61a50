/* What the trainer knows of a kind of network: one constant table a kind. Private to train*.c and
 * trainable_*.c. Networks and batches are opaque here; each table makes and frees its own. */
#ifndef EMEND_TRAINABLE_H
#define EMEND_TRAINABLE_H

#include "batcher.h"
#include "bound.h"
#include "init.h"
#include "params.h"
#include "train.h"

/* One worker's share of one update. */
struct trainable_job {
  const struct train_options *options;
  const struct params *params;
  const struct chunk *chunks; /* (used), at least one */
  int used;
  struct rng *rng;
  double scale, kl_weight;
};

struct trainable_sums {
  double reconstruction, divergence; /* nats, the divergence without its weight */
  double frames;                     /* that the loss is of */
};

struct trainable {
  bool warms_up; /* a state is carried, so that the lead of a chunk is of use */
  /* Weights to start from. May allocate for a while. */
  enum status (*init)(const struct net_config *config, const struct train_options *options,
                      const struct params *params, struct rng *rng);
  /* Bind to the weights in params->block; again after they have changed. */
  enum status (*net_new)(const struct net_config *config, const struct params *params, void **net);
  void (*net_refresh)(void *net, const struct params *params);
  void (*net_free)(void *net); /* NULL is allowed, here and below */
  /* Room for chunks of so many sequences, of at most options->chunk steps. */
  enum status (*batch_new)(const void *net, const struct train_options *options, int sequences, void **batch);
  void (*batch_free)(void *batch);
  /* Fill the batch, run it forward and backward, and add scale times the gradient to grad. Worker threads. */
  enum status (*update)(const void *net, void *batch, const struct trainable_job *job, float *grad,
                        struct trainable_sums *sums);
  enum status (*validate)(const void *net, const struct dataset *data, const struct bound_options *options,
                          struct bound_sums *sums);
  /* Before each epoch, with a seed of its own: may damage the data anew. May be NULL. */
  enum status (*before_epoch)(struct dataset *data, const struct net_config *config, uint64_t seed,
                              struct error *error);
  /* After the last epoch, with the best weights in params->block: a last touch on them. May be NULL. */
  enum status (*finish)(void *net, struct params *params, const struct dataset *valid, uint64_t seed);
};

/* For their `init`. */
static inline struct init_options init_options_of(const struct train_options *options)
{
  return (struct init_options){options->spectral_radius, options->connections, options->dropout_input,
                               options->dropout_hidden, options->input_deviation};
}

extern const struct trainable trainable_vosp, trainable_vrae;

#endif
