/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "eval_print.h"
#include "progress.h"
#include "stop.h"
#include "train_data.h"

static bool show(void *user, double share)
{
  progress_show(user, share, -1, "");
  return !stop_requested();
}

static enum status run_nll(const struct eval_told *told, const struct eval_watch *watch, struct error *error)
{
  struct eval_nll result;
  enum status status =
    eval_nll(told->model, told->data, told->flags->particles, told->flags->seed, watch, &result, error);

  progress_end(watch->user);
  return status == STATUS_OK ? eval_tell_nll(told, &result, error) : status;
}

static enum status run_denoise(const struct eval_told *told, const struct eval_watch *watch,
                               struct error *error)
{
  const struct eval_flags *flags = told->flags;
  struct eval_denoise result;
  enum status status = eval_denoise(told->model, told->data, flags->noise, &corrupt_default_rates,
                                    (float)flags->strength, flags->seed, watch, &result, error);

  progress_end(watch->user);
  return status == STATUS_OK ? eval_tell_denoise(told, &result, error) : status;
}

static enum status run_impute(const struct eval_told *told, const struct eval_watch *watch, struct error *error)
{
  const struct eval_flags *flags = told->flags;
  struct eval_impute result;
  enum status status =
    eval_impute(told->model, told->data, flags->gap, flags->strength, flags->seed, watch, &result, error);

  progress_end(watch->user);
  return status == STATUS_OK ? eval_tell_impute(told, &result, error) : status;
}

static enum status run_restore(const struct eval_told *told, const struct eval_watch *watch,
                               struct error *error)
{
  const struct eval_flags *flags = told->flags;
  struct eval_restore result;
  enum status status = eval_restore(told->model, told->data, &eval_restore_rates, flags->strength, flags->seed,
                                    watch, &result, error);

  progress_end(watch->user);
  return status == STATUS_OK ? eval_tell_restore(told, &result, error) : status;
}

static enum status run_task(const struct eval_told *told, struct error *error)
{
  struct progress progress;
  const struct eval_watch watch = {show, &progress};

  stop_catch();
  progress_begin(&progress, "eval");
  switch (told->flags->task) {
  case TASK_DENOISE: return run_denoise(told, &watch, error);
  case TASK_IMPUTE:
    return told->data->rolls ? run_impute(told, &watch, error) : run_restore(told, &watch, error);
  default: return run_nll(told, &watch, error);
  }
}

/* Cleaning wants a VOSP, filling a VRAE. */
static enum status check_kind(const struct eval_flags *flags, const struct model *model, struct error *error)
{
  switch (flags->task) {
  case TASK_DENOISE: return model_need_kind(model, NET_VOSP, flags->model, "emend eval --task denoise", error);
  case TASK_IMPUTE: return model_need_kind(model, NET_VRAE, flags->model, "emend eval --task impute", error);
  default: return STATUS_OK;
  }
}

static enum status evaluate(const struct eval_flags *flags, struct error *error)
{
  struct model *model = NULL;
  struct dataset data;

  if (flags->data == NULL) {
    return error_set(error, STATUS_USAGE, "--data is missing; see emend eval --help");
  }
  enum status status = model_load(&model, flags->model, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_kind(flags, model, error);
  if (status != STATUS_OK) {
    model_free(model);
    return status;
  }
  status = dataset_load(&data, flags->data, flags->split, error);
  if (status == STATUS_OK) {
    data_warn(&command_eval, &data);
    status = dataset_frames(&data, &model->config.frame, error);
    if (status == STATUS_OK) {
      const struct eval_told told = {flags, model, &data};
      status = run_task(&told, error);
    }
    dataset_free(&data);
  }
  model_free(model);
  return status;
}

enum { SPECS = 9 };

static void list_options(struct eval_flags *flags, struct option_spec list[SPECS])
{
  const struct option_spec all[SPECS] = {
    {.name = "data",
     .kind = OPTION_TEXT,
     .value = &flags->data,
     .argument = "PATH",
     .help = "rolls (JSON), a MIDI file or a folder of them"},
    {.name = "split",
     .kind = OPTION_TEXT,
     .value = &flags->split,
     .argument = "NAME",
     .help = "the split (valid)"},
    {.name = "task",
     .kind = OPTION_CHOICE,
     .value = &flags->task,
     .choices = eval_tasks,
     .help = "how well it predicts, cleans or fills"},
    {.name = "noise",
     .kind = OPTION_NUMBER,
     .value = &flags->noise,
     .argument = "P",
     .help = "rolls: share of off cells turned on (0.05)",
     .low = 0,
     .high = 1},
    {.name = "strength",
     .kind = OPTION_NUMBER,
     .value = &flags->strength,
     .argument = "S",
     .help = "the gate's, or the filler's (0.5)",
     .low = 0,
     .high = 1},
    {.name = "gap",
     .kind = OPTION_INTEGER,
     .value = &flags->gap,
     .argument = "N",
     .help = "frames to remove from every sequence (8)",
     .low = 1,
     .high = EVAL_GAP_MAX},
    {.name = "particles",
     .kind = OPTION_INTEGER,
     .value = &flags->particles,
     .argument = "N",
     .help = "of the importance estimate; 0: none (32)",
     .low = 0,
     .high = 10000},
    {.name = "seed",
     .kind = OPTION_SEED,
     .value = &flags->seed,
     .argument = "N",
     .help = "of noise and draws (1)"},
    {.name = "json", .kind = OPTION_FLAG, .value = &flags->json, .help = "print one JSON object"},
  };

  memcpy(list, all, sizeof all);
}

static int read_flags(struct eval_flags *flags, int argc, char **argv)
{
  struct option_spec specs[SPECS];
  struct option_set set = {
    .specs = specs, .count = SPECS, .operand_min = 1, .operand_max = 1, .operand_names = "MODEL is"};

  *flags =
    (struct eval_flags){.split = "valid", .particles = 32, .gap = 8, .noise = 0.05, .strength = 0.5, .seed = 1};
  list_options(flags, specs);
  int done = command_parse(&command_eval, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    flags->model = set.operands[0];
  }
  return done;
}

static int run_eval(int argc, char **argv)
{
  struct eval_flags flags;
  struct error error = {STATUS_OK, ""};

  int done = read_flags(&flags, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  return evaluate(&flags, &error) == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_eval, &error);
}

const struct command command_eval = {
  .name = "eval",
  .usage = "MODEL --data PATH [options]",
  .summary = "measure a model on data that it has not seen",
  .notes =
    "nll: nats a frame, first frame counted. denoise: rolls with random cells turned on, scored by cells;\n"
    "takes with simulated damage, scored by notes within 50 ms. impute: rolls with whole frames removed at\n"
    "one place each, scored by the cells of the gap; takes with 10 % of their notes and 3 % of their chords\n"
    "lost, scored by notes within 50 ms.",
  .run = run_eval,
};
