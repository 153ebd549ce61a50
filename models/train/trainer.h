/* SPDX-License-Identifier: MIT */
/* What the trainer knows of a kind of network: one constant table a kind. Private to train*.c and
 * trainable_*.c. Networks and batches are opaque here; each table makes and frees its own. */
#ifndef EMEND_TRAINER_H
#define EMEND_TRAINER_H

#include "batcher.h"
#include "bound.h"
#include "init.h"
#include "parallel.h"
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
  /* After the last epoch, with the best weights in params->block: a last touch on them. Sets *bound to the
   * bound of the result on validation, nats a frame, where that is another now. May be NULL. */
  enum status (*finish)(void *net, struct params *params, const struct dataset *valid, uint64_t seed,
                        double *bound);
};

/* For their `init`. */
static inline struct init_options init_options_of(const struct train_options *options)
{
  return (struct init_options){options->spectral_radius, options->connections, options->dropout_input,
                               options->dropout_hidden, options->input_deviation};
}

extern const struct trainable trainable_vosp, trainable_vrae;

/* The state of a training run. Private to train*.c. */

/* One data-parallel worker: its share of a batch and its gradient. */
struct train_worker {
  void *batch;
  float *grad;
  struct rng rng;
  struct trainable_sums sums;
  enum status status;
};

/* What a checkpoint keeps beside weights and moments. */
struct train_point {
  int epoch;      /* epochs done */
  int bad;        /* validations since the best */
  double best;    /* best validation loss: reconstruction + kl_end * the objective's divergence, nats a frame */
  double bound;   /* the exact bound of those weights */
  double seconds; /* spent so far */
  bool net_done;  /* the gate is next */
};

struct trainer {
  struct train_options options;
  const struct train_run *run;
  struct model *model; /* weights in training */
  float *best;         /* the best so far, laid out as the model's block */
  float *average;      /* of the weights over the updates, likewise; NULL: not wanted */
  const struct trainable *kind;
  void *net;
  struct optimiser optimiser;
  struct train_worker workers[PARALLEL_MAX];
  int threads, share; /* workers, and sequences each takes of a batch */
  struct rng rng;
  struct train_point point;
  /* One update's job. */
  const struct chunk *chunks;
  size_t chunks_left;
  double kl_weight, scale;
  double cooled; /* factor of the rate */
  double valid;  /* the last validation's loss; NaN before the first of this process */
};

struct epoch_result {
  double train; /* reconstruction + weighted divergence, nats a frame */
  double seconds;
  double frames;
  double begun;    /* when */
  double nats;     /* train times frames */
  double from, to; /* the part of the epoch, of 0..1, that the data in hand are */
  bool stopped;    /* by the report */
  bool timed_out;
};

/* train_options.c: that they and the data can be trained with. */
enum status train_check(const struct net_config *config, const struct train_options *options,
                        const struct train_run *run, struct error *error) EMEND_CHECK;

/* train_epoch.c: one pass over the data. */
enum status train_epoch(struct trainer *trainer, struct epoch_result *result, struct error *error) EMEND_CHECK;
double train_seconds(void); /* monotonic */
/* How much of the run is over, 0..1, by its epochs or its minutes, whichever says more; `timed`, where not
 * NULL: it is the minutes. `done` and `in_epoch`: share and seconds of the epoch at hand. */
double train_share(const struct trainer *trainer, double done, double in_epoch, bool *timed);
/* Learn from a share of data in memory, as that part of the epoch that result->from and to say. */
enum status train_on(struct trainer *trainer, struct dataset *data, double share, uint64_t seed,
                     struct epoch_result *result, struct error *error) EMEND_CHECK;

/* train_disk.c: the same pass over data on disk, some of it in memory at a time. */
enum status train_epoch_disk(struct trainer *trainer, struct epoch_result *result,
                             struct error *error) EMEND_CHECK;

/* train_aids.c: what a training may have beside its recipe. Each does nothing where it is not wanted. */
/* Normal values of variance X / (1 + updates)^0.55 on the gradient; the same for the same update of a seed. */
void train_gradient_noise(const struct trainer *trainer, float *grad);
/* After an update. */
void train_average_update(struct trainer *trainer);
/* Start it at the weights. Allocates; it is the trainer's. */
enum status train_average_start(struct trainer *trainer) EMEND_CHECK;
/* The weights that are validated and kept. */
float *train_shown(const struct trainer *trainer);

/* train_validate.c: the validation of those weights after an epoch. */
enum status train_validate(struct trainer *trainer, struct bound_sums *sums) EMEND_CHECK;
/* Keep the best weights and lower the rate as patience says; false: it is over. */
bool train_after_validation(struct trainer *trainer, const struct bound_sums *valid);
/* Report it. Whoever wants to stop says so again in the next epoch. */
void train_report_validation(const struct trainer *trainer, const struct epoch_result *result);

/* train_checkpoint.c: OUT.checkpoint, written whole or not at all. */
enum status train_checkpoint_save(const struct trainer *trainer, struct error *error) EMEND_CHECK;
/* Loads it where there is one. A checkpoint of another configuration or optimiser is refused. */
enum status train_checkpoint_load(struct trainer *trainer, struct error *error) EMEND_CHECK;
/* STATUS_USAGE where there is one: to begin anew would write over it. */
enum status train_checkpoint_none(const struct trainer *trainer, struct error *error) EMEND_CHECK;
void train_checkpoint_remove(const struct trainer *trainer);

/* train_log.c: OUT.csv, one line an epoch. */
enum status train_log(const struct trainer *trainer, const struct epoch_result *result,
                      const struct bound_sums *valid, struct error *error) EMEND_CHECK;
/* What the figure that validation gives is called, in the log and among the model's facts. */
const char *train_figure(const struct model *model);
/* The figure of the best epoch in words, for the facts. */
void train_figure_text(const struct trainer *trainer, size_t size, char *text);

#endif
