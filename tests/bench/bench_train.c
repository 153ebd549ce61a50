/* SPDX-License-Identifier: MIT */
#include "bench_train.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench_machine.h"
#include "cell.h"
#include "posterior.h"
#include "rng.h"
#include "train.h"
#include "view.h"

enum { SEQUENCES = 256, FRAMES = 2000, VALID_FRAMES = 64, CHORD = 4, PATH_SIZE = 128 };

static enum status make_rolls(struct dataset *data, size_t count, int frames)
{
  struct rng rng;
  rng_seed(&rng, count);
  *data = (struct dataset){.sequences = calloc(count, sizeof *data->sequences), .values = 1, .rolls = true};
  if (data->sequences == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (; data->count < count; data->count++) {
    struct sequence *sequence = &data->sequences[data->count];
    sequence->frames = frames;
    sequence->cells = calloc((size_t)frames, PITCHES);
    if (sequence->cells == NULL) {
      return STATUS_NO_MEMORY;
    }
    for (int i = 0; i < frames * CHORD; i++) {
      sequence->cells[i / CHORD * PITCHES + (int)rng_below(&rng, PITCHES)] = 1;
    }
    data->frames += (size_t)frames;
  }
  return STATUS_OK;
}

double bench_train_flops(const struct net_config *config)
{
  const struct cell_facts *cell = cell_facts(config->cell);
  const double gates = (double)cell->gates * config->hidden;
  const double head = posterior_head_size(config->posterior, config->latent, cell->moments);
  const double squares = cell->moments ? 2 : 1; /* a product for the means, one for the variances */
  const double dense = config->hidden * (gates + head + config->generator) +
                       config->latent * config->generator + (double)config->generator * view_outputs(config);
  /* Forward, to the inputs, to the weights; the inputs' own gradient is not wanted. */
  return squares * 2 * (3 * dense + 2 * CHORD * gates);
}

struct watch {
  double begun, seconds; /* of the first report; to train for */
  double opened, from;   /* when the window began, and the epochs done by then */
  double best;           /* epochs a second, in any window so far */
};

/* Others use the machine too: what it can do shows in the best of several windows, as with sgemm. */
static bool look(void *user, const struct train_progress *progress)
{
  struct watch *watch = user;
  const double window = watch->seconds / 10;
  const double now = bench_seconds();
  const double done = progress->epoch - 1 + progress->done;
  if (watch->begun == 0) { /* the first update warms up */
    watch->begun = watch->opened = now;
    watch->from = done;
  }
  if (now - watch->opened >= window) {
    const double rate = (done - watch->from) / (now - watch->opened);
    watch->best = rate > watch->best ? rate : watch->best;
    watch->opened = now;
    watch->from = done;
  }
  return now - watch->begun < watch->seconds;
}

static void remove_folder(const char *folder, const char *out)
{
  static const char *const ends[] = {"", ".csv", ".checkpoint"};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s%s", out, ends[i]);
    unlink(path);
  }
  rmdir(folder);
}

static enum status train(const struct net_config *config, struct dataset *rolls, struct dataset *valid,
                         struct watch *watch, struct error *error)
{
  char folder[] = "/tmp/emend-bench-XXXXXX";
  char out[PATH_SIZE];
  if (mkdtemp(folder) == NULL) {
    return error_set(error, STATUS_IO, "%s: no temporary folder can be made", folder);
  }
  snprintf(out, sizeof out, "%s/model", folder);
  struct train_options options;
  train_defaults(&options);
  options.lead = 0;
  options.gate_epochs = 0;
  const struct train_run run = {
    .train = rolls, .valid = valid, .out = out, .command = "bench", .report = look, .user = watch};
  const enum status status = train_model(config, &options, &run, error);
  remove_folder(folder, out);
  return status == STATUS_INTERRUPTED ? STATUS_OK : status;
}

enum status bench_train(const struct net_config *config, double seconds, double *steps, struct error *error)
{
  struct dataset rolls;
  struct dataset valid;
  enum status status = make_rolls(&rolls, SEQUENCES, FRAMES);
  const enum status valid_status = make_rolls(&valid, 1, VALID_FRAMES);
  struct watch watch = {.seconds = seconds};
  if (status != STATUS_OK || valid_status != STATUS_OK) {
    status = error_set(error, STATUS_NO_MEMORY, "out of memory for the benchmark");
  } else {
    status = train(config, &rolls, &valid, &watch, error);
  }
  *steps = watch.best * SEQUENCES * FRAMES;
  dataset_free(&rolls);
  dataset_free(&valid);
  return status;
}
