#include "cmd_takes.h"

#include <stdlib.h>

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
