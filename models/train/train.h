/* SPDX-License-Identifier: MIT */
/* Training, as the program sees it. Data comes in through dataset.h. */
#ifndef EMEND_TRAIN_H
#define EMEND_TRAIN_H

#include "damage.h"
#include "dataset.h"
#include "model.h"
#include "optimiser.h"

struct train_options {
  enum net_objective objective;
  enum optimiser_kind optimiser;
  double rate;     /* step rate */
  double momentum; /* rmsprop's */
  double decay;    /* rmsprop's average of squares */
  double clip;     /* gradient norm; 0: none */
  double dropout_input, dropout_hidden;
  double spectral_radius;  /* of the recurrent weights at the start */
  int connections;         /* at most so many incoming recurrent ones a unit; 0: all */
  double input_deviation;  /* of the input weights at the start; 0: the network's own */
  double kl_start, kl_end; /* weight of the divergence, linear over kl_epochs */
  int kl_epochs;
  double noise; /* P: share of off cells turned on in the recognition's input; the likelihood is of the clean */
  double clean_share; /* share of sequences left clean when noise > 0 */
  int chunk, batch;   /* T, B */
  int lead;           /* frames before a chunk that only warm the state up, as part of T */
  int epochs;         /* at most */
  int patience;       /* bad validations before the rate falls to 0.4 of itself; twice that stops */
  double minutes;     /* at most; 0: no limit */
  double cooldown;    /* last share of the run, by epochs or minutes, over which the rate falls to a fiftieth */
  int transpose;      /* each training chunk is shown up to so many semitones higher or lower; 0: as it is */
  double average; /* decay, an update, of the average of weights that is validated and kept; 0: the weights */
  double gradient_noise; /* its variance at the first update (Neelakantan et al. 2015); 0: none */
  double epoch_share;    /* share of the training sequences seen in one epoch, 1: all */
  int threads;           /* data-parallel workers, at most PARALLEL_MAX; 0: one a core */
  uint64_t seed;
  struct corrupt_rates damage; /* for the gate on played takes */
  int gate_epochs;             /* 0: no gate */
};

void train_defaults(struct train_options *options);

/* Told now and then how it goes; return false to stop cleanly (a checkpoint is written). */
struct train_progress {
  int epoch, epochs;
  bool timed;          /* the minutes end the run before the epochs do, as far as is known */
  double done;         /* of this epoch, 0..1 */
  double share;        /* of the run, 0..1, by whichever limit comes first */
  double seconds_left; /* estimate for the whole run */
  double train_nats;   /* the loss of this epoch so far, a frame; NaN where unknown */
  double valid_nats,
    best_nats;        /* of the last validation and of the best, a frame: what `figure` names; or NaN */
  const char *figure; /* what validation chooses by: train_chosen_by */
  const char *stage;  /* "vosp", "vrae", "rnn" or "gate" */
};
typedef bool (*train_report)(void *user, const struct train_progress *progress);

/* What validation chooses by: "exact", "bound", "denoising bound", "surrogate", or "loss" where the divergence
 * has a weight of its own. Any thread. */
const char *train_chosen_by(const struct net_config *config, const struct train_options *options);

enum train_end {
  TRAIN_ALL_EPOCHS,  /* as many as were asked for */
  TRAIN_NO_PATIENCE, /* no gain in 2 * patience validations */
  TRAIN_TIME_OUT,    /* the minutes are over */
};

/* What came of a training, also of one that went on from a checkpoint. */
struct train_outcome {
  enum train_end end;
  double loss;  /* the best validation's, nats a frame: reconstruction + kl_end * the objective's divergence */
  double bound; /* the exact bound of those weights, nats a frame */
  int epochs;   /* done */
  double seconds; /* spent on them */
};

struct train_run {
  struct dataset *train, *valid; /* with frames; takes are given their damage here when noise > 0. Training
                                    takes may be on disk: then some of them are in memory at a time */
  const char *from; /* start from this model's weights and configuration (but for the gate's size and recall);
                       NULL: anew */
  const char *out;  /* the model; checkpoint beside it as OUT.checkpoint, log as OUT.csv */
  bool resume;      /* go on from OUT.checkpoint if it is there; without, one that is there is refused */
  const char *command; /* recorded in the model */
  train_report report; /* may be NULL */
  void *user;
  struct train_outcome *outcome; /* filled where the training came to its end; may be NULL */
};

/* Train a network of the configuration's kind, and the gate of one that has it. Returns STATUS_INTERRUPTED
 * after a clean stop by `report`. */
enum status train_model(const struct net_config *config, const struct train_options *options,
                        const struct train_run *run, struct error *error) EMEND_CHECK;

#endif
