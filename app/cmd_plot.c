#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "outfile.h"
#include "roll_plot.h"
#include "smf_file.h"

static enum status load_notes(const char *path, struct note_list *notes, struct error *error)
{
  struct smf smf;

  enum status status = smf_file_read(&smf, path, error);
  if (status == STATUS_OK) {
    status = smf_notes(&smf, notes, error);
    smf_free(&smf);
  }
  return status;
}

static enum status plot(char **paths, int count, const char *out, struct error *error)
{
  struct note_list before = {NULL, 0, 0}, after = {NULL, 0, 0};
  struct roll roll = {NULL, 0, false};

  enum status status = outfile_check(out, error);
  if (status == STATUS_OK) {
    status = load_notes(paths[0], &before, error);
  }
  if (status == STATUS_OK && count > 1) {
    status = load_notes(paths[1], &after, error);
  }
  if (status == STATUS_OK) {
    status = roll_compare(&before, count > 1 ? &after : NULL, &roll, error);
  }
  if (status == STATUS_OK && roll.count == 0) {
    status = error_set(error, STATUS_FORMAT, "%.300s: there are no notes to draw", paths[0]);
  }
  if (status == STATUS_OK) {
    status = roll_draw(&roll, out, error);
  }
  free(roll.notes);
  note_list_free(&before);
  note_list_free(&after);
  return status;
}

static int run_plot(int argc, char **argv)
{
  const char *out = NULL;
  const struct option_spec specs[] = {{.name = "output",
                                       .letter = 'o',
                                       .kind = OPTION_TEXT,
                                       .value = &out,
                                       .argument = "FILE",
                                       .help = "the picture, .svg or .png"}};
  struct option_set set = {
    .specs = specs, .count = 1, .operand_min = 1, .operand_max = 2, .operand_names = "A.mid is"};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_plot, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  enum status status = out != NULL
                         ? plot(set.operands, set.operand_count, out, &error)
                         : error_set(&error, STATUS_USAGE, "-o FILE is missing; see emend plot --help");
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_plot, &error);
}

const struct command command_plot = {
  .name = "plot",
  .usage = "A.mid [B.mid] -o FILE.svg|FILE.png",
  .summary = "draw a piano roll, or what changed from one take to another",
  .notes = "With two files: notes of both (kept), of A alone (removed) and of B alone (added).",
  .run = run_plot,
};
