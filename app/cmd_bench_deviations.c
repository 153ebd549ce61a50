#include <stdlib.h>

#include "cmd_bench.h"
#include "data.h"
#include "deviations_plot.h"
#include "outfile.h"
#include "report.h"

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
    return report_json(json_pack("{s:o, s:o, s:i, s:i, s:o}", "model", report_text(flags->model), "split",
                                 report_text(flags->split), "sequence", flags->sequence, "frames",
                                 found->frames, "latents", latents_json(found)),
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

static enum status run_flags(const struct deviations_flags *flags, struct error *error)
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
  return run_flags(&flags, &error) == STATUS_OK ? EXIT_SUCCESS
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
