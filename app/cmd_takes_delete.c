#include <stdlib.h>
#include <unistd.h>

#include "cmd_takes.h"
#include "take_file.h"

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
    return error_set(error, STATUS_NO_MEMORY, "no memory");
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
