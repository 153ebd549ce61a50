/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "file_faults.h"
#include "fill_source.h"
#include "outfile.h"
#include "roll_plot.h"
#include "smf_file.h"

enum { SECONDS_MAX = 24 * 3600 };

struct plot_flags {
  char **paths;
  int count;
  const char *out, *report;
  double from, to; /* seconds; to 0: the end */
  bool strict;
};

static enum status load_notes(const struct plot_flags *flags, const char *path, struct smf *smf,
                              struct note_list *notes, struct error *error)
{
  enum status status = smf_file_read(smf, path, error);

  if (status == STATUS_OK) {
    status = file_faults_tell(smf, path, flags->strict, command_plot.name, error);
  }
  return status == STATUS_OK ? smf_notes(smf, notes, error) : status;
}

/* What a filled file was before. */
static enum status leave_out_track(const struct note_list *all, int track, struct note_list *notes,
                                   struct error *error)
{
  enum status status = STATUS_OK;

  for (size_t i = 0; i < all->count && status == STATUS_OK; i++) {
    if (all->notes[i].track != track) {
      status = note_list_add(notes, all->notes[i]);
    }
  }
  return status == STATUS_OK ? status
                             : error_set(error, status, "out of memory: cannot compare %zu notes", all->count);
}

/* The notes of the last file, against those of the first one or those that were played before it was filled. */
static enum status compare(const struct plot_flags *flags, const struct smf *smf, const struct note_list *after,
                           struct roll *roll, struct error *error)
{
  struct note_list before = {NULL, 0, 0};
  struct smf first = {.pool = NULL};
  int track = marks_fill_track(smf);
  enum status status = STATUS_OK;

  if (flags->count > 1) {
    status = load_notes(flags, flags->paths[0], &first, &before, error);
  } else if (track >= 0) {
    status = leave_out_track(after, track, &before, error);
  }
  if (status == STATUS_OK) {
    bool compares = flags->count > 1 || track >= 0;
    status = roll_compare(compares ? &before : after, compares ? after : NULL, roll, error);
  }
  smf_free(&first);
  note_list_free(&before);
  return status;
}

static enum status check(const struct plot_flags *flags, struct error *error)
{
  int standard = flags->report != NULL && strcmp(flags->report, "-") == 0;

  for (int i = 0; i < flags->count; i++) {
    standard += strcmp(flags->paths[i], "-") == 0;
  }
  return standard < 2 ? outfile_check(flags->out, error)
                      : error_set(error, STATUS_USAGE, "only one file can be '-', standard input");
}

static enum status plot(const struct plot_flags *flags, struct error *error)
{
  const char *last = flags->paths[flags->count - 1];
  struct note_list notes = {NULL, 0, 0};
  struct smf smf = {.pool = NULL};
  struct roll roll = {.notes = NULL};

  enum status status = check(flags, error);
  if (status == STATUS_OK) {
    status = load_notes(flags, last, &smf, &notes, error);
  }
  if (status == STATUS_OK) {
    status = compare(flags, &smf, &notes, &roll, error);
  }
  if (status == STATUS_OK && roll.count == 0) {
    status = error_set(error, STATUS_FORMAT, "%.300s: there are no notes to draw", flags->paths[0]);
  }
  if (status == STATUS_OK) {
    status = flags->report != NULL ? roll_gaps_from_report(&roll, flags->report, error)
                                   : roll_gaps_from_markers(&roll, &smf, error);
  }
  if (status == STATUS_OK) {
    roll.from = (nanos)(flags->from * (double)NANOS_PER_SECOND);
    roll.to = flags->to > 0 ? (nanos)(flags->to * (double)NANOS_PER_SECOND) : ROLL_END;
    status = roll_draw(&roll, flags->out, error);
  }
  free(roll.notes);
  free(roll.gaps);
  note_list_free(&notes);
  smf_free(&smf);
  return status;
}

static int run_plot(int argc, char **argv)
{
  struct plot_flags flags = {.out = NULL};
  const struct option_spec specs[] = {
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .value = &flags.out,
     .argument = "FILE",
     .help = "the picture, .svg or .png; '-' for SVG on standard output"},
    {.name = "report",
     .kind = OPTION_TEXT,
     .value = &flags.report,
     .argument = "FILE",
     .help = "shade the gaps of this report of emend fill"},
    {.name = "from",
     .kind = OPTION_NUMBER,
     .value = &flags.from,
     .argument = "SECONDS",
     .help = "draw from here on",
     .low = 0,
     .high = SECONDS_MAX},
    {.name = "to",
     .kind = OPTION_NUMBER,
     .value = &flags.to,
     .argument = "SECONDS",
     .help = "draw up to here",
     .low = 0,
     .high = SECONDS_MAX},
    file_faults_option(&flags.strict),
  };
  struct option_set set = {.specs = specs,
                           .count = sizeof specs / sizeof specs[0],
                           .operand_min = 1,
                           .operand_max = 2,
                           .operand_names = "A.mid is"};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_plot, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  flags.paths = set.operands;
  flags.count = set.operand_count;
  enum status status = STATUS_OK;
  if (flags.out == NULL) {
    status = error_set(&error, STATUS_USAGE, "-o FILE is missing; see emend plot --help");
  } else if (flags.to > 0 && flags.to <= flags.from) {
    status = error_set(&error, STATUS_USAGE, "--to %g is not after --from %g", flags.to, flags.from);
  } else {
    status = plot(&flags, &error);
  }
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_plot, &error);
}

const struct command command_plot = {
  .name = "plot",
  .usage = "A.mid [B.mid] -o FILE.svg|FILE.png [options]",
  .summary = "draw a piano roll, or what changed from one take to another",
  .notes =
    "With two files: notes of both (kept), of A alone (removed) and of B alone (added). Of one that emend\n"
    "fill made: notes that were played (kept) and added. Gaps that its markers or --report tell are shaded.",
  .run = run_plot,
};
