/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for settings files. The first byte says which: emend.conf, a preset, a training's. */
#include <math.h>
#include <string.h>

#include "fuzz_input.h"
#include "settings.h"
#include "train_flags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(double value, double low, double high)
{
  return value >= low && value <= high;
}

/* Whatever was accepted keeps to its bounds, and its texts are there. */
static void check_values(const struct option_set *set)
{
  for (int i = 0; i < set->count; i++) {
    const struct option_spec *spec = &set->specs[i];
    switch (spec->kind) {
    case OPTION_NUMBER:
      require(within(*(const double *)spec->value, spec->low, spec->high), "a number is out of its bounds");
      break;
    case OPTION_INTEGER:
      require(within(*(const int *)spec->value, spec->low, spec->high), "a whole number is out of its bounds");
      break;
    case OPTION_CHOICE: require(spec->choices[*(const int *)spec->value] != NULL, "no such choice"); break;
    case OPTION_TEXT:
      if (*(const char *const *)spec->value != NULL) {
        require(strlen(*(const char *const *)spec->value) < (1U << 20), "a text without end");
      }
      break;
    case OPTION_LIST:
      require(((const struct option_list *)spec->value)->count <= OPTION_LIST_MAX, "a list is too long");
      break;
    case OPTION_FLAG:
    case OPTION_SEED:
    case OPTION_CUSTOM: break;
    }
  }
}

static void check_refusal(enum status status, const struct error *error)
{
  require(status == STATUS_FORMAT && error->status == status, "the refusal is of the wrong kind");
  require_line(error->text);
}

static void check_file(const struct option_set *set, const char *path)
{
  struct options_file file;
  struct error error = {0};
  const enum status status = options_read_file(set, path, &file, &error);
  if (status == STATUS_OK) {
    check_values(set);
    options_file_free(&file);
  } else {
    require(file.config == NULL, "a refusal left something");
    check_refusal(status, &error);
  }
}

static void check_settings(const char *path)
{
  struct settings settings;
  struct option_spec specs[SETTINGS_COUNT];
  settings_init(&settings, specs);
  check_file(&(struct option_set){.specs = specs, .count = SETTINGS_COUNT}, path);
}

static void check_training(enum net_kind kind, const char *path)
{
  struct train_flags flags;
  struct option_spec specs[OPTION_SPECS_MAX];
  const int count = train_flags_init(&flags, kind, specs);
  check_file(&(struct option_set){.specs = specs, .count = count}, path);
}

static void check_preset(const char *path)
{
  struct preset preset;
  struct error error = {0};
  const enum status status = preset_load(&preset, path, &error);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) { /* of the model */
    check_refusal(status, &error);
    return;
  }
  require(within(preset.strength, 0, 1) && within(preset.fill_strength, 0, 1) && within(preset.bpm, 10, 400) &&
            within(preset.look_ahead, 0, PRESET_LOOK_AHEAD_MAX) && preset.mode >= LIVE_BYPASS &&
            preset.mode <= LIVE_CLEAN,
          "a preset's value is out of its bounds");
  require(status == STATUS_OK || error.status == status, "the refusal is of the wrong kind");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0) {
    return 0;
  }
  const char *path = input_put("preset.cfg", data + 1, size - 1);
  switch (data[0] % 4) {
  case 0: check_settings(path); break;
  case 1: check_preset(path); break;
  case 2: check_training(NET_VOSP, path); break;
  default: check_training(NET_VRAE, path); break;
  }
  return 0;
}
