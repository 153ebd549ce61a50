#include <stdlib.h>

#include "cmd_bench.h"
#include "datafile.h"
#include "figure3.h"
#include "outfile.h"

struct figure_flags {
  const char *data, *split, *model, *out;
  uint64_t seed;
};

/* What makes one of the two figures. */
struct figure_kind {
  const struct command *command;
  const char *model; /* where none is named */
  enum net_kind kind;
  const char *who;
  enum status (*make)(struct figure3 *figure, const struct model *model, const struct dataset *data,
                      uint64_t seed, struct error *error);
};

static const struct figure_kind denoise = {&command_bench_figure3a,
                                           "presets/bench/nottingham-vosp-surrogate.safetensors", NET_VOSP,
                                           "emend bench figure3a", figure3_denoise};
static const struct figure_kind impute = {&command_bench_figure3b, "presets/bench/nottingham-vrae.safetensors",
                                          NET_VRAE, "emend bench figure3b", figure3_impute};

static enum status draw(const struct figure_kind *kind, const struct figure_flags *flags,
                        const struct model *model, const struct dataset *data, struct error *error)
{
  struct figure3 figure;

  enum status status = kind->make(&figure, model, data, flags->seed, error);
  if (status == STATUS_OK) {
    status = panels_draw(&figure.panels, flags->out, error);
  }
  for (int i = 0; status == STATUS_OK && i < FIGURE3_SEQUENCES && figure.parts[i].sequence != NULL; i++) {
    printf("sequence %td of %s: F1 of cells %.3f before, %.3f after\n",
           figure.parts[i].sequence - data->sequences, flags->split, score_f1(&figure.parts[i].before),
           score_f1(&figure.parts[i].after));
  }
  figure3_free(&figure);
  return status;
}

static enum status load_and_draw(const struct figure_kind *kind, const struct figure_flags *flags,
                                 const char *path, struct error *error)
{
  struct model *model;
  struct dataset data;

  enum status status = model_load(&model, path, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = model_need_kind(model, kind->kind, path, kind->who, error);
  if (status == STATUS_OK) {
    status = dataset_load(&data, flags->data, flags->split, error);
  }
  if (status == STATUS_OK) {
    status = data.rolls
               ? dataset_frames(&data, &model->config.frame, error)
               : error_set(error, STATUS_UNSUPPORTED, "%.300s: the figure is of rolls (JSON)", flags->data);
    if (status == STATUS_OK) {
      status = draw(kind, flags, model, &data, error);
    }
    dataset_free(&data);
  }
  model_free(model);
  return status;
}

static enum status run_flags(const struct figure_kind *kind, const struct figure_flags *flags,
                             struct error *error)
{
  char path[DATAFILE_PATH_MAX];

  if (flags->data == NULL || flags->out == NULL) {
    return error_set(error, STATUS_USAGE, "%s is missing; see %s --help",
                     flags->data == NULL ? "--data" : "-o FILE", kind->who);
  }
  enum status status = outfile_check(flags->out, error);
  if (status == STATUS_OK && flags->model == NULL) {
    status = datafile_find(kind->model, path, error);
  }
  return status == STATUS_OK ? load_and_draw(kind, flags, flags->model != NULL ? flags->model : path, error)
                             : status;
}

static int run_figure(const struct figure_kind *kind, int argc, char **argv)
{
  struct figure_flags flags = {.split = "valid", .seed = 1};
  const struct option_spec specs[] = {
    {.name = "data",
     .kind = OPTION_TEXT,
     .value = &flags.data,
     .argument = "FILE",
     .help = "rolls (JSON), such as nottingham.json"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .value = &flags.out,
     .argument = "FILE",
     .help = "the picture, .svg or .png"},
    {.name = "split",
     .kind = OPTION_TEXT,
     .value = &flags.split,
     .argument = "NAME",
     .help = "the split (valid)"},
    {.name = "model",
     .kind = OPTION_TEXT,
     .value = &flags.model,
     .argument = "MODEL",
     .help = "another than Nottingham's in presets/bench"},
    {.name = "seed",
     .kind = OPTION_SEED,
     .value = &flags.seed,
     .argument = "N",
     .help = "of the sequences and the damage (1)"},
  };
  struct option_set set = {.specs = specs, .count = sizeof specs / sizeof specs[0]};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(kind->command, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  return run_flags(kind, &flags, &error) == STATUS_OK ? EXIT_SUCCESS : command_fail(kind->command, &error);
}

static int run_figure3a(int argc, char **argv)
{
  return run_figure(&denoise, argc, argv);
}

static int run_figure3b(int argc, char **argv)
{
  return run_figure(&impute, argc, argv);
}

const struct command command_bench_figure3a = {
  .name = "bench figure3a",
  .usage = "--data nottingham.json -o FILE.svg|FILE.png [options]",
  .summary = "draw two sequences clean, noisy and denoised",
  .notes =
    "Every off cell is turned on with probability 0.05. The VOSP cleans frame by frame, by the paper's rule:\n"
    "the mode of z, then the mode of x. A model with a gate shows that too.",
  .run = run_figure3a,
};

const struct command command_bench_figure3b = {
  .name = "bench figure3b",
  .usage = "--data nottingham.json -o FILE.svg|FILE.png [options]",
  .summary = "draw a sequence, a gap in it, what fills it, and the errors",
  .notes =
    "8 frames are removed. The VRAE fills them by the paper's procedure, from random values; a filler does it\n"
    "in its own way.",
  .run = run_figure3b,
};
