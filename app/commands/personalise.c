/* SPDX-License-Identifier: MIT */
/* emend train --from PRESET --data TAKES: a personal model, without the live engine. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json_out.h"
#include "outfile.h"
#include "personal.h"
#include "personalise.h"
#include "preset.h"
#include "progress.h"
#include "stop.h"
#include "train_data.h"

struct learn_flags {
  const char *from, *out;
  struct option_list data;
  bool publish, json;
  uint64_t seed;
  struct preset preset;
};

static bool is_model_file(const char *name)
{
  const size_t size = strlen(name), tail = strlen(".safetensors");
  return size >= tail && strcmp(name + size - tail, ".safetensors") == 0;
}

static enum status check(const struct learn_flags *flags, struct error *error)
{
  if (flags->from == NULL) {
    return error_set(error, STATUS_USAGE,
                     "the kind of model is missing, or --from PRESET; see emend train --help");
  }
  if (flags->data.count == 0) {
    return error_set(error, STATUS_USAGE, "--data is missing: captured takes or MIDI files to learn from");
  }
  if ((flags->out != NULL) == flags->publish) {
    return error_set(error, STATUS_USAGE, "give either --out MODEL or --publish");
  }
  if (flags->out != NULL && strcmp(flags->out, "-") == 0) {
    return error_set(error, STATUS_USAGE, "--out wants a file's name");
  }
  if (flags->publish && is_model_file(flags->from)) {
    return error_set(error, STATUS_USAGE, "--publish wants a preset after --from, not a model's file");
  }
  enum status status = outfile_check(flags->out, error);
  for (int i = 0; status == STATUS_OK && i < flags->data.count; i++) {
    status = outfile_check_apart(flags->out, flags->data.items[i], "a file of --data", error);
  }
  return status;
}

static bool going(void *user, double share)
{
  progress_show(user, share, -1, "");
  return !stop_requested();
}

static void tell(const struct learn_result *result)
{
  const struct learn_figures *before = &result->before, *after = &result->after;
  printf(
    "Learnt from %.1f minutes. On %.1f held back: F1 %.4f -> %.4f, true notes lost %zu -> %zu of %zu, damage "
    "let through %zu -> %zu of %zu.\n",
    result->minutes, result->held_minutes, learn_f1(before), learn_f1(after), before->lost, after->lost,
    after->strokes, before->passed, after->passed, after->damage);
}

/* Write or publish what was learnt, and say so. */
static enum status keep(const struct learn_flags *flags, struct model *model, const struct learn_result *result,
                        struct error *error)
{
  int number = 0;
  char fact[128];
  snprintf(fact, sizeof fact, "%.63s, tuned on %.1f minutes of takes", flags->preset.name, result->minutes);
  enum status status = model_set_fact(model, "personal", fact);
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory for the model's facts");
  }
  status = flags->publish
             ? personal_publish(flags->preset.name, model, flags->preset.name, result, &number, error)
             : model_save(model, flags->out, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (flags->json) {
    json_t *object = personal_json(result);
    json_object_set_new(object, "from", json_text(flags->from));
    json_object_set_new(object, flags->publish ? "number" : "model",
                        flags->publish ? json_integer(number) : json_text(flags->out));
    return json_out(object, "-", error);
  }
  tell(result);
  if (flags->publish) {
    printf("Published as personal model %d of preset %s; emend models use preset goes back.\n", number,
           flags->preset.name);
  } else {
    printf("Wrote %s.\n", flags->out);
  }
  return STATUS_OK;
}

static enum status learn_from(const struct learn_flags *flags, const struct learn_job *job, struct error *error)
{
  struct progress progress;
  struct learn_options options;
  struct learn_result result;
  struct model *model = NULL;
  const struct learn_watch watch = {going, &progress};

  learn_defaults(&options);
  options.strength = flags->preset.strength > 0 ? flags->preset.strength : options.strength;
  options.seed = flags->seed;
  stop_catch();
  progress_begin(&progress, "learn");
  enum status status = learn(job, &options, &watch, &model, &result, error);
  progress_end(&progress);
  if (status == STATUS_INTERRUPTED) {
    error_set(error, status, "stopped; nothing was written");
  } else if (status == STATUS_OK && model == NULL) {
    status =
      error_set(error, STATUS_UNSUPPORTED, "nothing was written, as it would be no better %s", result.reason);
  } else if (status == STATUS_OK) {
    status = keep(flags, model, &result, error);
  }
  model_free(model);
  return status;
}

static enum status run(struct learn_flags *flags, struct error *error)
{
  struct model *base = NULL, *current = NULL;
  struct dataset takes;
  int number;
  char path[DATAFILE_PATH_MAX], line[512];

  enum status status = preset_load(&flags->preset, flags->from, error);
  if (status == STATUS_OK) {
    status = model_load(&base, flags->preset.model_path, error);
  }
  if (status == STATUS_OK) {
    status = model_need_kind(base, NET_VOSP, flags->preset.model_path, "emend train --from", error);
  }
  if (status == STATUS_OK && flags->publish) {
    status = personal_check(flags->preset.name, error);
    current = status == STATUS_OK ? personal_load(flags->preset.name, base, &number, path, line) : NULL;
  }
  if (status == STATUS_OK) {
    status = data_load(&takes, &flags->data, "all", error);
    if (status == STATUS_OK) {
      data_warn(&command_train, &takes);
      const struct learn_job job = {base, current, &takes};
      status = data_check_apart(&takes, flags->out, error);
      if (status == STATUS_OK) {
        status = learn_from(flags, &job, error);
      }
      dataset_free(&takes);
    }
  }
  model_free(base);
  model_free(current);
  return status;
}

int run_learn(int argc, char **argv)
{
  struct learn_flags flags = {.seed = 1};
  const struct option_spec specs[] = {
    {.name = "from",
     .kind = OPTION_TEXT,
     .value = &flags.from,
     .argument = "PRESET|MODEL",
     .help = "tune this one to a player"},
    {.name = "data",
     .kind = OPTION_LIST,
     .value = &flags.data,
     .argument = "PATH...",
     .help = "that player's takes: captured ones, MIDI files or folders of them"},
    {.name = "out",
     .kind = OPTION_TEXT,
     .value = &flags.out,
     .argument = "MODEL",
     .help = "the model to write"},
    {.name = "publish",
     .kind = OPTION_FLAG,
     .value = &flags.publish,
     .help = "keep it as the preset's personal model, which emend live uses"},
    {.name = "seed",
     .kind = OPTION_SEED,
     .value = &flags.seed,
     .argument = "N",
     .help = "of damage and draws (1)"},
    {.name = "json", .kind = OPTION_FLAG, .value = &flags.json, .help = "print one JSON object"},
  };
  struct option_set set = {.specs = specs, .count = sizeof specs / sizeof specs[0], .operand_max = INT_MAX};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_train, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  enum status status = options_list_operands(&flags.data, &set, 0, &error);
  if (status == STATUS_OK) {
    status = check(&flags, &error);
  }
  if (status == STATUS_OK) {
    status = run(&flags, &error);
  }
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_train, &error);
}
