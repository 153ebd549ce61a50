/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "config_file.h"
#include "model_config.h"
#include "outfile.h"
#include "progress.h"
#include "stop.h"
#include "train_data.h"

enum { COMMAND_BYTES = 4096 };

enum { LOG_SECONDS = 30 };

/* Called by the trainer; `user` is a struct progress. */
static bool show(void *user, const struct train_progress *now)
{
  char note[200];

  int used = snprintf(note, sizeof note, "%s epoch %d", now->stage, now->epoch);
  if (!now->timed) {
    used += snprintf(note + used, sizeof note - (size_t)used, " of %d", now->epochs);
  }
  used += snprintf(note + used, sizeof note - (size_t)used, ": training loss %.3f", now->train_nats);
  if (isfinite(now->valid_nats)) {
    used += snprintf(note + used, sizeof note - (size_t)used, ", valid %s %.3f", now->figure, now->valid_nats);
  }
  if (isfinite(now->best_nats)) {
    snprintf(note + used, sizeof note - (size_t)used, ", best %.3f", now->best_nats);
  }
  progress_show(user, now->share, now->seconds_left, note);
  return !stop_requested();
}

static void print_outcome(const struct train_flags *flags, const struct train_outcome *outcome)
{
  static const char *const ends[] = {
    [TRAIN_ALL_EPOCHS] = "all epochs are done",
    [TRAIN_NO_PATIENCE] = "validation no longer gained",
    [TRAIN_TIME_OUT] = "the time is over",
  };

  printf("Wrote %s", flags->out);
  if (isfinite(outcome->loss)) {
    printf("; %s %.4f nats a frame on %s, the best of %d epochs in %.0f s; ended as %s",
           train_chosen_by(&flags->config, &flags->options), outcome->loss, flags->valid_split, outcome->epochs,
           outcome->seconds, ends[outcome->end]);
  }
  printf(".\n");
}

/* The command line as the model remembers it: of paths only the last part, as others have theirs elsewhere. */
static void command_text(const struct command *command, int argc, char **argv, char text[COMMAND_BYTES])
{
  size_t used = (size_t)snprintf(text, COMMAND_BYTES, "emend %s", command->name);

  for (int i = 1; i < argc && used < COMMAND_BYTES; i++) {
    const char *equals = strncmp(argv[i], "--", 2) == 0 ? strchr(argv[i], '=') : NULL;
    int head = equals != NULL ? (int)(equals - argv[i]) + 1 : 0;
    const char *value = argv[i] + head;
    size_t size = strlen(value);

    while (size > 1 && value[size - 1] == '/') {
      size--;
    }
    size_t start = size;
    while (start > 0 && value[start - 1] != '/') {
      start--;
    }
    int n = snprintf(text + used, COMMAND_BYTES - used, " %.*s%.*s", head, argv[i], (int)(size - start),
                     value + start);
    used += n > 0 ? (size_t)n : 0;
  }
}

/* Flags twice: once for the settings file's name, and again over what that file said. */
static int read_flags(const struct command *command, enum net_kind kind, struct train_flags *flags,
                      struct options_file *file, int argc, char **argv)
{
  struct option_spec specs[OPTION_SPECS_MAX];
  struct option_set set = {.specs = specs, .operand_max = INT_MAX};
  struct error error = {STATUS_OK, ""};

  set.count = train_flags_init(flags, kind, specs);
  int done = command_parse(command, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  if (flags->settings != NULL && options_read_file(&set, flags->settings, file, &error) != STATUS_OK) {
    return command_fail(command, &error);
  }
  struct option_list from_file = flags->data;
  done = command_parse(command, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  if (options_list_operands(&flags->data, &set, 0, &error) != STATUS_OK) {
    return command_fail(command, &error);
  }
  if (flags->data.count == 0) {
    flags->data = from_file;
  }
  return COMMAND_GO_ON;
}

/* The checkpoint and the log lie beside the model, and it takes the place of what was there. */
static enum status check_out(const struct train_flags *flags, struct error *error)
{
  struct stat about;
  enum status status = outfile_check(flags->out, error);

  if (status == STATUS_OK && stat(flags->out, &about) == 0 && !S_ISREG(about.st_mode)) {
    status = error_set(error, STATUS_IO, "%.300s: is no regular file; name a file for the model", flags->out);
  }
  for (int i = 0; status == STATUS_OK && i < flags->data.count; i++) {
    status = outfile_check_apart(flags->out, flags->data.items[i], "a file of --data", error);
  }
  return status;
}

static enum status check(const struct train_flags *flags, struct error *error)
{
  const char *kind = net_kind_name(flags->config.kind);

  if (flags->data.count == 0) {
    return error_set(error, STATUS_USAGE, "--data is missing; see emend train %s --help", kind);
  }
  if (flags->out == NULL || strcmp(flags->out, "-") == 0) {
    return error_set(error, STATUS_USAGE, "--out wants a file's name; see emend train %s --help", kind);
  }
  return check_out(flags, error);
}

static void warn(const struct command *command, const struct dataset *training, const struct dataset *valid)
{
  data_warn(command, training);
  if (strcmp(training->unread.text, valid->unread.text) != 0) {
    data_warn(command, valid); /* not the same folder again */
  }
}

static enum status prepare(struct train_flags *flags, struct dataset *training, struct dataset *valid,
                           struct error *error)
{
  enum status status = data_check_apart(training, flags->out, error);

  if (status == STATUS_OK) {
    status = data_check_apart(valid, flags->out, error);
  }
  return status == STATUS_OK ? train_data_frames(flags, training, valid, error) : status;
}

static enum status train(const struct command *command, struct train_flags *flags, const char *line,
                         struct error *error)
{
  struct dataset training, valid;
  struct progress progress;
  struct train_outcome outcome = {.loss = NAN};

  enum status status = train_data_load(flags, &training, &valid, error);
  if (status != STATUS_OK) {
    return status;
  }
  warn(command, &training, &valid);
  status = prepare(flags, &training, &valid, error);
  if (status != STATUS_OK) {
    dataset_free(&training);
    dataset_free(&valid);
    return status;
  }
  const struct train_run run = {.train = &training,
                                .valid = &valid,
                                .from = flags->from,
                                .out = flags->out,
                                .resume = flags->resume,
                                .command = line,
                                .report = show,
                                .user = &progress,
                                .outcome = &outcome};
  stop_catch();
  progress_begin(&progress, "train");
  progress.log_every = LOG_SECONDS;
  status = train_model(&flags->config, &flags->options, &run, error);
  progress_end(&progress);
  if (status == STATUS_INTERRUPTED) {
    error_set(error, status, "stopped; %.300s.checkpoint keeps what was learnt: --resume goes on", flags->out);
  } else if (status == STATUS_OK) {
    print_outcome(flags, &outcome);
  }
  dataset_free(&training);
  dataset_free(&valid);
  return status;
}

static int run_kind(const struct command *command, enum net_kind kind, int argc, char **argv)
{
  struct train_flags flags;
  struct options_file file = {NULL};
  struct error error = {STATUS_OK, ""};
  char text[COMMAND_BYTES];

  command_text(command, argc, argv, text);
  int done = read_flags(command, kind, &flags, &file, argc, argv);
  if (done == COMMAND_GO_ON) {
    enum status status = check(&flags, &error);
    if (status == STATUS_OK) {
      status = train(command, &flags, text, &error);
    }
    done = status == STATUS_OK ? EXIT_SUCCESS : command_fail(command, &error);
  }
  options_file_free(&file);
  return done;
}

static int run_train_vosp(int argc, char **argv)
{
  return run_kind(&command_train_vosp, NET_VOSP, argc, argv);
}

static int run_train_vrae(int argc, char **argv)
{
  return run_kind(&command_train_vrae, NET_VRAE, argc, argv);
}

static int run_train_rnn(int argc, char **argv)
{
  return run_kind(&command_train_rnn, NET_RNN, argc, argv);
}

#define STOPPING "Ctrl-C stops after writing a checkpoint; --resume goes on from there."

const struct command command_train_vosp = {
  .name = "train vosp",
  .usage = "--data PATH... --out MODEL [options]",
  .summary = "train a variational one step predictor and its gate",
  .notes = STOPPING,
  .run = run_train_vosp,
};

const struct command command_train_vrae = {
  .name = "train vrae",
  .usage = "--data PATH... --out MODEL [options]",
  .summary = "train a variational recurrent auto-encoder, or with --matches a filler",
  .notes = STOPPING,
  .run = run_train_vrae,
};

const struct command command_train_rnn = {
  .name = "train rnn",
  .usage = "--data PATH... --out MODEL [options]",
  .summary = "train a predictor without latents, whose likelihood is exact",
  .notes = STOPPING,
  .run = run_train_rnn,
};

static const struct command *const parts[] = {&command_train_vosp, &command_train_vrae, &command_train_rnn,
                                              NULL};

static int run_train(int argc, char **argv)
{
  if (argc >= 2 && argv[1][0] != '-') {
    fprintf(stderr, "emend train: unknown kind of model '%s'; see emend train --help\n", argv[1]);
    return EXIT_USAGE;
  }
  return run_learn(argc, argv);
}

const struct command command_train = {
  .name = "train",
  .usage = "vosp|vrae|rnn --data PATH... --out MODEL [options]\n"
           "       emend train --from PRESET --data TAKES --publish|--out MODEL [options]",
  .summary = "train a model on MIDI files or rolls, or tune one to a player",
  .notes = "vosp: a one step predictor, which cleans live playing. vrae: an auto-encoder, which fills gaps.\n"
           "rnn: a plain predictor. emend train vosp --help and its like tell about each.",
  .run = run_train,
  .parts = parts,
};
