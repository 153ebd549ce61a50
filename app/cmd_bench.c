#include "cmd_bench.h"

#include <stdio.h>
#include <string.h>

static const struct command *const parts[] = {&command_bench_table1, NULL};

static int run_bench(int argc, char **argv)
{
  for (size_t i = 0; argc >= 2 && parts[i] != NULL; i++) {
    if (strcmp(argv[1], strchr(parts[i]->name, ' ') + 1) == 0) {
      return parts[i]->run(argc - 1, argv + 1);
    }
  }
  if (argc >= 2 && argv[1][0] != '-') {
    fprintf(stderr, "emend bench: there is no 'bench %s'; see emend bench --help\n", argv[1]);
    return EXIT_USAGE;
  }
  struct option_set set = {.operand_min = 1, .operand_max = 1, .operand_names = "table1 is"};
  return command_parse(&command_bench, &set, argc, argv);
}

const struct command command_bench = {
  .name = "bench",
  .usage = "table1 [options]",
  .summary = "print the paper's tables with emend's models",
  .notes = "table1        likelihoods of every system on the four benchmarks\n\n"
           "emend bench table1 --help and so on tell about each.",
  .run = run_bench,
  .parts = parts,
};
