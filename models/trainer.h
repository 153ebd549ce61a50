/* The state of a training run. Private to train*.c. */
#ifndef EMEND_TRAINER_H
#define EMEND_TRAINER_H

#include "parallel.h"
#include "trainable.h"

/* One data-parallel worker: its share of a batch and its gradient. */
struct worker {
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
  struct worker workers[PARALLEL_MAX];
  int threads, share; /* workers, and sequences each takes of a batch */
  struct rng rng;
  struct train_point point;
  /* One update's job. */
  const struct chunk *chunks;
  size_t chunks_left;
  double kl_weight, scale;
  double cooled; /* factor of the rate */
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
void train_tell_validation(const struct trainer *trainer, const struct epoch_result *result,
                           const struct bound_sums *valid);

/* train_checkpoint.c: OUT.checkpoint, written whole or not at all. */
enum status train_checkpoint_save(const struct trainer *trainer, struct error *error) EMEND_CHECK;
/* Loads it where there is one. A checkpoint of another configuration or optimiser is refused. */
enum status train_checkpoint_load(struct trainer *trainer, struct error *error) EMEND_CHECK;
void train_checkpoint_remove(const struct trainer *trainer);

/* train_log.c: OUT.csv, one line an epoch. */
enum status train_log(const struct trainer *trainer, const struct epoch_result *result,
                      const struct bound_sums *valid, struct error *error) EMEND_CHECK;
/* What the figure that validation gives is called, in the log and among the model's facts. */
const char *train_figure(const struct model *model);
/* The figure of the best epoch in words, for the facts. */
void train_figure_text(const struct trainer *trainer, size_t size, char *text);

#endif
