/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "file.h"
#include "file_faults.h"
#include "fill_job.h"
#include "fill_report.h"
#include "outfile.h"
#include "progress.h"
#include "rt_thread.h"
#include "settings.h"
#include "stop.h"

enum { FLAGS = 10 };

struct fill_flags {
  struct settings settings; /* the preset, which emend.conf may name */
  const char *in, *out, *report, *model;
  struct option_list gap_texts;
  struct gap_text gaps[OPTION_LIST_MAX];
  bool automatic, markers, strength_given, strict;
  double strength;
  int variants;
  uint64_t seed;
  struct preset preset;
  char *paths[FILL_VARIANTS_MAX]; /* of the files to write; owned */
};

/* --- What the user asks for --- */

static void list_options(struct fill_flags *flags, const struct option_spec *preset,
                         struct option_spec specs[FLAGS])
{
  const struct option_spec all[FLAGS] = {
    *preset,
    {.name = "model",
     .kind = OPTION_TEXT,
     .value = &flags->model,
     .argument = "FILE",
     .help = "a filler, in place of the preset's"},
    {.name = "gap",
     .kind = OPTION_LIST,
     .value = &flags->gap_texts,
     .argument = "START:END",
     .help = "fill this gap, in seconds or bars:beats; may be given again"},
    {.name = "auto",
     .kind = OPTION_FLAG,
     .value = &flags->automatic,
     .help = "find what is missing (so without --gap)"},
    {.name = "strength",
     .kind = OPTION_NUMBER,
     .value = &flags->strength,
     .argument = "S",
     .help = "how much to add, 0 to 1 (the preset's)",
     .low = 0,
     .high = 1,
     .given = &flags->strength_given},
    {.name = "report",
     .kind = OPTION_TEXT,
     .value = &flags->report,
     .argument = "FILE",
     .help = "write what was added as JSON, '-' for standard output"},
    {.name = "markers",
     .kind = OPTION_FLAG,
     .value = &flags->markers,
     .help = "add a track of markers at gaps and added notes"},
    {.name = "variants",
     .kind = OPTION_INTEGER,
     .value = &flags->variants,
     .argument = "N",
     .help = "write N fillings drawn by chance, OUT-1.mid to OUT-N.mid",
     .low = 1,
     .high = FILL_VARIANTS_MAX},
    {.name = "seed",
     .kind = OPTION_SEED,
     .value = &flags->seed,
     .argument = "N",
     .help = "of the variants (1)"},
    file_faults_option(&flags->strict),
  };
  memcpy(specs, all, sizeof all);
}

static int read_flags(struct fill_flags *flags, int argc, char **argv)
{
  struct option_spec all[SETTINGS_COUNT], specs[FLAGS];
  struct option_set set = {.specs = specs,
                           .count = FLAGS,
                           .operand_min = 2,
                           .operand_max = 2,
                           .operand_names = "IN.mid and OUT.mid are"};
  flags->seed = 1;
  settings_init(&flags->settings, all);
  list_options(flags, &all[SETTINGS_PRESET], specs);
  const int done = settings_parse(&flags->settings, all, &command_fill, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    flags->in = set.operands[0];
    flags->out = set.operands[1];
  }
  return done;
}

/* OUT.mid, or OUT-`number`.mid. */
static char *name_output(const char *out, int number)
{
  const char *slash = strrchr(out, '/');
  const char *dot = strrchr(out, '.');
  size_t size = strlen(out) + 16;
  char *path = malloc(size);

  if (dot == NULL || dot == out || (slash != NULL && dot <= slash + 1)) {
    dot = out + strlen(out);
  }
  if (path != NULL && number == 0) {
    memcpy(path, out, strlen(out) + 1);
  } else if (path != NULL) {
    snprintf(path, size, "%.*s-%d%s", (int)(dot - out), out, number, dot);
  }
  return path;
}

static int output_count(const struct fill_flags *flags)
{
  return flags->variants > 0 ? flags->variants : 1;
}

static enum status check_outputs(struct fill_flags *flags, struct error *error)
{
  if (strcmp(flags->out, "-") == 0 && flags->variants > 0) {
    return error_set(error, STATUS_USAGE, "--variants writes several files; OUT.mid cannot be '-'");
  }
  enum status status =
    outfile_check_with_report(flags->in, flags->variants > 0 ? NULL : flags->out, flags->report, error);
  for (int i = 0; i < output_count(flags) && status == STATUS_OK; i++) {
    flags->paths[i] = name_output(flags->out, flags->variants > 0 ? i + 1 : 0);
    status = flags->paths[i] != NULL
               ? outfile_check(flags->paths[i], error)
               : error_set(error, STATUS_NO_MEMORY, "out of memory for the outputs' names");
    if (status == STATUS_OK && flags->variants > 0) {
      status = outfile_check_apart(flags->paths[i], flags->in, "IN.mid", error);
    }
    if (status == STATUS_OK) {
      status = outfile_check_apart(flags->report, flags->paths[i], "an output", error);
    }
  }
  return status;
}

static enum status find_preset(struct fill_flags *flags, struct error *error)
{
  struct preset *preset = &flags->preset;
  enum status status = STATUS_OK;

  if (flags->model != NULL) {
    *preset = (struct preset){.fill_strength = 0.5};
    snprintf(preset->filler_path, sizeof preset->filler_path, "%s", flags->model);
  } else {
    status = preset_load(preset, flags->settings.preset, error);
  }
  if (status == STATUS_OK && flags->model == NULL && access(preset->filler_path, R_OK) != 0) {
    status = error_set(error, STATUS_NOT_FOUND,
                       "preset '%s' has no filler (%.300s); choose another preset or give one with --model",
                       preset->name, preset->filler_path);
  }
  if (flags->strength_given) {
    preset->fill_strength = flags->strength;
  }
  return status;
}

static enum status check_flags(struct fill_flags *flags, struct error *error)
{
  enum status status = STATUS_OK;

  for (int i = 0; i < flags->gap_texts.count && status == STATUS_OK; i++) {
    status = gap_parse(&flags->gaps[i], flags->gap_texts.items[i], error);
  }
  if (status == STATUS_OK) {
    status = check_outputs(flags, error);
  }
  return status == STATUS_OK ? find_preset(flags, error) : status;
}

/* --- The work --- */

static bool tell(void *user, double share)
{
  progress_show(user, share, -1, "");
  return !stop_requested();
}

static enum status write_all(const struct fill_flags *flags, const struct fill_outcome *outcome,
                             struct error *error)
{
  enum status status = STATUS_OK;

  for (int i = 0; i < outcome->count && status == STATUS_OK; i++) {
    status = file_write(flags->paths[i], outcome->fillings[i].data, outcome->fillings[i].size, error);
  }
  return status;
}

static enum status tell_all(const struct fill_flags *flags, const struct fill_source *source,
                            const struct fill_outcome *outcome, struct error *error)
{
  const struct fill_report report = {.in = flags->in,
                                     .model = flags->preset.filler_path,
                                     .strength = flags->preset.fill_strength,
                                     .source = source,
                                     .gaps = &outcome->gaps,
                                     .fillings = outcome->fillings,
                                     .seeds = flags->variants > 0 ? outcome->seeds : NULL,
                                     .paths = flags->paths,
                                     .count = outcome->count};
  FILE *out = outfile_stream(flags->out, flags->report);

  for (int i = 0; i < outcome->count; i++) {
    int twin = fill_outcome_twin(outcome, i);
    fill_report_print(&report, i, out);
    if (twin >= 0) {
      fprintf(out, "%s: the same as %s; the model sees no other way.\n", flags->paths[i], flags->paths[twin]);
    }
  }
  return flags->report != NULL ? fill_report_write(&report, flags->report, error) : STATUS_OK;
}

static enum status fill_file(const struct fill_flags *flags, const struct model *model,
                             const struct fill_source *source, struct error *error)
{
  struct progress progress;
  const struct fill_order order = {.asked = flags->gaps,
                                   .asked_count = flags->gap_texts.count,
                                   .search = flags->automatic || flags->gap_texts.count == 0,
                                   .markers = flags->markers,
                                   .strength = flags->preset.fill_strength,
                                   .variants = flags->variants,
                                   .seed = flags->seed,
                                   .tell = tell,
                                   .user = &progress};
  struct fill_outcome *outcome = malloc(sizeof *outcome);

  if (outcome == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the filled takes");
  }
  stop_catch();
  progress_begin(&progress, "fill");
  enum status status = fill_job(model, source, &order, outcome, error);
  progress_end(&progress);
  if (status == STATUS_OK) {
    status = write_all(flags, outcome, error);
  }
  if (status == STATUS_OK) {
    status = tell_all(flags, source, outcome, error);
  }
  fill_outcome_free(outcome);
  free(outcome);
  return status;
}

static enum status fill(struct fill_flags *flags, struct error *error)
{
  struct model *model = NULL;
  struct fill_source source = {.data = NULL};

  enum status status = check_flags(flags, error);
  if (status == STATUS_OK) {
    status = fill_load(&model, flags->preset.filler_path, error);
  }
  if (status == STATUS_OK) {
    status = fill_source_open(&source, flags->in, model->config.frame.unit, error);
  }
  if (status == STATUS_OK) {
    status = file_faults_tell(&source.smf, flags->in, flags->strict, command_fill.name, error);
  }
  if (status == STATUS_OK) {
    status = fill_file(flags, model, &source, error);
  }
  fill_source_close(&source);
  model_free(model);
  return status;
}

static int run_fill(int argc, char **argv)
{
  struct error error = {STATUS_OK, ""};
  struct fill_flags *flags = calloc(1, sizeof *flags);

  if (flags == NULL) {
    error_set(&error, STATUS_NO_MEMORY, "out of memory");
    return command_fail(&command_fill, &error);
  }
  int done = read_flags(flags, argc, argv);
  if (done == COMMAND_GO_ON) {
    realtime_flush_denormals();
    done = fill(flags, &error) == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_fill, &error);
  }
  for (int i = 0; i < FILL_VARIANTS_MAX; i++) {
    free(flags->paths[i]);
  }
  settings_free(&flags->settings);
  free(flags);
  return done;
}

const struct command command_fill = {
  .name = "fill",
  .usage = "IN.mid OUT.mid [options]",
  .summary = "fill holes in a MIDI file and put back dropped notes",
  .notes =
    "A gap is named in seconds, --gap 12.5:14, or in bars and beats, --gap 5:1:6:3 (or 5:1-6:3): from bar 5,\n"
    "beat 1 up to where bar 6, beat 3 begins. Both count from 1, by the file's own time signatures. --auto\n"
    "looks for silences that do not belong there, for disconnections that a captured take tells of and, where "
    "the\n"
    "take seems to have lost more notes than whole ones ever do, for single notes and chords that were "
    "dropped;\n"
    "a higher --strength needs less of a sign. All that was played stays byte for byte; what is added comes in "
    "a\n"
    "track of its own. '-' stands for standard input or output.",
  .run = run_fill,
};
