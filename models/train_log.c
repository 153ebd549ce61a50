#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "trainer.h"

enum status train_log(const struct trainer *trainer, const struct epoch_result *result,
                      const struct bound_sums *valid, struct error *error)
{
  char path[4096];
  snprintf(path, sizeof path, "%s.csv", trainer->run->out);
  const bool first = trainer->point.epoch <= 1;
  FILE *file = fopen(path, first ? "w" : "a");
  if (file == NULL) {
    return error_set(error, STATUS_IO, "%s: cannot write the training log: %s", path, strerror(errno));
  }
  if (first) {
    const bool filler = trainer->model->config.matches > 0; /* whose loss bounds nothing */
    fprintf(file,
            "epoch,seconds,frames_per_second,kl_weight,rate,train_nats,%s,valid_reconstruction,valid_kl,"
            "valid_surrogate\n",
            filler ? "valid_loss" : "valid_bound");
  }
  const double frames = (double)valid->frames;
  fprintf(file, "%d,%.1f,%.0f,%.3f,%.6f,%.5f,%.5f,%.5f,%.5f,%.5f\n", trainer->point.epoch,
          trainer->point.seconds, result->frames / result->seconds, trainer->kl_weight, trainer->optimiser.rate,
          result->train, (valid->reconstruction + valid->kl) / frames, valid->reconstruction / frames,
          valid->kl / frames, (valid->reconstruction + valid->surrogate) / frames);
  if (fclose(file) != 0) {
    return error_set(error, STATUS_IO, "%s: cannot write the training log: %s", path, strerror(errno));
  }
  return STATUS_OK;
}
