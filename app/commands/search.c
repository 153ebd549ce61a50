/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json_out.h"
#include "progress.h"
#include "rt_thread.h"
#include "search_table.h"
#include "search_trial.h"
#include "stop.h"
#include "train_data.h"

/* What the parts of `emend search` share. */

extern const struct command command_search_table;

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
    status = json_out(search_table_json(&table), "-", &error);
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

enum { LINE_TEXT = 4096, FLAGS = 6 };

struct search_args {
  const char *space, *out;
  struct option_list data;
  int trials, trial, threads;
  bool trials_given, trial_given, json;
};

enum { LOG_SECONDS = 60, LOOK_SECONDS = 10 };

/* What the progress line says of the search. */
struct telling {
  struct progress progress;
  int trial;         /* at hand */
  int before, count; /* trials gone by, and all of them */
  int done, running; /* with a result; worked on by other processes. As of the last look */
  double looked;     /* when, seconds; 0: never */
};

/* Called by the trainer; `user` is a struct telling. */
static bool show(void *user, const struct train_progress *now)
{
  struct telling *telling = user;
  const int left = telling->count - telling->done - telling->running;
  char note[240];

  int used =
    snprintf(note, sizeof note, "%d of %d trials done, %d running elsewhere, %d left; trial %d epoch %d",
             telling->done, telling->count, telling->running, left, telling->trial, now->epoch);
  if (isfinite(now->best_nats)) {
    snprintf(note + used, sizeof note - (size_t)used, ", best %s %.3f", now->figure, now->best_nats);
  }
  const double seconds = telling->count == 1 ? now->seconds_left : -1;
  progress_show(&telling->progress, (telling->before + now->share) / telling->count, seconds, note);
  return !stop_requested();
}

/* Count the trials of all processes. Not while this one has a claim, and not for every one of many. */
static void look(struct telling *telling, const struct search_job *job, int first)
{
  const double now = (double)realtime_now() / (double)NANOS_PER_SECOND;
  struct search_result result;
  struct error why;

  if (telling->looked > 0 && now - telling->looked < LOOK_SECONDS) {
    return;
  }
  telling->done = 0;
  telling->running = 0;
  for (int i = 0; i < telling->count; i++) {
    const enum search_state state = search_look(job->folder, job->space, first + i, &result, &why);
    telling->done += state == SEARCH_FINISHED;
    telling->running += state == SEARCH_RUNNING;
  }
  telling->looked = now;
}

static void say(int trial, const char *what)
{
  fprintf(stderr, "emend search: trial %d: %s; done again\n", trial, what);
}

static void print_result(const struct search_space *space, const struct search_settings *settings,
                         const struct search_result *result, bool json)
{
  char drawn[LINE_TEXT];

  if (json) {
    json_t *object = search_result_json(space, settings, result);
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    printf("%s\n", text != NULL ? text : "{}");
    free(text);
    json_decref(object);
  } else {
    search_settings_text(settings, drawn, sizeof drawn);
    printf("trial-%05d  ", result->trial);
    if (result->failed) {
      printf("failed: %s  %s\n", result->reason, drawn);
    } else {
      printf("%s %.4f nats a frame, %d epochs, %.0f s  %s\n", search_number_name(result->number), result->nats,
             result->epochs, result->seconds, drawn);
    }
  }
  fflush(stdout);
}

struct counts {
  int done, failed, before, taken;
};

static enum status run_trial(const struct search_args *args, const struct search_job *job, int trial,
                             struct counts *counts, struct error *error)
{
  struct search_settings settings;
  struct search_result result;
  struct telling *telling = job->user;
  enum search_end end;

  if (stop_requested()) {
    return error_set(error, STATUS_INTERRUPTED, "stopped before trial %d; the same command goes on", trial);
  }
  search_draw(job->space, trial, &settings);
  telling->trial = trial;
  look(telling, job, args->trial_given ? args->trial : 0);
  enum status status = search_run(job, &settings, &end, &result, error);
  telling->before++;
  if (status == STATUS_INTERRUPTED) {
    return error_set(
      error, status,
      "stopped in trial %d, which keeps its last whole epoch; %d of %d are done; the same command "
      "goes on",
      trial, telling->done, telling->count);
  }
  if (status != STATUS_OK) {
    return status;
  }
  counts->before += end == SEARCH_BEFORE;
  counts->taken += end == SEARCH_TAKEN;
  if (end == SEARCH_DONE) {
    counts->done++;
    counts->failed += result.failed;
    telling->done++;
    progress_end(&telling->progress);
    print_result(job->space, &settings, &result, args->json);
  }
  return STATUS_OK;
}

static void print_counts(const struct search_args *args, const struct counts *counts)
{
  printf("%d trial%s done", counts->done, counts->done == 1 ? "" : "s");
  if (counts->failed > 0) {
    printf(", %d of them failed", counts->failed);
  }
  if (counts->before > 0) {
    printf("; %d had a result before", counts->before);
  }
  if (counts->taken > 0) {
    printf("; %d left to the process that works on it", counts->taken);
  }
  printf(". emend search table %s ranks them.\n", args->out);
}

static enum status run_trials(const struct search_args *args, const struct search_space *space,
                              struct dataset *train, struct dataset *valid, struct error *error)
{
  const char *slash = strrchr(args->space, '/');
  const int first = args->trial_given ? args->trial : 0;
  const int count = args->trial_given ? 1 : args->trials;
  struct telling telling = {.count = count};
  const struct search_job job = {.space = space,
                                 .space_name = slash != NULL ? slash + 1 : args->space,
                                 .train = train,
                                 .valid = valid,
                                 .folder = args->out,
                                 .threads = args->threads,
                                 .report = show,
                                 .user = &telling,
                                 .say = say};
  struct counts counts = {0};
  enum status status = STATUS_OK;

  stop_catch();
  progress_begin(&telling.progress, "search");
  telling.progress.log_every = LOG_SECONDS;
  for (int i = 0; i < count && status == STATUS_OK; i++) {
    status = run_trial(args, &job, first + i, &counts, error);
  }
  progress_end(&telling.progress);
  if (status == STATUS_OK && !args->json) {
    print_counts(args, &counts);
  }
  return status;
}

static enum status search(const struct search_args *args, struct error *error)
{
  struct search_space space;
  struct search_settings settings;
  struct train_flags flags;
  struct dataset train, valid;

  enum status status = search_space_read(&space, args->space, error);
  if (status != STATUS_OK) {
    return status;
  }
  search_draw(&space, 0, &settings);
  status = search_flags(&space, &settings, &flags, error); /* the splits are the same for all trials */
  flags.data = args->data;
  if (status == STATUS_OK) {
    status = train_data_load(&flags, &train, &valid, error);
  }
  if (status == STATUS_OK) {
    status =
      search_folder_open(args->out, args->space, &space, search_data_hash(&train, &valid), &args->data, error);
    if (status == STATUS_OK) {
      status = run_trials(args, &space, &train, &valid, error);
    }
    dataset_free(&train);
    dataset_free(&valid);
  }
  search_space_free(&space);
  return status;
}

static enum status check(const struct search_args *args, struct error *error)
{
  if (args->data.count == 0) {
    return error_set(error, STATUS_USAGE, "--data is missing; see emend search --help");
  }
  if (args->out == NULL || args->out[0] == '\0') {
    return error_set(error, STATUS_USAGE, "--out wants a folder for the trials; see emend search --help");
  }
  if (!args->trials_given && !args->trial_given) {
    return error_set(error, STATUS_USAGE,
                     "say --trials N, or --trial K for one of them; see emend search --help");
  }
  if (args->trials_given && args->trial_given && args->trial >= args->trials) {
    return error_set(error, STATUS_USAGE, "--trial %d is not one of %d trials, which count from 0", args->trial,
                     args->trials);
  }
  return STATUS_OK;
}

static void flags_init(struct search_args *args, struct option_spec specs[FLAGS])
{
  const struct option_spec all[FLAGS] = {
    {.name = "data",
     .kind = OPTION_LIST,
     .value = &args->data,
     .argument = "PATH...",
     .help = "rolls (JSON), MIDI files or folders of them, with both splits"},
    {.name = "trials",
     .kind = OPTION_INTEGER,
     .value = &args->trials,
     .argument = "N",
     .help = "do the trials 0 to N - 1 that are neither finished nor being run",
     .low = 1,
     .high = SEARCH_TRIALS_MAX,
     .given = &args->trials_given},
    {.name = "trial",
     .kind = OPTION_INTEGER,
     .value = &args->trial,
     .argument = "K",
     .help = "do this one alone, as one task of a cluster's array does",
     .low = 0,
     .high = SEARCH_TRIALS_MAX - 1,
     .given = &args->trial_given},
    {.name = "out", .kind = OPTION_TEXT, .value = &args->out, .argument = "DIR", .help = "the search's folder"},
    {.name = "threads",
     .kind = OPTION_INTEGER,
     .value = &args->threads,
     .argument = "T",
     .help = "workers of a training (1); as many in all trials, for sums differ a little with them",
     .low = 1,
     .high = 64},
    {.name = "json", .kind = OPTION_FLAG, .value = &args->json, .help = "one JSON object a line and trial"},
  };

  memcpy(specs, all, sizeof all);
}

static int run_search(int argc, char **argv)
{
  struct search_args args = {.threads = 1};
  struct option_spec specs[FLAGS];
  struct option_set set = {
    .specs = specs, .count = FLAGS, .operand_min = 1, .operand_max = INT_MAX, .operand_names = "SPACE.cfg is"};
  struct error error = {STATUS_OK, ""};

  flags_init(&args, specs);
  int done = command_parse(&command_search, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  args.space = set.operands[0];
  enum status status = options_list_operands(&args.data, &set, 1, &error);
  if (status == STATUS_OK) {
    status = check(&args, &error);
  }
  if (status == STATUS_OK) {
    status = search(&args, &error);
  }
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_search, &error);
}

static const struct command *const parts[] = {&command_search_table, NULL};

const struct command command_search = {
  .name = "search",
  .usage = "SPACE.cfg --data PATH... --trials N --out DIR [options]\n"
           "       emend search table DIR [--json]",
  .summary = "train with settings drawn at random from a space, and rank what comes of it",
  .notes =
    "SPACE.cfg has kind = \"vosp\", \"vrae\" or \"rnn\"; settings of emend train KIND by their names with '_'\n"
    "for '-', the same for all trials; and a group of those that each trial draws, from lists or ranges.\n"
    "Settings that only one kind has may stand in a group of its name, for a file that serves several kinds:\n"
    "  vosp = { lead = 0; };\n"
    "  search = {\n"
    "    rate = [0.01, 0.005];\n"
    "    cell = [\"gru\", \"tanh\"];\n"
    "    hidden = { low = 100; high = 400; scale = \"log\"; whole = true; };\n"
    "    dropout_hidden = { low = 0.1; high = 0.5; };\n"
    "  };\n"
    "Trial K has the same settings and seed on every machine. It lives in DIR/trial-K, goes on from its\n"
    "checkpoint when it was stopped, and ends with result.json. Any number of processes may share DIR.\n"
    "A training that diverges is a result, too. presets/search has the paper's space and a script for Slurm.\n"
    "Ctrl-C stops after writing a checkpoint; the same command goes on.",
  .run = run_search,
  .parts = parts,
};
