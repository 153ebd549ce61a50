/* SPDX-License-Identifier: MIT */
/* The benchmark:  emend_bench [--quick] [--json] [--load N] [--help] [PRESET-FOLDER...]
 * Without folders: every folder of presets/. A Markdown report, or one JSON object. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench_file.h"
#include "bench_machine.h"
#include "bench_pressure.h"
#include "bench_report.h"
#include "bench_train.h"
#include "blas_core.h"
#include "parallel.h"
#include "rng.h"

struct options {
  bool quick; /* little of everything, on made-up models: does it run at all? */
  bool json;
  bool help;
  int load;
};

static const struct {
  const char *name;
  struct net_config config;
} train_cases[BENCH_TRAIN_CASES] = {
  {"VOSP 200/32, tanh, ordinary dropout",
   {.frame = {FRAME_BEATS, 0.25, 1},
    .cell = CELL_TANH,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 200,
    .latent = 32,
    .generator = 200}},
  {"VOSP 200/32, fast dropout",
   {.frame = {FRAME_BEATS, 0.25, 1},
    .cell = CELL_FD,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 200,
    .latent = 32,
    .generator = 200}},
};

/* Nets of random weights, to see what a step of them costs. */
static const struct {
  const char *name;
  struct net_config config;
} made_up[] = {
  {"GRU 200/32, not tied, random",
   {.frame = {FRAME_MILLISECONDS, 60, 2},
    .cell = CELL_GRU,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 200,
    .latent = 32,
    .generator = 200,
    .gate = 32,
    .layers = 1}},
  {"tanh 200/32, not tied, random",
   {.frame = {FRAME_MILLISECONDS, 60, 1},
    .cell = CELL_TANH,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 200,
    .latent = 32,
    .generator = 200,
    .gate = 32,
    .layers = 1}},
  {"GRU 32/4, tied, random",
   {.frame = {FRAME_MILLISECONDS, 60, 2},
    .tie = TIE_PITCH,
    .cell = CELL_GRU,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 32,
    .latent = 4,
    .generator = 32,
    .gate = 16,
    .layers = 1}},
};

static enum status measure_row(struct bench_report *report, const char *name, const struct model *model,
                               int channels, int notes, struct error *error)
{
  if (report->row_count == BENCH_ROWS_MAX) {
    return error_set(error, STATUS_FULL, "%s: more than %d models at once", name, BENCH_ROWS_MAX);
  }
  struct bench_row *row = &report->rows[report->row_count++];
  snprintf(row->name, sizeof row->name, "%s%s", name, channels > 1 ? ", all channels busy" : "");
  return bench_live_run(model, notes, channels, report->sgemm, &row->live, error);
}

/* By itself, on all 16 channels at once, and as a program that cleans a file. */
static enum status measure_preset(struct bench_report *report, const struct options *options,
                                  const char *folder, struct error *error)
{
  char path[BENCH_NAME_SIZE + 32];
  struct stat about;
  const int notes = options->quick ? 500 : 15000;
  snprintf(path, sizeof path, "%s/vosp.safetensors", folder);
  if (stat(path, &about) != 0) {
    return STATUS_OK;
  }
  struct model *model = NULL;
  enum status status = model_load(&model, path, error);
  if (status != STATUS_OK) {
    return status;
  }
  const char *slash = strrchr(folder, '/');
  const char *name = slash != NULL ? slash + 1 : folder;
  status = measure_row(report, name, model, 1, notes, error);
  if (status == STATUS_OK) {
    status = measure_row(report, name, model, CHANNELS, notes, error);
  }
  model_free(model);
  if (status == STATUS_OK && strcmp(name, "pop") == 0) {
    status = bench_file(folder, 4 * notes, &report->file_seconds, &report->file_taken, error);
  }
  return status;
}

static enum status measure_presets(struct bench_report *report, const struct options *options, const char *root,
                                   struct error *error)
{
  struct dirent **entries = NULL;
  const int count = scandir(root, &entries, NULL, alphasort);
  enum status status = count >= 0 ? STATUS_OK : error_set(error, STATUS_IO, "%s: cannot be listed", root);
  for (int i = 0; i < count; i++) {
    char folder[BENCH_NAME_SIZE];
    const int size = snprintf(folder, sizeof folder, "%s/%s", root, entries[i]->d_name);
    if (status == STATUS_OK && size < BENCH_NAME_SIZE && entries[i]->d_name[0] != '.') {
      status = measure_preset(report, options, folder, error);
    }
    free(entries[i]);
  }
  free(entries);
  return status;
}

static enum status measure_made_up(struct bench_report *report, int which, int notes, struct error *error)
{
  struct model *model = NULL;
  enum status status = model_new(&model, &made_up[which].config, error);
  if (status == STATUS_OK) {
    struct rng rng;
    rng_seed(&rng, 3);
    for (size_t i = 0; i < model->params.size; i++) {
      model->params.block[i] = (float)(0.1 * rng_normal(&rng));
    }
    status = measure_row(report, made_up[which].name, model, 1, notes, error);
    model_free(model);
  }
  return status;
}

static enum status measure_training(struct bench_report *report, const struct options *options,
                                    struct error *error)
{
  enum status status = STATUS_OK;
  for (int i = 0; i < BENCH_TRAIN_CASES && status == STATUS_OK; i++) {
    struct bench_case *one = &report->training[i];
    one->name = train_cases[i].name;
    one->flops = bench_train_flops(&train_cases[i].config);
    status = bench_train(&train_cases[i].config, options->quick ? 0.1 : 5, &one->steps, error);
    const double sgemm = bench_sgemm(report->threads); /* again: others may be using the machine */
    report->sgemm_all = sgemm > report->sgemm_all ? sgemm : report->sgemm_all;
  }
  return status;
}

static enum status measure_all(struct bench_report *report, const struct options *options, char *const *folders,
                               int folder_count, struct error *error)
{
  enum status status = STATUS_OK;
  report->threads = parallel_processors();
  report->sgemm = bench_sgemm(1);
  snprintf(report->core, sizeof report->core, "%s", blas_core());
  for (int i = 0; i < (int)(sizeof made_up / sizeof made_up[0]) && status == STATUS_OK; i++) {
    status = measure_made_up(report, i, options->quick ? 300 : 10000, error);
  }
  for (int i = 0; i < folder_count && status == STATUS_OK; i++) {
    status = measure_preset(report, options, folders[i], error);
  }
  if (folder_count == 0 && status == STATUS_OK) {
    status = measure_presets(report, options, EMEND_BENCH_PRESETS, error);
  }
  return status == STATUS_OK ? measure_training(report, options, error) : status;
}

static bool read_load(const char *text, int *load)
{
  char *end;
  const long value = strtol(text, &end, 10);
  *load = (int)value;
  return end != text && *end == '\0' && value >= 0 && value <= BENCH_LOAD_MAX;
}

static enum status read_options(int count, char **arguments, struct options *options, int *folders,
                                struct error *error)
{
  int i = 1;
  for (; i < count && strncmp(arguments[i], "--", 2) == 0; i++) {
    if (strcmp(arguments[i], "--quick") == 0) {
      options->quick = true;
    } else if (strcmp(arguments[i], "--json") == 0) {
      options->json = true;
    } else if (strcmp(arguments[i], "--help") == 0) {
      options->help = true;
    } else if (strcmp(arguments[i], "--load") != 0 || i + 1 == count ||
               !read_load(arguments[++i], &options->load)) {
      return error_set(error, STATUS_USAGE, "'%s'? See emend_bench --help", arguments[i]);
    }
  }
  *folders = i;
  return STATUS_OK;
}

static void print_help(void)
{
  puts("Usage: emend_bench [--quick] [--json] [--load N] [PRESET-FOLDER...]\n"
       "       emend_bench pressure [--seconds S] [PRESET-FOLDER]\n"
       "\n"
       "Times of decisions and ticks for each preset and for larger nets, beside the time that reading their\n"
       "weights takes; training's pace beside that of sgemm; files' beside real time.\n"
       "\n"
       "  --quick   a little of everything, does it run?\n"
       "  --json    one JSON object\n"
       "  --load N  with N spinning threads beside it\n"
       "\n"
       "pressure: decisions while others take the processors, the memory and the page cache, with and without\n"
       "SCHED_FIFO.\n"
       "\n"
       "Latency from port to port is measured by tests/bench/run.sh, which also runs this program.");
}

int main(int count, char **arguments)
{
  blas_core_become(arguments, false);
  struct options options = {0};
  struct error error = {.text = ""};
  static struct bench_report report;
  int folders = count;
  const bool pressure = count > 1 && strcmp(arguments[1], "pressure") == 0;
  enum status status = pressure ? bench_pressure(count - 2, arguments + 2, &error)
                                : read_options(count, arguments, &options, &folders, &error);
  if (status == STATUS_OK && pressure) {
    return 0;
  }
  if (status == STATUS_OK && options.help) {
    print_help();
    return 0;
  }
  if (status == STATUS_OK) {
    struct bench_load *load = bench_load_start(options.load);
    report.load = options.load;
    status = measure_all(&report, &options, arguments + folders, count - folders, &error);
    bench_load_stop(load);
  }
  if (status == STATUS_OK && options.json) {
    status = bench_report_json(&report, &error);
  } else if (status == STATUS_OK) {
    bench_report_markdown(&report);
  }
  if (status != STATUS_OK) {
    fprintf(stderr, "emend_bench: %s\n", error.text);
    return status == STATUS_USAGE ? 2 : 1;
  }
  return 0;
}
