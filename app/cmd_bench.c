#include "cmd_bench.h"

static const struct command *const parts[] = {&command_bench_table1, &command_bench_figure3a,
                                              &command_bench_figure3b, &command_bench_deviations, NULL};

static int run_bench(int argc, char **argv)
{
  return command_want_part(&command_bench, argc, argv);
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
