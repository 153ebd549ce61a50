#include <inttypes.h>
#include <stdlib.h>

#include "cmd_takes.h"
#include "report.h"

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

static enum status print_json(const struct takes_args *args, struct error *error)
{
  json_t *list = json_array();

  for (size_t i = 0; i < args->takes.count; i++) {
    char path[DATAFILE_PATH_MAX];
    struct journal_summary summary;
    struct error wrong;
    json_array_append_new(list, read_take(args, i, path, &summary, &wrong) == STATUS_OK
                                  ? takes_json(&summary, path, args->takes.list[i].size)
                                  : json_pack("{s:o, s:o}", "name", report_text(args->takes.list[i].name),
                                              "error", report_text(wrong.text)));
  }
  return report_json(json_pack("{s:o, s:I, s:o}", "folder", report_text(args->folder), "bytes",
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
    } else if (print_json(&args, &error) != STATUS_OK) {
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
