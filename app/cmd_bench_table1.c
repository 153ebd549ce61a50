#include <stdlib.h>

#include "cmd_bench.h"
#include "progress.h"
#include "stop.h"
#include "table1.h"

struct table1_flags {
  struct table1_options options;
  bool json, markdown;
};

static bool show(void *user, const char *model, double share)
{
  progress_show(user, share, -1, model);
  return !stop_requested();
}

static void tell_left_out(const struct table1 *table)
{
  for (int i = 0; i < TABLE1_SETS; i++) {
    if (!table->sets[i].loaded) {
      fprintf(stderr, "emend bench table1: %s: left out\n", table->sets[i].wrong.text);
    }
  }
}

static enum status make_table(const struct table1_flags *flags, struct table1 *table, struct error *error)
{
  struct progress progress;

  enum status status = table1_load(table, &flags->options, error);
  if (status != STATUS_OK) {
    return status;
  }
  stop_catch();
  progress_begin(&progress, "bench");
  status = table1_run(table, &flags->options, show, &progress, error);
  progress_end(&progress);
  if (status == STATUS_OK) {
    tell_left_out(table);
    status = table1_print(table, &flags->options,
                          flags->json       ? TABLE1_JSON
                          : flags->markdown ? TABLE1_MARKDOWN
                                            : TABLE1_TEXT,
                          error);
  }
  return status;
}

static enum status run_flags(const struct table1_flags *flags, struct error *error)
{
  if (flags->options.data == NULL) {
    return error_set(
      error, STATUS_USAGE,
      "--data DIR is missing: the folder of piano.json, nottingham.json, jsb.json and muse.json, "
      "which do not come with emend; see emend bench table1 --help");
  }
  if (flags->json && flags->markdown) {
    return error_set(error, STATUS_USAGE, "--json and --markdown cannot both be");
  }
  struct table1 *table = malloc(sizeof *table);
  if (table == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the table");
  }
  enum status status = make_table(flags, table, error);
  table1_free(table);
  free(table);
  return status;
}

static int run_table1(int argc, char **argv)
{
  struct table1_flags flags = {.options = {.split = "valid", .particles = 8, .seed = 1}};
  const struct option_spec specs[] = {
    {.name = "data",
     .kind = OPTION_TEXT,
     .value = &flags.options.data,
     .argument = "DIR",
     .help = "the folder of piano.json, nottingham.json, jsb.json, muse.json: rolls"},
    {.name = "split",
     .kind = OPTION_TEXT,
     .value = &flags.options.split,
     .argument = "NAME",
     .help = "the split (valid)"},
    {.name = "models",
     .kind = OPTION_TEXT,
     .value = &flags.options.models,
     .argument = "DIR",
     .help = "the folder of the models (presets/bench)"},
    {.name = "particles",
     .kind = OPTION_INTEGER,
     .value = &flags.options.particles,
     .argument = "N",
     .help = "of the importance estimates; 0: none (8)",
     .low = 0,
     .high = 10000},
    {.name = "seed",
     .kind = OPTION_SEED,
     .value = &flags.options.seed,
     .argument = "N",
     .help = "of the draws (1)"},
    {.name = "json", .kind = OPTION_FLAG, .value = &flags.json, .help = "print a JSON array"},
    {.name = "markdown", .kind = OPTION_FLAG, .value = &flags.markdown, .help = "print a Markdown table"},
  };
  struct option_set set = {.specs = specs, .count = sizeof specs / sizeof specs[0]};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_bench_table1, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  return run_flags(&flags, &error) == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_bench_table1, &error);
}

const struct command command_bench_table1 = {
  .name = "bench table1",
  .usage = "--data DIR [options]",
  .summary = "likelihoods of every system on the four benchmarks",
  .notes =
    "Models are files DATA-SYSTEM.safetensors: vrae, vosp, fd, rnn, nade, deep, tied, tied-vosp, tied-vrae;\n"
    "vrae-surrogate and vosp-surrogate were trained by the paper's own loss. What is not there is a dash.",
  .run = run_table1,
};
