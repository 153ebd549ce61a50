#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "eval.h"
#include "eval_impute.h"
#include "model_config.h"
#include "progress.h"
#include "report.h"
#include "stop.h"

enum task { TASK_NLL, TASK_DENOISE, TASK_IMPUTE };

static const char *const tasks[] = {"nll", "denoise", "impute", NULL};

struct eval_flags {
  const char *model, *data, *split;
  int task, particles, gap;
  double noise, strength;
  uint64_t seed;
  bool json;
};

static json_t *score_json(const struct score *score)
{
  return json_pack("{s:f, s:f, s:f}", "precision", score_precision(score), "recall", score_recall(score), "f1",
                   score_f1(score));
}

static json_t *head_json(const struct eval_flags *flags, const struct model *model, const struct dataset *data)
{
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "model", flags->model, "kind",
                   net_kind_name(model->config.kind), "task", tasks[flags->task], "data", flags->data, "split",
                   flags->split, "sequences", (json_int_t)data->count, "frames", (json_int_t)data->frames);
}

static enum status tell_nll(const struct eval_flags *flags, const struct model *model,
                            const struct dataset *data, const struct eval_nll *result, struct error *error)
{
  if (!flags->json) {
    printf("%s on %s, %s: %zu sequences, %zu frames\n", flags->model, flags->data, flags->split,
           result->sequences, result->frames);
    printf("  bound       %8.4f nats a frame (reconstruction %.4f, divergence %.4f)\n", result->bound,
           result->reconstruction, result->kl);
    printf("  surrogate   %8.4f (the arithmetic of 2014; not a bound)\n", result->surrogate);
    if (result->particles > 0) {
      printf("  importance  %8.4f (%d particles)\n", result->importance, result->particles);
    }
    return STATUS_OK;
  }
  json_t *object = head_json(flags, model, data);
  json_object_set_new(object, "bound",
                      json_pack("{s:f, s:f, s:f}", "nats_per_frame", result->bound, "reconstruction",
                                result->reconstruction, "kl", result->kl));
  json_object_set_new(object, "surrogate", json_pack("{s:f}", "nats_per_frame", result->surrogate));
  json_object_set_new(object, "importance",
                      result->particles > 0 ? json_pack("{s:i, s:f}", "particles", result->particles,
                                                        "nats_per_frame", result->importance)
                                            : json_null());
  return report_json(object, "-", error);
}

static void print_score(const char *name, const struct score *score)
{
  printf("  %-22s F1 %.4f  precision %.4f  recall %.4f\n", name, score_f1(score), score_precision(score),
         score_recall(score));
}

static void print_denoise(const struct eval_flags *flags, const struct dataset *data,
                          const struct eval_denoise *result)
{
  printf("%s on %s, %s, seed %llu: %s\n", flags->model, flags->data, flags->split,
         (unsigned long long)flags->seed, data->rolls ? "cells of frames" : "notes within 50 ms");
  print_score("as received", &result->before);
  if (data->rolls) {
    print_score("on one frame ago", &result->hold);
    print_score("one-frame notes dropped", &result->drop_short);
    print_score("the paper's rule", &result->paper);
  } else {
    print_score("rules", &result->rules);
  }
  print_score("emend's gate", &result->gate);
  printf("  the gate lets %.4f of what is true through\n", result->recall_of_true);
}

static enum status tell_denoise(const struct eval_flags *flags, const struct model *model,
                                const struct dataset *data, const struct eval_denoise *result,
                                struct error *error)
{
  if (!flags->json) {
    print_denoise(flags, data, result);
    return STATUS_OK;
  }
  json_t *object = head_json(flags, model, data), *after = json_object(), *baselines = json_object();
  json_object_set_new(object, "noise", json_real(flags->noise));
  json_object_set_new(object, "strength", json_real(flags->strength));
  json_object_set_new(object, "seed", json_integer((json_int_t)flags->seed));
  json_object_set_new(object, "before", score_json(&result->before));
  if (data->rolls) {
    json_object_set_new(after, "paper", score_json(&result->paper));
    json_object_set_new(baselines, "hold", score_json(&result->hold));
    json_object_set_new(baselines, "drop_short", score_json(&result->drop_short));
  } else {
    json_object_set_new(baselines, "rules", score_json(&result->rules));
  }
  json_object_set_new(after, "gate", score_json(&result->gate));
  json_object_set_new(object, "after", after);
  json_object_set_new(object, "baselines", baselines);
  json_object_set_new(object, "recall_of_true", json_real(result->recall_of_true));
  return report_json(object, "-", error);
}

/* What filled the gap, in the order in which it is told. */
struct filled {
  const char *key, *text;
  const struct score *score; /* NULL: not measured */
};

enum { FILLINGS = 6 };

static void list_fillings(const struct eval_impute *result, struct filled list[FILLINGS])
{
  const struct filled all[FILLINGS] = {
    {"before", "left empty", &result->before},
    {"hold", "last frame held", &result->hold},
    {"half", "last and next frame", &result->half},
    {"copy", "best match copied", &result->copy},
    {"paper", "the paper's procedure", &result->paper},
    {"fill", "emend's filler", result->fills ? &result->fill : NULL},
  };
  memcpy(list, all, sizeof all);
}

static enum status tell_impute(const struct eval_flags *flags, const struct model *model,
                               const struct dataset *data, const struct eval_impute *result,
                               struct error *error)
{
  struct filled list[FILLINGS];

  list_fillings(result, list);
  if (!flags->json) {
    printf("%s on %s, %s, seed %llu: cells of a gap of %d frames in each of %zu sequences (%zu too short)\n",
           flags->model, flags->data, flags->split, (unsigned long long)flags->seed, flags->gap,
           result->sequences, result->skipped);
    for (int i = 0; i < FILLINGS; i++) {
      if (list[i].score != NULL) {
        print_score(list[i].text, list[i].score);
      }
    }
    return STATUS_OK;
  }
  json_t *object = head_json(flags, model, data);
  json_object_set_new(object, "gap", json_integer(flags->gap));
  json_object_set_new(object, "strength", json_real(flags->strength));
  json_object_set_new(object, "seed", json_integer((json_int_t)flags->seed));
  json_object_set_new(object, "scored", json_string("frame cells of the gaps"));
  json_object_set_new(object, "gaps", json_integer((json_int_t)result->sequences));
  json_object_set_new(object, "skipped", json_integer((json_int_t)result->skipped));
  for (int i = 0; i < FILLINGS; i++) {
    json_object_set_new(object, list[i].key, list[i].score != NULL ? score_json(list[i].score) : json_null());
  }
  return report_json(object, "-", error);
}

static bool show(void *user, double share)
{
  progress_show(user, share, -1, "");
  return !stop_requested();
}

static enum status run_nll(const struct eval_flags *flags, const struct model *model,
                           const struct dataset *data, struct progress *progress, struct error *error)
{
  const struct eval_watch watch = {show, progress};
  struct eval_nll result;
  enum status status = eval_nll(model, data, flags->particles, flags->seed, &watch, &result, error);

  progress_end(progress);
  return status == STATUS_OK ? tell_nll(flags, model, data, &result, error) : status;
}

static enum status run_denoise(const struct eval_flags *flags, const struct model *model,
                               const struct dataset *data, struct progress *progress, struct error *error)
{
  const struct eval_watch watch = {show, progress};
  struct eval_denoise result;
  enum status status = eval_denoise(model, data, flags->noise, &corrupt_default_rates, (float)flags->strength,
                                    flags->seed, &watch, &result, error);

  progress_end(progress);
  return status == STATUS_OK ? tell_denoise(flags, model, data, &result, error) : status;
}

static enum status run_impute(const struct eval_flags *flags, const struct model *model,
                              const struct dataset *data, struct progress *progress, struct error *error)
{
  const struct eval_watch watch = {show, progress};
  struct eval_impute result;
  enum status status =
    eval_impute(model, data, flags->gap, flags->strength, flags->seed, &watch, &result, error);

  progress_end(progress);
  return status == STATUS_OK ? tell_impute(flags, model, data, &result, error) : status;
}

static enum status run_task(const struct eval_flags *flags, const struct model *model,
                            const struct dataset *data, struct error *error)
{
  struct progress progress;

  stop_catch();
  progress_begin(&progress, "eval");
  switch (flags->task) {
  case TASK_DENOISE: return run_denoise(flags, model, data, &progress, error);
  case TASK_IMPUTE: return run_impute(flags, model, data, &progress, error);
  default: return run_nll(flags, model, data, &progress, error);
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
    status = dataset_frames(&data, &model->config.frame, error);
    if (status == STATUS_OK) {
      status = run_task(flags, model, &data, error);
    }
    dataset_free(&data);
  }
  model_free(model);
  return status;
}

static int read_flags(struct eval_flags *flags, int argc, char **argv)
{
  const struct option_spec specs[] = {
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
     .choices = tasks,
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
  struct option_set set = {.specs = specs,
                           .count = sizeof specs / sizeof specs[0],
                           .operand_min = 1,
                           .operand_max = 1,
                           .operand_names = "MODEL is"};

  *flags =
    (struct eval_flags){.split = "valid", .particles = 32, .gap = 8, .noise = 0.05, .strength = 0.5, .seed = 1};
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
    "takes with simulated damage, scored by notes within 50 ms. impute: rolls with whole frames removed at "
    "one\n"
    "place each, scored by the cells of the gap.",
  .run = run_eval,
};
