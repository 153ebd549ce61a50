#include "gate_fit.h"
#include "learn_parts.h"

/* Share of the takes that are heard in other hands, so that the gate does not forget them. */
static const double varied = 0.3;
enum { SAMPLES_MAX = 80000 };

struct listening {
  struct learning *learning;
  double begun, span; /* parts of the step */
  size_t heard, pieces;
};

static bool go_on_listening(void *user)
{
  struct listening *listening = user;
  const double part = (double)listening->heard++ / (double)listening->pieces;
  return learning_goes_on(listening->learning, listening->begun + listening->span * part);
}

static bool go_on_fitting(void *user, const struct train_progress *progress)
{
  const double part = (progress->epoch - 1 + progress->done) / progress->epochs;
  return learning_goes_on(user, 0.5 + 0.5 * part);
}

static enum status fit(struct learning *learning, struct model *model, const struct gate_samples *samples,
                       struct error *error)
{
  const struct learn_options *options = learning->options;
  const struct trainee_plan plan = {options->gate_epochs, options->gate_rate, go_on_fitting, learning};
  struct trainee trainee;
  struct rng rng;
  rng_seed(&rng, options->seed + 17);
  enum status status = trainee_init(&trainee, &model->config, error);
  if (status == STATUS_OK) {
    trainee_start_from(&trainee, &model->params);
    status = trainee_fit(&trainee, samples, &plan, &rng, error);
  }
  if (status == STATUS_OK) {
    trainee_install(&trainee, model);
  }
  trainee_free(&trainee);
  return status;
}

/* Every piece is heard `rounds` times, each time with other damage. */
static enum status collect(struct learning *learning, const struct model *model, struct gate_samples *samples,
                           struct error *error)
{
  const struct learn_options *options = learning->options;
  enum status status = STATUS_OK;
  for (int round = 0; round < options->rounds && status == STATUS_OK; round++) {
    struct listening listening = {learning, 0.5 * round / options->rounds, 0.5 / options->rounds, 0,
                                  learning->data.train.count};
    const struct gate_source source = {
      .model = model,
      .data = &learning->data.train,
      .samples_max = SAMPLES_MAX / (size_t)options->rounds,
      .rates = &corrupt_default_rates,
      .varied = varied,
      .threads = 1,
      .seed = options->seed + (uint64_t)(round + 1) * 1000003,
      .going = go_on_listening,
      .user = &listening,
    };
    struct gate_samples more;
    status = gate_samples_collect(&more, &source, error);
    if (status == STATUS_OK) {
      status = gate_samples_append(samples, &more);
    }
    gate_samples_free(&more);
  }
  return status;
}

enum status learn_gate(struct learning *learning, struct model *model, struct error *error)
{
  struct gate_samples samples = {0};
  if (learning->options->gate_epochs <= 0) {
    return STATUS_OK;
  }
  enum status status = collect(learning, model, &samples, error);
  if (status == STATUS_OK) {
    status = fit(learning, model, &samples, error);
  }
  gate_samples_free(&samples);
  return status;
}
