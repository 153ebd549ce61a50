/* SPDX-License-Identifier: MIT */
#include "fill_job.h"

#include <string.h>

#include "rng.h"

enum { DRAWS_MAX = 5 };

static const double SEARCH_SHARE = 0.2; /* of the progress: looking for gaps, about */

enum status fill_load(struct model **model, const char *path, struct error *error)
{
  enum status status = model_load(model, path, error);

  if (status == STATUS_OK) {
    status = model_need_kind(*model, NET_VRAE, path, "emend fill", error);
  }
  if (status == STATUS_OK && (*model)->config.matches == 0) {
    status = error_set(
      error, STATUS_UNSUPPORTED,
      "%.300s is a VRAE that sees no matches; `emend fill` needs a filler, trained with --matches", path);
  }
  return status;
}

/* One pass of the model over the take, of several that share the progress. */
struct pass {
  const struct fill_order *order;
  double done, share; /* before it, and of it */
};

static bool tell_pass(void *user, double share)
{
  const struct pass *pass = user;

  return pass->order->tell == NULL || pass->order->tell(pass->order->user, pass->done + pass->share * share);
}

static enum status find_gaps(const struct model *model, const struct fill_source *source, struct pass *pass,
                             struct fill_gaps *gaps, struct error *error)
{
  const struct fill_order *order = pass->order;
  const struct fill_watch watch = {tell_pass, pass};
  enum status status = gaps_add_asked(source, order->asked, order->asked_count, gaps, error);

  if (status == STATUS_OK && order->search) {
    status = gaps_add_marked(source, gaps, error);
    if (status == STATUS_OK && source->played.count > 0) {
      status = fill_find_silences(model, &source->played, &watch, gaps, error);
    }
  }
  gaps_settle(gaps);
  return status;
}

static enum status fill_once(const struct model *model, const struct fill_source *source,
                             struct fill_outcome *outcome, struct pass *pass, struct error *error)
{
  struct fill_result result = {NULL, 0, 0};
  const struct fill_options options = {.gaps = &outcome->gaps,
                                       .dropped = pass->order->search,
                                       .strength = pass->order->strength,
                                       .variant = outcome->seeds[outcome->count],
                                       .watch = {tell_pass, pass}};
  enum status status = STATUS_OK;

  if (source->played.count > 0 && (options.dropped || outcome->gaps.count > 0)) {
    status = fill_take(model, &source->played, &options, &result, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  struct filling *filling = &outcome->fillings[outcome->count++];
  status = filling_make(filling, source, &result, &outcome->gaps, pass->order->markers, error);
  if (status == STATUS_OK && !tell_pass(pass, 1)) {
    return error_set(error, STATUS_INTERRUPTED, "stopped; nothing was written");
  }
  return status;
}

/* Draw until it differs from those before, or for the last time. */
static enum status draw(const struct model *model, const struct fill_source *source,
                        struct fill_outcome *outcome, struct pass *pass, struct rng *rng, struct error *error)
{
  for (int i = 1;; i++) {
    outcome->seeds[outcome->count] = rng_next(rng) | 1; /* never 0: that is the likeliest */
    enum status status = fill_once(model, source, outcome, pass, error);
    if (status != STATUS_OK || i == DRAWS_MAX || outcome->fillings[outcome->count - 1].notes.count == 0 ||
        fill_outcome_twin(outcome, outcome->count - 1) < 0) {
      return status;
    }
    filling_free(&outcome->fillings[--outcome->count]);
  }
}

enum status fill_job(const struct model *model, const struct fill_source *source,
                     const struct fill_order *order, struct fill_outcome *outcome, struct error *error)
{
  struct pass pass = {order, 0, SEARCH_SHARE};
  struct rng rng;

  *outcome = (struct fill_outcome){.count = 0};
  rng_seed(&rng, order->seed);
  enum status status = find_gaps(model, source, &pass, &outcome->gaps, error);
  pass.done = SEARCH_SHARE;
  pass.share = (1 - SEARCH_SHARE) / (order->variants > 0 ? order->variants : 1);
  if (status == STATUS_OK && order->variants == 0) {
    return fill_once(model, source, outcome, &pass, error);
  }
  for (int i = 0; i < order->variants && status == STATUS_OK; i++) {
    pass.done = SEARCH_SHARE + i * pass.share;
    status = draw(model, source, outcome, &pass, &rng, error);
  }
  return status;
}

int fill_outcome_twin(const struct fill_outcome *outcome, int which)
{
  const struct filling *filling = &outcome->fillings[which];

  for (int i = 0; i < which; i++) {
    const struct filling *other = &outcome->fillings[i];
    if (other->size == filling->size && memcmp(other->data, filling->data, filling->size) == 0) {
      return i;
    }
  }
  return -1;
}

void fill_outcome_free(struct fill_outcome *outcome)
{
  fill_gaps_free(&outcome->gaps);
  for (int i = 0; i < outcome->count; i++) {
    filling_free(&outcome->fillings[i]);
  }
}
