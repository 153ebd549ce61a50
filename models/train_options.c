#include "trainer.h"

void train_defaults(struct train_options *options)
{
  *options = (struct train_options){
    .objective = OBJECTIVE_BOUND,
    .optimiser = OPTIMISER_ADAM,
    .rate = 2e-3,
    .momentum = 0.9,
    .decay = 0.9,
    .clip = 5,
    .dropout_input = 0.1,
    .dropout_hidden = 0.3,
    .spectral_radius = 1.1,
    .connections = 0,
    .kl_start = 0.05,
    .kl_end = 1,
    .kl_epochs = 8,
    .noise = 0,
    .clean_share = 0,
    .chunk = 100,
    .lead = 10,
    .batch = 32,
    .epochs = 200,
    .patience = 4,
    .epoch_share = 1,
    .seed = 1,
    .damage = corrupt_default_rates,
    .gate_epochs = 12,
  };
}

static enum status check_aids(const struct net_config *config, const struct train_options *options,
                              struct error *error)
{
  if (options->transpose < 0 || options->transpose >= PITCHES || !(options->gradient_noise >= 0) ||
      !(options->average >= 0 && options->average < 1)) {
    return error_set(error, STATUS_USAGE,
                     "transpose must be 0 to %d, average 0 to below 1, and gradient_noise 0 or more",
                     PITCHES - 1);
  }
  if (options->transpose > 0 && config->kind == NET_VRAE && config->matches > 0) {
    return error_set(error, STATUS_USAGE, "a filler (matches above 0) is not trained with transpose");
  }
  return STATUS_OK;
}

static enum status check_options(const struct train_options *options, const struct train_run *run,
                                 struct error *error)
{
  if (run->train->frames == 0 || run->valid->frames == 0) {
    return error_set(error, STATUS_USAGE, "there are no frames to train on; give --data with both splits");
  }
  if (options->chunk < 2 || options->batch < 1 || options->lead < 0 || options->lead >= options->chunk) {
    return error_set(error, STATUS_USAGE, "chunk must be 2 or more, batch 1 or more, and lead less than chunk");
  }
  if (options->threads > PARALLEL_MAX) {
    return error_set(error, STATUS_USAGE, "threads must be 0 to %d, not %d", (int)PARALLEL_MAX,
                     options->threads);
  }
  const double shares[] = {options->dropout_input, options->dropout_hidden, options->noise,
                           options->clean_share};
  for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
    if (!(shares[i] >= 0 && shares[i] < 1) && !(i == 3 && shares[i] == 1)) {
      return error_set(error, STATUS_USAGE,
                       "dropout, noise and clean_share are shares from 0 to below 1, not %g", shares[i]);
    }
  }
  return STATUS_OK;
}

enum status train_check(const struct net_config *config, const struct train_options *options,
                        const struct train_run *run, struct error *error)
{
  const enum status status = check_options(options, run, error);
  return status == STATUS_OK ? check_aids(config, options, error) : status;
}
