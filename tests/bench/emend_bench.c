/* The benchmark:  emend_bench [--quick] [--json] [--load N] [--help] [PRESET-FOLDER...]
 * Without folders: every folder of presets/. A Markdown report, or one JSON object. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench_live.h"
#include "bench_machine.h"
#include "bench_train.h"
#include "rng.h"

enum { ROWS_MAX = 16, NAME_SIZE = 256, TRAIN_CASES = 2 };

struct options {
  bool quick; /* little of everything, on a made-up model: does it run at all? */
  bool json;
  bool help;
  int load;
};

struct row {
  char name[NAME_SIZE];
  struct bench_live live;
};

struct report {
  struct row rows[ROWS_MAX];
  int row_count;
  double sgemm;
  double steps[TRAIN_CASES];
};

static const struct {
  const char *name;
  struct net_config config;
} train_cases[TRAIN_CASES] = {
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

static enum status measure_row(struct report *report, const char *name, const struct model *model, int notes,
                               struct error *error)
{
  if (report->row_count == ROWS_MAX) {
    return error_set(error, STATUS_FULL, "%s: more than %d presets at once", name, ROWS_MAX);
  }
  struct row *row = &report->rows[report->row_count++];
  snprintf(row->name, sizeof row->name, "%s", name);
  return bench_live_run(model, notes, &row->live, error);
}

static enum status measure_preset(struct report *report, const struct options *options, const char *folder,
                                  struct error *error)
{
  char path[NAME_SIZE + 32];
  struct stat about;
  snprintf(path, sizeof path, "%s/vosp.safetensors", folder);
  if (stat(path, &about) != 0) {
    fprintf(stderr, "emend_bench: %s is not there; this preset is left out\n", path);
    return STATUS_OK;
  }
  struct model *model = NULL;
  enum status status = model_load(&model, path, error);
  if (status == STATUS_OK) {
    const char *slash = strrchr(folder, '/');
    status =
      measure_row(report, slash != NULL ? slash + 1 : folder, model, options->quick ? 500 : 50000, error);
    model_free(model);
  }
  return status;
}

static enum status measure_presets(struct report *report, const struct options *options, const char *root,
                                   struct error *error)
{
  struct dirent **entries = NULL;
  const int count = scandir(root, &entries, NULL, alphasort);
  enum status status = count >= 0 ? STATUS_OK : error_set(error, STATUS_IO, "%s: cannot be listed", root);
  for (int i = 0; i < count; i++) {
    char folder[NAME_SIZE];
    const int size = snprintf(folder, sizeof folder, "%s/%s", root, entries[i]->d_name);
    struct stat about;
    if (status == STATUS_OK && size < NAME_SIZE && entries[i]->d_name[0] != '.' && stat(folder, &about) == 0 &&
        S_ISDIR(about.st_mode)) {
      status = measure_preset(report, options, folder, error);
    }
    free(entries[i]);
  }
  free(entries);
  return status;
}

static enum status measure_made_up(struct report *report, struct error *error)
{
  const struct net_config config = {.frame = {FRAME_MILLISECONDS, 60, 2},
                                    .tie = TIE_PITCH,
                                    .cell = CELL_GRU,
                                    .posterior = POSTERIOR_INCREMENTS,
                                    .feed = FEED_INCREMENT,
                                    .hidden = 32,
                                    .latent = 4,
                                    .generator = 32,
                                    .gate = 16};
  struct model *model = NULL;
  enum status status = model_new(&model, &config, error);
  if (status == STATUS_OK) {
    struct rng rng;
    rng_seed(&rng, 3);
    for (size_t i = 0; i < model->params.size; i++) {
      model->params.block[i] = (float)(0.1 * rng_normal(&rng));
    }
    status = measure_row(report, "made up", model, 300, error);
    model_free(model);
  }
  return status;
}

static enum status measure_all(struct report *report, const struct options *options, char *const *folders,
                               int folder_count, struct error *error)
{
  enum status status = options->quick ? measure_made_up(report, error) : STATUS_OK;
  for (int i = 0; i < folder_count && status == STATUS_OK; i++) {
    status = measure_preset(report, options, folders[i], error);
  }
  if (folder_count == 0 && status == STATUS_OK) {
    status = measure_presets(report, options, EMEND_BENCH_PRESETS, error);
  }
  report->sgemm = bench_sgemm();
  for (int i = 0; i < TRAIN_CASES && status == STATUS_OK; i++) {
    status = bench_train(&train_cases[i].config, options->quick ? 0.1 : 6, &report->steps[i], error);
  }
  return status;
}

static void print_markdown(const struct report *report, const struct options *options)
{
  const bool fifo = report->row_count > 0 && report->rows[0].live.fifo;
  printf("Spinning threads beside it: %d. The live part runs under %s. Times in microseconds.\n\n",
         options->load, fifo ? "SCHED_FIFO" : "SCHED_OTHER (SCHED_FIFO is not permitted)");
  printf("| preset | what | p50 | p99 | p99.9 | max | samples | weights read, KiB | to read them | ratio |\n");
  printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (int i = 0; i < report->row_count; i++) {
    const struct bench_live *live = &report->rows[i].live;
    const struct bench_times *times[] = {&live->decision, &live->tick};
    const struct bench_reads *reads[] = {&live->decision_reads, &live->tick_reads};
    for (int k = 0; k < 2; k++) {
      printf("| %s | %s | %.2f | %.2f | %.2f | %.2f | %zu | %.1f | %.2f | %.1f |\n", report->rows[i].name,
             k == 0 ? "decision" : "tick", times[k]->p50, times[k]->p99, times[k]->p999, times[k]->max,
             times[k]->count, reads[k]->bytes / 1024, reads[k]->floor, reads[k]->ratio);
    }
  }
  printf("\n| preset | live weights, KiB | bandwidth of the cache that holds them, GB/s | a take, times real "
         "time |\n");
  printf("| --- | --- | --- | --- |\n");
  for (int i = 0; i < report->row_count; i++) {
    const struct bench_live *live = &report->rows[i].live;
    printf("| %s | %.1f | %.1f | %.0f |\n", report->rows[i].name, (double)live->weights / 1024,
           live->bandwidth / 1e9, live->real_time);
  }
  printf("\n| machine and training | |\n| --- | --- |\n");
  printf("| sgemm, one thread, GFLOP/s | %.1f |\n", report->sgemm);
  for (int i = 0; i < TRAIN_CASES; i++) {
    printf("| %s, training steps a second | %.0f |\n", train_cases[i].name, report->steps[i]);
  }
}

static json_t *json_times(const struct bench_times *times, const struct bench_reads *reads)
{
  return json_pack("{s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:f}", "p50_us", times->p50, "p99_us", times->p99,
                   "p999_us", times->p999, "max_us", times->max, "samples", (json_int_t)times->count,
                   "weight_bytes", reads->bytes, "floor_us", reads->floor, "ratio", reads->ratio);
}

static enum status print_json(const struct report *report, const struct options *options, struct error *error)
{
  json_t *presets = json_array();
  json_t *training = json_object();
  int failed = presets == NULL || training == NULL;
  for (int i = 0; i < report->row_count && !failed; i++) {
    const struct bench_live *live = &report->rows[i].live;
    failed |= json_array_append_new(
      presets,
      json_pack("{s:s, s:o, s:o, s:I, s:f, s:f}", "preset", report->rows[i].name, "decision",
                json_times(&live->decision, &live->decision_reads), "tick",
                json_times(&live->tick, &live->tick_reads), "live_weight_bytes", (json_int_t)live->weights,
                "bandwidth_bytes_per_second", live->bandwidth, "times_real_time", live->real_time));
  }
  for (int i = 0; i < TRAIN_CASES && !failed; i++) {
    failed |= json_object_set_new(training, train_cases[i].name, json_real(report->steps[i]));
  }
  json_t *root = json_pack("{s:i, s:o, s:f, s:o}", "load", options->load, "presets", presets, "sgemm_gflops",
                           report->sgemm, "training_steps_per_second", training);
  failed |= root == NULL || json_dumpf(root, stdout, JSON_INDENT(2)) != 0;
  json_decref(root);
  putchar('\n');
  return failed ? error_set(error, STATUS_IO, "the report cannot be written") : STATUS_OK;
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
       "\n"
       "Times of decisions and ticks for each preset, beside the time that reading their weights takes;\n"
       "training steps a second.\n"
       "\n"
       "  --quick   a little of everything, on a made-up model: does it run?\n"
       "  --json    one JSON object\n"
       "  --load N  with N spinning threads beside it\n"
       "\n"
       "Latency from port to port is measured by tests/bench/run.sh, which also runs this program.");
}

int main(int count, char **arguments)
{
  struct options options = {0};
  struct error error = {.text = ""};
  static struct report report;
  int folders = count;
  enum status status = read_options(count, arguments, &options, &folders, &error);
  if (status == STATUS_OK && options.help) {
    print_help();
    return 0;
  }
  if (status == STATUS_OK) {
    struct bench_load *load = bench_load_start(options.load);
    status = measure_all(&report, &options, arguments + folders, count - folders, &error);
    bench_load_stop(load);
  }
  if (status == STATUS_OK && options.json) {
    status = print_json(&report, &options, &error);
  } else if (status == STATUS_OK) {
    print_markdown(&report, &options);
  }
  if (status != STATUS_OK) {
    fprintf(stderr, "emend_bench: %s\n", error.text);
    return status == STATUS_USAGE ? 2 : 1;
  }
  return 0;
}
