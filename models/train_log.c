#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "trainer.h"

const char *train_figure(const struct model *model)
{
  if (model->config.matches > 0) {
    return "valid_loss"; /* a filler's, which bounds nothing */
  }
  return model->config.kind == NET_RNN ? "valid_exact" : "valid_bound";
}

void train_figure_text(const struct trainer *trainer, size_t size, char *text)
{
  const struct net_config *config = &trainer->model->config;
  const bool filler = config->matches > 0;
  const bool exact = config->kind == NET_RNN;
  const char *draws = filler ? " mode of q," : exact ? "" : " one draw of z,";
  snprintf(text, size, "%.4f nats a frame, %s%s, validation split,%s %d epochs", trainer->point.bound,
           filler  ? "weighted loss of what was hidden or lost"
           : exact ? "exact likelihood"
                   : "exact bound",
           trainer->options.noise > 0 && !filler ? " of the clean frames given corrupted ones" : "", draws,
           trainer->point.epoch);
}

enum status train_log(const struct trainer *trainer, const struct epoch_result *result,
                      const struct bound_sums *valid, struct error *error)
{
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s.csv", trainer->run->out);
  const bool first = trainer->point.epoch <= 1;
  FILE *file = fopen(path, first ? "w" : "a");
  if (file == NULL) {
    return error_set(error, STATUS_IO, "%s: cannot write the training log: %s", path, strerror(errno));
  }
  if (first) {
    fprintf(file,
            "epoch,seconds,frames_per_second,kl_weight,rate,train_nats,%s,valid_reconstruction,valid_kl,"
            "valid_surrogate\n",
            train_figure(trainer->model));
  }
  const double frames = (double)valid->frames;
  fprintf(file, "%d,%.1f,%.0f,%.3f,%.6f,%.5f,%.5f,%.5f,%.5f,%.5f\n", trainer->point.epoch,
          trainer->point.seconds, result->frames / result->seconds, trainer->kl_weight,
          trainer->optimiser.rate * trainer->cooled, result->train,
          (valid->reconstruction + valid->kl) / frames, valid->reconstruction / frames, valid->kl / frames,
          (valid->reconstruction + valid->surrogate) / frames);
  if (fclose(file) != 0) {
    return error_set(error, STATUS_IO, "%s: cannot write the training log: %s", path, strerror(errno));
  }
  return STATUS_OK;
}
