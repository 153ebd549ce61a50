#include <stdlib.h>

#include "cmd_takes.h"
#include "outfile.h"
#include "smf_file.h"

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
