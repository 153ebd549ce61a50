/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "json_out.h"
#include "outfile.h"
#include "pitch.h"
#include "smf_file.h"
#include "take_file.h"
#include "takes_print.h"

enum { SHOW_LINE = 256 };

static double seconds_of(nanos time)
{
  return (double)time / (double)NANOS_PER_SECOND;
}

/* An infinite log-odds, as at strength 0, has no place in JSON. */
static json_t *number(float value)
{
  return isfinite(value) ? json_real((double)value) : json_null();
}

static json_t *decision_json(const struct journal_record *record)
{
  const struct journal_decision *decision = &record->decision;

  return json_pack("{s:f, s:i, s:i, s:i, s:b, s:s, s:s, s:o, s:o}", "time", seconds_of(record->time), "channel",
                   decision->channel, "pitch", decision->pitch, "velocity", decision->velocity, "passed",
                   decision->passed, "damage", damage_name((enum damage)decision->damage), "mode",
                   preset_modes[decision->mode], "log_odds", number(decision->log_odds), "threshold",
                   number(decision->threshold));
}

static json_t *undone_json(const struct journal_record *record)
{
  return json_pack("{s:f, s:i, s:i, s:i}", "time", seconds_of(record->undo.time), "channel",
                   record->undo.channel, "pitch", record->undo.pitch, "velocity", record->undo.velocity);
}

static enum status show_json(const struct journal_summary *summary, const uint8_t *data, size_t size,
                             const char *path, struct error *error)
{
  struct journal_reader reader;
  struct journal_record record;
  json_t *decisions = json_array(), *undone = json_array();
  char loss[SHOW_LINE];

  enum status status = journal_begin(&reader, data, size, path, error);
  while (status == STATUS_OK && journal_next(&reader, &record)) {
    if (record.type == JOURNAL_DECISION) {
      json_array_append_new(decisions, decision_json(&record));
    } else if (record.type == JOURNAL_UNDO) {
      json_array_append_new(undone, undone_json(&record));
    }
  }
  json_t *object = takes_json(summary, path, size);
  takes_loss_text(summary, loss, sizeof loss);
  json_object_set_new(object, "loss", json_string(loss));
  json_object_set_new(object, "decisions", decisions);
  json_object_set_new(object, "undone_strokes", undone);
  return status == STATUS_OK ? json_out(object, "-", error) : status;
}

static void print_head(const struct journal_summary *summary, const char *path, size_t bytes)
{
  const struct journal_settings *settings = &summary->start.settings;
  char name[JOURNAL_NAME_MAX], start[TAKES_TEXT], length[TAKES_TEXT], size[TAKES_TEXT], loss[SHOW_LINE];

  takes_name(path, name);
  takes_start_text(&summary->start, start);
  takes_length_text(summary->length, length);
  takes_size_text(bytes, size);
  takes_loss_text(summary, loss, sizeof loss);
  printf("%s\n  started   %s%s\n", name, start, summary->start.continues ? ", continuing the take before" : "");
  printf("  length    %s; end: %s\n  size      %s\n", length, takes_end_text(summary, path), size);
  printf("  settings  preset %s, model %08" PRIx32 ", %s, strength %.2f, look-ahead %g ms\n", settings->preset,
         settings->model, preset_modes[settings->mode], (double)settings->strength,
         (double)settings->look_ahead / (double)NANOS_PER_MILLISECOND);
  printf("  messages  %" PRIu64 " in, %" PRIu64 " out\n", summary->received, summary->sent);
  printf("  notes     %" PRIu64 " in, %" PRIu64 " out\n", summary->notes_in, summary->notes_out);
  printf("  labels    %s, %" PRIu64 " removal%s undone, %" PRIu64 " not meant\n",
         summary->keep || summary->good > 0 ? "good" : "none as good", summary->undone,
         summary->undone == 1 ? "" : "s", summary->unmeant);
  if (summary->disconnects > 0) {
    printf("  ports     lost %" PRIu64 " times\n", summary->disconnects);
  }
  if (loss[0] != '\0') {
    printf("  %s\n", loss);
  }
}

static void print_removed(const struct journal_summary *summary, const uint8_t *data, size_t size,
                          const char *path)
{
  struct journal_reader reader;
  struct journal_record record;
  struct error error;

  printf("  removed   %" PRIu64 "\n", summary->removed_total);
  if (summary->removed_total == 0 || journal_begin(&reader, data, size, path, &error) != STATUS_OK) {
    return;
  }
  printf("\n%10s  %-6s %7s %8s  %-10s %8s %9s\n", "seconds", "note", "channel", "velocity", "looked like",
         "log-odds", "threshold");
  while (journal_next(&reader, &record)) {
    const struct journal_decision *decision = &record.decision;
    char name[PITCH_NAME_MAX];
    if (record.type == JOURNAL_DECISION && !decision->passed) {
      printf("%10.3f  %-6s %7d %8d  %-10s %8.2f %9.2f\n", seconds_of(record.time),
             pitch_name(decision->pitch, name), decision->channel + 1, decision->velocity,
             damage_name((enum damage)decision->damage), (double)decision->log_odds,
             (double)decision->threshold);
    } else if (record.type == JOURNAL_UNDO) {
      printf("%10.3f  %-6s undone by the player\n", seconds_of(record.undo.time),
             pitch_name(record.undo.pitch, name));
    } else if (record.type == JOURNAL_UNMEANT) {
      printf("%10.3f  %-6s not meant, says the player\n", seconds_of(record.unmeant.stroke.time),
             pitch_name(record.unmeant.stroke.pitch, name));
    }
  }
}

static int run_show(int argc, char **argv)
{
  struct takes_args args;
  struct error error = {STATUS_OK, ""};
  struct journal_summary summary;
  char path[DATAFILE_PATH_MAX];
  uint8_t *data = NULL;
  size_t size = 0;
  bool json = false;
  const struct option_spec flags[] = {
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "as one JSON object, with every decision"}};
  struct option_set set = {.operand_min = 1, .operand_max = 1, .operand_names = "TAKE is"};

  int done = takes_open(&args, &command_takes_show, flags, 1, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    enum status status = takes_load(&args, args.operands[0], path, &data, &size, &summary, &error);
    if (status == STATUS_OK && json) {
      status = show_json(&summary, data, size, path, &error);
    } else if (status == STATUS_OK) {
      print_head(&summary, path, size);
      print_removed(&summary, data, size, path);
    }
    done = status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_takes_show, &error);
  }
  free(data);
  takes_close(&args);
  return done;
}

const struct command command_takes_show = {
  .name = "takes show",
  .usage = "TAKE [options]",
  .summary = "show one take, and the strokes that were removed of it",
  .notes = "TAKE is the take's name or as much of it as no other has, 'last', or the path of a .take file.",
  .run = run_show,
};

static enum status read_take(const struct takes_args *args, size_t index, char path[DATAFILE_PATH_MAX],
                             struct journal_summary *summary, struct error *error)
{
  uint8_t *data;
  size_t size;

  enum status status = takes_load(args, args->takes.list[index].name, path, &data, &size, summary, error);
  free(data);
  return status;
}

static void print_marks(const struct journal_summary *summary, const char *path)
{
  if (summary->keep || summary->good > 0) {
    printf("  good");
  }
  if (summary->undone > 0) {
    printf("  %" PRIu64 " undone", summary->undone);
  }
  if (!summary->ended) {
    printf("  %s", takes_end_text(summary, path));
  }
  if (summary->lost_bytes > 0 || summary->not_recorded > 0) {
    printf("  damaged");
  }
}

static void print_take(const struct journal_summary *summary, const char *path, uint64_t bytes)
{
  char name[JOURNAL_NAME_MAX], length[TAKES_TEXT], size[TAKES_TEXT];

  takes_name(path, name);
  takes_length_text(summary->length, length);
  takes_size_text(bytes, size);
  printf("%-22s %8s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %9s", name, length, summary->notes_in,
         summary->notes_out, summary->removed_total, size);
  print_marks(summary, path);
  printf("\n");
}

static void print_list(const struct takes_args *args)
{
  char size[TAKES_TEXT];

  if (args->takes.count == 0) {
    printf("No takes in %s yet; emend live captures them.\n", args->folder);
    return;
  }
  printf("%-22s %8s %8s %8s %8s %9s\n", "take", "length", "notes in", "out", "removed", "size");
  for (size_t i = 0; i < args->takes.count; i++) {
    char path[DATAFILE_PATH_MAX];
    struct journal_summary summary;
    struct error error;
    if (read_take(args, i, path, &summary, &error) == STATUS_OK) {
      print_take(&summary, path, args->takes.list[i].size);
    } else {
      printf("%s\n", error.text);
    }
  }
  takes_size_text(args->takes.total, size);
  printf("%zu take%s, %s, in %s\n", args->takes.count, args->takes.count == 1 ? "" : "s", size, args->folder);
}

static enum status list_json(const struct takes_args *args, struct error *error)
{
  json_t *list = json_array();

  for (size_t i = 0; i < args->takes.count; i++) {
    char path[DATAFILE_PATH_MAX];
    struct journal_summary summary;
    struct error wrong;
    json_array_append_new(list, read_take(args, i, path, &summary, &wrong) == STATUS_OK
                                  ? takes_json(&summary, path, args->takes.list[i].size)
                                  : json_pack("{s:o, s:o}", "name", json_text(args->takes.list[i].name),
                                              "error", json_text(wrong.text)));
  }
  return json_out(json_pack("{s:o, s:I, s:o}", "folder", json_text(args->folder), "bytes",
                            (json_int_t)args->takes.total, "takes", list),
                  "-", error);
}

static int run_list(int argc, char **argv)
{
  struct takes_args args;
  struct error error = {STATUS_OK, ""};
  bool json = false;
  const struct option_spec flags[] = {
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "as one JSON object"}};
  struct option_set set = {.operand_names = ""};

  int done = takes_open(&args, &command_takes_list, flags, 1, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    done = EXIT_SUCCESS;
    if (!json) {
      print_list(&args);
    } else if (list_json(&args, &error) != STATUS_OK) {
      done = command_fail(&command_takes_list, &error);
    }
  }
  takes_close(&args);
  return done;
}

const struct command command_takes_list = {
  .name = "takes list",
  .usage = "[options]",
  .summary = "list the captured takes, the oldest first",
  .notes =
    "A take that was cut off (by a crash, or power) is as good as any other: what could be read is listed.",
  .run = run_list,
};

enum { LINE = 256 };

struct export_flags {
  bool raw, clean, both;
};

static enum status export_take(const struct takes_args *args, const struct export_flags *flags,
                               struct error *error)
{
  const char *out = args->operands[1];
  const bool raw = flags->raw || flags->both, clean = flags->both || !flags->raw;
  struct journal_summary summary;
  char path[DATAFILE_PATH_MAX], loss[LINE];
  uint8_t *data;
  size_t size;
  struct smf smf;

  enum status status = takes_load(args, args->operands[0], path, &data, &size, &summary, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = outfile_check(out, error);
  if (status == STATUS_OK) {
    status = outfile_check_apart(out, path, "the take", error);
  }
  if (status == STATUS_OK) {
    status = journal_smf(data, size, path, raw, clean, &smf, error);
  }
  free(data);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_file_write(&smf, out, error);
  smf_free(&smf);
  takes_loss_text(&summary, loss, sizeof loss);
  if (status == STATUS_OK && loss[0] != '\0') {
    fprintf(stderr, "emend takes export: %s\n", loss);
  }
  return status;
}

static int run_export(int argc, char **argv)
{
  struct takes_args args;
  struct error error = {STATUS_OK, ""};
  struct export_flags given = {.raw = false};
  const struct option_spec flags[] = {
    {.name = "raw", .kind = OPTION_FLAG, .value = &given.raw, .help = "as the keyboard sent it"},
    {.name = "clean", .kind = OPTION_FLAG, .value = &given.clean, .help = "as the DAW got it (the default)"},
    {.name = "both", .kind = OPTION_FLAG, .value = &given.both, .help = "both, as two tracks"},
  };
  struct option_set set = {.operand_min = 2, .operand_max = 2, .operand_names = "TAKE and OUT.mid are"};

  int done = takes_open(&args, &command_takes_export, flags, 3, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    enum status status =
      given.raw + given.clean + given.both > 1
        ? error_set(&error, STATUS_USAGE, "--raw, --clean and --both exclude each other; give one")
        : export_take(&args, &given, &error);
    done = status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_takes_export, &error);
  }
  takes_close(&args);
  return done;
}

const struct command command_takes_export = {
  .name = "takes export",
  .usage = "TAKE OUT.mid [--raw|--clean|--both] [options]",
  .summary = "write a take as a MIDI file",
  .notes =
    "'-' stands for standard output. The clean stream has the removals back that were undone while playing.\n"
    "Markers tell where the ports were lost and back, and what was marked good. SysEx is not captured.",
  .run = run_export,
};

enum { ANSWER = 16 };

/* Nothing is deleted unless all of it can be. */
static enum status find_all(const struct takes_args *args, char (*paths)[DATAFILE_PATH_MAX],
                            struct error *error)
{
  enum status status = STATUS_OK;

  for (int i = 0; i < args->operand_count && status == STATUS_OK; i++) {
    uint8_t *data;
    size_t size;
    status = take_folder_find(&args->takes, args->folder, args->operands[i], paths[i], error);
    if (status == STATUS_OK) {
      status = take_load(paths[i], &data, &size, error);
    }
    if (status != STATUS_OK) {
      return status;
    }
    if (size > 0 ? !journal_is(data, size) : !take_is_name(paths[i])) {
      status = error_set(error, STATUS_USAGE, "%.300s: not a take, so it stays", paths[i]);
    } else if (take_file_busy(paths[i])) {
      status = error_set(error, STATUS_USAGE, "%.300s: being recorded; stop emend live first", paths[i]);
    }
    free(data);
  }
  return status;
}

static enum status ask(const struct takes_args *args, char (*paths)[DATAFILE_PATH_MAX], struct error *error)
{
  char answer[ANSWER] = "";

  if (!isatty(STDIN_FILENO)) {
    return error_set(error, STATUS_USAGE, "nothing was deleted: nobody can be asked here; say so with --yes");
  }
  for (int i = 0; i < args->operand_count; i++) {
    fprintf(stderr, "%s\n", paths[i]);
  }
  fprintf(stderr, "Delete %s for ever? [y/N] ", args->operand_count == 1 ? "this take" : "these takes");
  if (fgets(answer, sizeof answer, stdin) == NULL || (answer[0] != 'y' && answer[0] != 'Y')) {
    return error_set(error, STATUS_INTERRUPTED, "nothing was deleted");
  }
  return STATUS_OK;
}

static enum status delete_all(const struct takes_args *args, bool yes, struct error *error)
{
  char(*paths)[DATAFILE_PATH_MAX] = calloc((size_t)args->operand_count, sizeof *paths);

  if (paths == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory");
  }
  enum status status = find_all(args, paths, error);
  if (status == STATUS_OK && !yes) {
    status = ask(args, paths, error);
  }
  for (int i = 0; i < args->operand_count && status == STATUS_OK; i++) {
    status = take_delete(paths[i], error); /* a name may be given twice */
  }
  free(paths);
  return status;
}

static int run_delete(int argc, char **argv)
{
  struct takes_args args;
  struct error error = {STATUS_OK, ""};
  bool yes = false;
  const struct option_spec flags[] = {
    {.name = "yes", .kind = OPTION_FLAG, .value = &yes, .help = "do not ask"}};
  struct option_set set = {.operand_min = 1, .operand_max = 100000, .operand_names = "TAKE is"};

  int done = takes_open(&args, &command_takes_delete, flags, 1, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    enum status status = delete_all(&args, yes, &error);
    done = status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_takes_delete, &error);
  }
  takes_close(&args);
  return done;
}

const struct command command_takes_delete = {
  .name = "takes delete",
  .usage = "TAKE... [options]",
  .summary = "delete takes",
  .notes =
    "Asks first, on a terminal. What was filled of a take goes with it; one that is being recorded stays.",
  .run = run_delete,
};

int takes_open(struct takes_args *args, const struct command *command, const struct option_spec *flags,
               int flag_count, struct option_set *set, int argc, char **argv)
{
  struct option_spec all[SETTINGS_COUNT], specs[TAKES_FLAGS_MAX + 1];
  struct error error = {STATUS_OK, ""};

  *args = (struct takes_args){.operands = NULL};
  settings_init(&args->settings, all);
  specs[0] = all[SETTINGS_TAKES];
  for (int i = 0; i < flag_count; i++) {
    specs[i + 1] = flags[i];
  }
  set->specs = specs;
  set->count = flag_count + 1;
  const int done = settings_parse(&args->settings, all, command, set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  enum status status = live_capture_folder(&args->settings, args->folder, &error);
  if (status == STATUS_OK) {
    status = take_folder_list(&args->takes, args->folder, &error);
  }
  args->operands = set->operands;
  args->operand_count = set->operand_count;
  return status == STATUS_OK ? done : command_fail(command, &error);
}

void takes_close(struct takes_args *args)
{
  take_list_free(&args->takes);
  settings_free(&args->settings);
}

enum status takes_load(const struct takes_args *args, const char *wanted, char path[DATAFILE_PATH_MAX],
                       uint8_t **data, size_t *size, struct journal_summary *summary, struct error *error)
{
  *data = NULL;
  enum status status = take_folder_find(&args->takes, args->folder, wanted, path, error);
  if (status == STATUS_OK) {
    status = take_load(path, data, size, error);
  }
  if (status == STATUS_OK) {
    status = journal_summarise(summary, *data, *size, path, error);
  }
  if (status != STATUS_OK) {
    free(*data);
    *data = NULL;
  }
  return status;
}

static const struct command *const parts[] = {&command_takes_list, &command_takes_show, &command_takes_export,
                                              &command_takes_delete, NULL};

static int run_takes(int argc, char **argv)
{
  return command_want_part(&command_takes, argc, argv);
}

const struct command command_takes = {
  .name = "takes",
  .usage = "list|show|export|delete [options]",
  .summary = "list, look at, export or delete what live captured",
  .notes = "list            all takes, the oldest first\n"
           "show TAKE       one take, with what was removed of it\n"
           "export TAKE OUT.mid\n"
           "                as a MIDI file\n"
           "delete TAKE...  for ever\n\n"
           "TAKE is the take's name or as much of it as no other has, 'last', or the path of a .take file.\n"
           "emend takes list --help and so on tell about each.",
  .run = run_takes,
  .parts = parts,
};
