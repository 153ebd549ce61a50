#include "cmd_search.h"

#include <stdlib.h>

#include "report.h"
#include "search_table.h"

static int run_table(int argc, char **argv)
{
  bool json = false;
  const struct option_spec specs[] = {
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "as one JSON object"},
  };
  struct option_set set = {.specs = specs,
                           .count = sizeof specs / sizeof specs[0],
                           .operand_min = 1,
                           .operand_max = 1,
                           .operand_names = "the search's folder is"};
  struct error error = {STATUS_OK, ""};
  struct search_table table;

  int done = command_parse(&command_search_table, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  enum status status = search_table_read(&table, set.operands[0], &error);
  if (status == STATUS_OK && json) {
    status = report_json(search_table_json(&table), "-", &error);
  } else if (status == STATUS_OK) {
    search_table_print(&table);
  }
  search_table_free(&table);
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_search_table, &error);
}

const struct command command_search_table = {
  .name = "search table",
  .usage = "DIR [--json]",
  .summary = "rank the finished trials of a search, the best first",
  .notes =
    "The number is nats a frame of the validation split, which also chose when to stop; what kind of number\n"
    "it is stands above it. Trials that failed, are unfinished or cannot be read are named below.",
  .run = run_table,
};
