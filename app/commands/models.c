/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json_out.h"
#include "personal.h"
#include "preset.h"

enum action { MODELS_LIST, MODELS_USE, MODELS_SHOW, MODELS_DELETE };

static const char *const actions[] = {"list", "use", "show", "delete", NULL};

struct models_flags {
  const char *preset;
  bool json;
  int action;
  const char *which; /* NULL: not given */
};

static json_t *record_json(const struct personal_record *record, bool used)
{
  json_t *object = personal_json(&record->result);
  json_object_set_new(object, "number", json_integer(record->number));
  json_object_set_new(object, "used", json_boolean(used));
  json_object_set_new(object, "made", json_text(record->made));
  json_object_set_new(object, "from", json_text(record->from));
  return object;
}

static enum status list_json(const struct models_flags *flags, const struct personal_list *list, int current,
                             struct error *error)
{
  json_t *models = json_array();
  for (size_t i = 0; i < list->count; i++) {
    json_array_append_new(models, record_json(&list->records[i], list->records[i].number == current));
  }
  return json_out(
    json_pack("{s:o, s:i, s:o}", "preset", json_text(flags->preset), "current", current, "models", models), "-",
    error);
}

static void list_text(const struct models_flags *flags, const struct personal_list *list, int current)
{
  if (list->count == 0) {
    printf("Preset %s has no personal models; emend train --from %s --data TAKES --publish makes one.\n",
           flags->preset, flags->preset);
    return;
  }
  printf("   N  made              minutes  F1 on held-back takes  true notes lost\n");
  for (size_t i = 0; i < list->count; i++) {
    const struct personal_record *record = &list->records[i];
    const struct learn_figures *before = &record->result.before, *after = &record->result.after;
    printf("%c %2d  %-16s  %7.1f  %6.4f -> %6.4f       %zu -> %zu of %zu\n",
           record->number == current ? '*' : ' ', record->number,
           record->made[0] != '\0' ? record->made : "(no record)", record->result.minutes, learn_f1(before),
           learn_f1(after), before->lost, after->lost, after->strokes);
  }
  if (current > 0) {
    printf("* is in use.\n");
  } else {
    printf("The preset itself is in use%s.\n", current == 0 ? "" : ": which was chosen cannot be read");
  }
}

static enum status list(const struct models_flags *flags, struct error *error)
{
  struct personal_list models;
  const int current = personal_current(flags->preset);
  enum status status = personal_list(flags->preset, &models, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (flags->json) {
    status = list_json(flags, &models, current, error);
  } else {
    list_text(flags, &models, current);
  }
  free(models.records);
  return status;
}

static void show_figures(const char *name, const struct learn_figures *figures)
{
  printf(
    "  %-7s F1 %.4f, true notes lost %zu of %zu, damage let through %zu of %zu; nats a frame %.4f, a stroke "
    "%.4f\n",
    name, learn_f1(figures), figures->lost, figures->strokes, figures->passed, figures->damage, figures->nats,
    figures->gate_nats);
}

static void show_text(const struct models_flags *flags, const struct personal_record *record, const char *path)
{
  const struct learn_result *result = &record->result;
  printf("Personal model %d of preset %s%s\n  %s\n", record->number, flags->preset,
         personal_current(flags->preset) == record->number ? ", in use" : "", path);
  if (record->made[0] == '\0') {
    printf("  its record cannot be read\n");
    return;
  }
  printf("  made %s from %s, %.1f minutes of takes, %.1f held back; share %.2f\n", record->made, record->from,
         result->minutes, result->held_minutes, result->share);
  show_figures("before:", &result->before);
  show_figures("after:", &result->after);
}

static enum status show(const struct models_flags *flags, int number, struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  struct personal_list models;
  if (number == 0) {
    return error_set(error, STATUS_NOT_FOUND,
                     "preset %s itself is in use; give a number, see emend models list", flags->preset);
  }
  enum status status = personal_path(flags->preset, number, path, error);
  if (status == STATUS_OK) {
    status = personal_list(flags->preset, &models, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < models.count; i++) {
    if (models.records[i].number == number && flags->json) {
      status = json_out(record_json(&models.records[i], personal_current(flags->preset) == number), "-", error);
    } else if (models.records[i].number == number) {
      show_text(flags, &models.records[i], path);
    }
  }
  free(models.records);
  return status;
}

/* `which` as a number; 0 for "preset". */
static enum status read_number(const struct models_flags *flags, int *number, struct error *error)
{
  char *end;
  if (flags->which == NULL) {
    *number = personal_current(flags->preset);
    return flags->action == MODELS_SHOW || flags->action == MODELS_LIST
             ? STATUS_OK
             : error_set(error, STATUS_USAGE, "which model? give its number; see emend models list");
  }
  *number = 0;
  if (flags->action == MODELS_USE && strcmp(flags->which, "preset") == 0) {
    return STATUS_OK;
  }
  const long value = strtol(flags->which, &end, 10);
  if (*end != '\0' || value < 1 || value > PERSONAL_MAX || flags->action == MODELS_LIST) {
    return error_set(error, STATUS_USAGE, "'%.40s' is no number of a personal model; see emend models list",
                     flags->which);
  }
  *number = (int)value;
  return STATUS_OK;
}

static enum status act(const struct models_flags *given, struct error *error)
{
  struct models_flags own = *given; /* with the preset's name, also where its path was given */
  const struct models_flags *flags = &own;
  struct preset preset;
  int number;
  enum status status = read_number(flags, &number, error);
  if (status == STATUS_OK) {
    status = preset_load(&preset, flags->preset, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  own.preset = preset.name;
  switch ((enum action)flags->action) {
  case MODELS_LIST: return list(flags, error);
  case MODELS_SHOW: return show(flags, number, error);
  case MODELS_USE: status = personal_use(flags->preset, number, error); break;
  case MODELS_DELETE: status = personal_delete(flags->preset, number, error); break;
  }
  if (status == STATUS_OK && flags->action == MODELS_DELETE) {
    printf("Deleted personal model %d of preset %s.\n", number, flags->preset);
  } else if (status == STATUS_OK && number > 0) {
    printf("emend live --preset %s uses personal model %d from now on.\n", flags->preset, number);
  } else if (status == STATUS_OK) {
    printf("emend live --preset %s uses the preset itself from now on.\n", flags->preset);
  }
  return status;
}

static int run_models(int argc, char **argv)
{
  struct models_flags flags = {.preset = "pop"};
  const struct option_spec specs[] = {
    {.name = "preset",
     .kind = OPTION_TEXT,
     .value = &flags.preset,
     .argument = "PRESET",
     .help = "whose personal models (pop)"},
    {.name = "json", .kind = OPTION_FLAG, .value = &flags.json, .help = "list, show: print one JSON object"},
  };
  struct option_set set = {.specs = specs,
                           .count = sizeof specs / sizeof specs[0],
                           .operand_min = 1,
                           .operand_max = 2,
                           .operand_names = "list, use, show or delete is"};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_models, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  flags.action = options_choice(actions, set.operands[0]);
  flags.which = set.operand_count > 1 ? set.operands[1] : NULL;
  enum status status = flags.action >= 0 ? act(&flags, &error)
                                         : error_set(&error, STATUS_USAGE,
                                                     "'%.40s' is none of list, use, show, delete; see emend "
                                                     "models --help",
                                                     set.operands[0]);
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_models, &error);
}

const struct command command_models = {
  .name = "models",
  .usage = "list|use N|use preset|show [N]|delete N [--preset PRESET]",
  .summary = "personal models: which there are, which is used",
  .notes = "Made by emend live --learn, or by emend train --from PRESET --data TAKES --publish.",
  .run = run_models,
  .words = actions,
};
