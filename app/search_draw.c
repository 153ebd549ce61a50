#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options_config.h"
#include "rng.h"
#include "search_space.h"

uint64_t search_hash(uint64_t hash, const void *data, size_t size)
{
  const unsigned char *bytes = data;

  for (size_t i = 0; i < size; i++) {
    hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
  }
  return hash;
}

void search_number(double number, char text[SEARCH_VALUE])
{
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, SEARCH_VALUE, "%.*g", digits, number);
    if (strtod(text, NULL) == number) {
      return;
    }
  }
}

/* Of 6 digits, which all mathematics libraries agree on. */
static void draw_range(const struct search_item *item, struct rng *rng, char text[SEARCH_VALUE])
{
  const double share = rng_uniform(rng);
  const double end = item->whole ? item->high + 1 : item->high;
  double number =
    item->log ? item->low * exp(share * log(end / item->low)) : item->low + share * (end - item->low);

  if (item->whole) {
    snprintf(text, SEARCH_VALUE, "%.0f", fmin(floor(number), item->high));
    return;
  }
  snprintf(text, SEARCH_VALUE, "%.6g", number);
  number = fmin(fmax(strtod(text, NULL), item->low), item->high);
  search_number(number, text);
}

static uint64_t trial_seed(const struct search_space *space, int trial)
{
  char text[SEARCH_VALUE];
  const int size = snprintf(text, sizeof text, "trial %d", trial);

  return search_hash(space->hash, text, (size_t)size);
}

void search_draw(const struct search_space *space, int trial, struct search_settings *settings)
{
  struct rng rng;

  rng_seed(&rng, trial_seed(space, trial));
  settings->trial = trial;
  settings->seed = rng_next(&rng) >> 33; /* a plain integer in a settings file */
  settings->count = space->count;
  for (int i = 0; i < space->count; i++) {
    const struct search_item *item = &space->items[i];
    struct search_value *value = &settings->values[i];

    value->name = item->name;
    value->drawn = item->drawn;
    value->quoted = item->quoted;
    if (item->count == 0) {
      draw_range(item, &rng, value->text);
    } else {
      const uint32_t index = item->drawn ? rng_below(&rng, (uint32_t)item->count) : 0;
      memcpy(value->text, item->choices[index], SEARCH_VALUE);
    }
  }
}

enum status search_flags(const struct search_space *space, const struct search_settings *settings,
                         struct train_flags *flags, struct error *error)
{
  struct option_spec specs[OPTION_SPECS_MAX];
  struct option_set set = {.specs = specs};
  enum status status = STATUS_OK;

  set.count = train_flags_init(flags, space->kind, specs);
  flags->config.gate = 0; /* no figure of a search is of the gate */
  for (int i = 0; i < settings->count && status == STATUS_OK; i++) {
    const struct option_spec *spec = options_find(&set, settings->values[i].name);

    status = spec != NULL ? option_set_value(spec, settings->values[i].text, error)
                          : error_set(error, STATUS_USAGE, "unknown setting '%s'", settings->values[i].name);
  }
  flags->options.seed = settings->seed;
  return status;
}
