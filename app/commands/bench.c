/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "commands.h"
#include "deviations_plot.h"
#include "figure3.h"
#include "json_out.h"
#include "outfile.h"
#include "paths.h"
#include "progress.h"
#include "stop.h"
#include "table1.h"
#include "train_data.h"

/* The parts of `emend bench`. */

extern const struct command command_bench_table1, command_bench_figure3a, command_bench_figure3b,
  command_bench_deviations;

struct deviations_flags {
  const char *model, *data, *split, *out;
  int sequence;
  bool json;
};

static json_t *latents_json(const struct deviations *found)
{
  json_t *list = json_array();

  for (int j = 0; j < found->latents; j++) {
    json_t *s = json_array();
    for (int t = 0; t < found->frames; t++) {
      json_array_append_new(s, json_real((double)found->s[(size_t)t * (size_t)found->latents + (size_t)j]));
    }
    json_t *latent = json_pack("{s:f, s:f, s:o}", "correlation", deviations_correlation(found, j), "energy",
                               deviations_energy(found, j), "s", s);
    if (found->diagonal) {
      json_object_set_new(latent, "left_out", json_real(deviations_left_out(found, j)));
    }
    json_array_append_new(list, latent);
  }
  return list;
}

static void print_latents(const struct deviations_flags *flags, const struct deviations *found)
{
  double sum = 0;

  printf("%s, sequence %d of %s: %d frames\n", flags->model, flags->sequence, flags->split, found->frames);
  printf("%6s %28s %24s %18s\n", "latent", "correlation of s_t and s_t-1", "mean of s_t^2 + s_t-1^2",
         found->diagonal ? "surrogate lacks" : "");
  for (int j = 0; j < found->latents; j++) {
    printf("%6d %28.3f %24.3f", j, deviations_correlation(found, j), deviations_energy(found, j));
    printf(found->diagonal ? " %18.3f\n" : "\n", deviations_left_out(found, j));
    sum += deviations_left_out(found, j);
  }
  if (found->diagonal) {
    printf("The surrogate is %.3f nats a frame below the divergence here.\n", sum);
  }
}

static enum status tell(const struct deviations_flags *flags, const struct deviations *found,
                        struct error *error)
{
  enum status status = STATUS_OK;

  if (flags->out != NULL) {
    status = deviations_draw(found, flags->out, error);
  }
  if (status == STATUS_OK && flags->json) {
    return json_out(json_pack("{s:o, s:o, s:i, s:i, s:o}", "model", json_text(flags->model), "split",
                              json_text(flags->split), "sequence", flags->sequence, "frames", found->frames,
                              "latents", latents_json(found)),
                    "-", error);
  }
  if (status == STATUS_OK) {
    print_latents(flags, found);
  }
  return status;
}

static enum status find(const struct deviations_flags *flags, const struct model *model, struct dataset *data,
                        struct error *error)
{
  struct deviations found;

  enum status status = dataset_frames(data, &model->config.frame, error);
  if (status != STATUS_OK) {
    return status;
  }
  if ((size_t)flags->sequence >= data->count) {
    return error_set(error, STATUS_USAGE, "--sequence must be from 0 to %zu on this data", data->count - 1);
  }
  status = deviations_find(&found, model, &data->sequences[flags->sequence], error);
  if (status == STATUS_OK) {
    status = tell(flags, &found, error);
    free(found.s);
  }
  return status;
}

static enum status run_deviations_flags(const struct deviations_flags *flags, struct error *error)
{
  struct model *model;
  struct dataset data;

  if (flags->data == NULL) {
    return error_set(error, STATUS_USAGE, "--data is missing; see emend bench deviations --help");
  }
  enum status status = outfile_check(flags->out, error);
  if (status == STATUS_OK) {
    status = model_load(&model, flags->model, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = dataset_load(&data, flags->data, flags->split, error);
  if (status == STATUS_OK) {
    data_warn(&command_bench_deviations, &data);
    status = find(flags, model, &data, error);
    dataset_free(&data);
  }
  model_free(model);
  return status;
}

static int run_deviations(int argc, char **argv)
{
  struct deviations_flags flags = {.split = "valid"};
  const struct option_spec specs[] = {
    {.name = "data",
     .kind = OPTION_TEXT,
     .value = &flags.data,
     .argument = "PATH",
     .help = "rolls (JSON), a MIDI file or a folder of them"},
    {.name = "split",
     .kind = OPTION_TEXT,
     .value = &flags.split,
     .argument = "NAME",
     .help = "the split (valid)"},
    {.name = "sequence",
     .kind = OPTION_INTEGER,
     .value = &flags.sequence,
     .argument = "N",
     .help = "which of the split's, from 0 (0)",
     .low = 0,
     .high = 1e9},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .value = &flags.out,
     .argument = "FILE",
     .help = "draw those that change most, as .svg or .png"},
    {.name = "json", .kind = OPTION_FLAG, .value = &flags.json, .help = "print all as one JSON object"},
  };
  struct option_set set = {.specs = specs,
                           .count = sizeof specs / sizeof specs[0],
                           .operand_min = 1,
                           .operand_max = 1,
                           .operand_names = "MODEL is"};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_bench_deviations, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  flags.model = set.operands[0];
  return run_deviations_flags(&flags, &error) == STATUS_OK ? EXIT_SUCCESS
                                                           : command_fail(&command_bench_deviations, &error);
}

const struct command command_bench_deviations = {
  .name = "bench deviations",
  .usage = "MODEL --data PATH [options]",
  .summary = "how sure a model is of its latents, frame by frame",
  .notes =
    "s_t is the standard deviation of q(z_t | x). Trained by the loss of 2014, the squares of two neighbours\n"
    "add up to about 1, and s_t may alternate between high and low: correlation -1. For a diagonal posterior\n"
    "the last column is by how many nats a frame that loss is below the divergence.",
  .run = run_deviations,
};

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
                      uint64_t seed, const struct eval_watch *watch, struct error *error);
};

static const struct figure_kind denoise = {&command_bench_figure3a,
                                           "presets/bench/nottingham-vosp-surrogate.safetensors", NET_VOSP,
                                           "emend bench figure3a", figure3_denoise};
static const struct figure_kind impute = {&command_bench_figure3b, "presets/bench/nottingham-vrae.safetensors",
                                          NET_VRAE, "emend bench figure3b", figure3_impute};

static bool show_share(void *user, double share)
{
  progress_show(user, share, -1, "");
  return !stop_requested();
}

static enum status draw(const struct figure_kind *kind, const struct figure_flags *flags,
                        const struct model *model, const struct dataset *data, struct error *error)
{
  struct figure3 figure;
  struct progress progress;
  const struct eval_watch watch = {show_share, &progress};

  stop_catch();
  progress_begin(&progress, "bench");
  enum status status = kind->make(&figure, model, data, flags->seed, &watch, error);
  progress_end(&progress);
  if (status == STATUS_OK) {
    status = panels_draw(&figure.panels, flags->out, error);
  }
  for (int i = 0; status == STATUS_OK && i < FIGURE3_SEQUENCES && figure.parts[i].sequence != NULL; i++) {
    printf("sequence %td of %s: F1 of cells %.3f before, %.3f after\n",
           figure.parts[i].sequence - data->sequences, flags->split, score_f1(&figure.parts[i].before),
           score_f1(&figure.parts[i].after));
  }
  if (status == STATUS_OK) {
    printf("In the middle, by F1, of %d sequences drawn at random.\n", figure.tried);
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

static enum status run_figure3_flags(const struct figure_kind *kind, const struct figure_flags *flags,
                                     struct error *error)
{
  char path[DATAFILE_PATH_MAX];

  if (flags->data == NULL || flags->out == NULL) {
    return error_set(error, STATUS_USAGE, "%s is missing; see %s --help",
                     flags->data == NULL ? "--data" : "-o FILE", kind->who);
  }
  enum status status = outfile_check(flags->out, error);
  if (status == STATUS_OK && flags->model == NULL) {
    status = datafile_find(kind->model, path, NULL);
    if (status != STATUS_OK) {
      (void)error_set(error, status,
                      "%s is not installed: it comes with emend's source code only; name a model by --model",
                      kind->model);
    }
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
  return run_figure3_flags(kind, &flags, &error) == STATUS_OK ? EXIT_SUCCESS
                                                              : command_fail(kind->command, &error);
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
    "the mode of z, then the mode of x. A model with a gate shows that too. The two are those in the middle, "
    "by\n"
    "F1, of 15 drawn at random.",
  .run = run_figure3a,
};

const struct command command_bench_figure3b = {
  .name = "bench figure3b",
  .usage = "--data nottingham.json -o FILE.svg|FILE.png [options]",
  .summary = "draw a sequence, a gap in it, what fills it, and the errors",
  .notes =
    "8 frames are removed. The VRAE fills them by the paper's procedure, from random values; a filler does it\n"
    "in its own way. The sequence is the one in the middle, by F1 in the gap, of 15 drawn at random.",
  .run = run_figure3b,
};

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

static enum status run_table1_flags(const struct table1_flags *flags, struct error *error)
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
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the table");
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
  return run_table1_flags(&flags, &error) == STATUS_OK ? EXIT_SUCCESS
                                                       : command_fail(&command_bench_table1, &error);
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
