#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "trainer.h"

enum { LOG_MAX = 1 << 28, LINE_SIZE = 4096 };

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

/* The lines of the epochs before, with room for another; none: the heading. */
static enum status read_log(const struct trainer *trainer, const char *path, char **text, size_t *used,
                            struct error *error)
{
  uint8_t *data = NULL;
  size_t size = 0;
  if (trainer->point.epoch > 1) {
    const enum status status = file_read(path, LOG_MAX, &data, &size, error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
  }
  *text = realloc(data, size + 2 * LINE_SIZE);
  if (*text == NULL) {
    free(data);
    return error_set(error, STATUS_NO_MEMORY, "not enough memory for the training log");
  }
  *used = size;
  if (size == 0) {
    *used =
      (size_t)snprintf(*text, LINE_SIZE,
                       "epoch,seconds,frames_per_second,kl_weight,rate,train_nats,%s,valid_reconstruction,"
                       "valid_kl,valid_surrogate\n",
                       train_figure(trainer->model));
  }
  return STATUS_OK;
}

/* Written as a whole, so that a full disk leaves no half of it. */
enum status train_log(const struct trainer *trainer, const struct epoch_result *result,
                      const struct bound_sums *valid, struct error *error)
{
  char path[PATH_MAX];
  char *text = NULL;
  size_t used = 0;
  snprintf(path, sizeof path, "%s.csv", trainer->run->out);
  enum status status = read_log(trainer, path, &text, &used, error);
  if (status != STATUS_OK) {
    return status;
  }
  const double frames = (double)valid->frames;
  used += (size_t)snprintf(text + used, LINE_SIZE, "%d,%.1f,%.0f,%.3f,%.6f,%.5f,%.5f,%.5f,%.5f,%.5f\n",
                           trainer->point.epoch, trainer->point.seconds, result->frames / result->seconds,
                           trainer->kl_weight, trainer->optimiser.rate * trainer->cooled, result->train,
                           (valid->reconstruction + valid->kl) / frames, valid->reconstruction / frames,
                           valid->kl / frames, (valid->reconstruction + valid->surrogate) / frames);
  status = file_write(path, text, used, error);
  free(text);
  return status;
}
