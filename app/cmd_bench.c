#include "cmd_bench.h"

#include <stdio.h>
#include <string.h>

static const struct command *const parts[] = {&command_bench_table1, &command_bench_figure3a,
                                              &command_bench_figure3b, &command_bench_deviations, NULL};

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
  struct option_set set = {
    .operand_min = 1, .operand_max = 1, .operand_names = "table1, figure3a, figure3b or deviations is"};
  return command_parse(&command_bench, &set, argc, argv);
}

const struct command command_bench = {
  .name = "bench",
  .usage = "table1|figure3a|figure3b|deviations [options]",
  .summary = "the paper's table and figures, with emend's models",
  .notes = "table1        likelihoods of every system on the four benchmarks\n"
           "figure3a      two sequences clean, noisy and denoised\n"
           "figure3b      a sequence, a gap in it, what fills it, and the errors\n"
           "deviations    how sure a model is of its latents, frame by frame\n\n"
           "emend bench table1 --help and so on tell about each.",
  .run = run_bench,
  .parts = parts,
};
