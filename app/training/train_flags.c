/* SPDX-License-Identifier: MIT */
#include "train_flags.h"

#include <string.h>

#include "model_config.h"
#include "parallel.h"
#include "rates.h"

enum { NAME_MAX_BYTES = 32 };

static const char *const objectives[] = {"bound", "surrogate", NULL};
static const char *const optimisers[] = {"adam", "rmsprop", NULL};

#define HELP_WORD(enumerator, word) " " word

/* The flags of a model's configuration, by config_key's order; '.' in a key is '-' here. */
static const char *const config_flags[CONFIG_KEYS][2] = {
  {"frame-unit", "frames counted in: milliseconds or beats"},
  {"frame-length", "a frame's length in that unit"},
  {"frame-values", "values a pitch: 1 sounding, 2 sounding and onset"},
  {"tie", "weights: none, or shared over pitch"},
  {"cell", "recurrent cell:" NET_CELLS(HELP_WORD)},
  {"posterior", "diagonal, increments or gauss-markov"},
  {"feed", "the generator sees: level or increment"},
  {"past", "the network remembers: received or passed"},
  {"hidden", "recurrent units"},
  {"latent", "latent variables"},
  {"generator", "hidden units of generator and recognition"},
  {"gate", "hidden units of the gate of rolls; 0: none"},
  {"matches", "best-matching stretches that a filler sees; 0: no filler"},
  {"layers", "recurrent layers, 1 or 2"},
  {"emission", "how the notes of a frame depend on each other:" NET_EMISSIONS(HELP_WORD)},
  {"emission-units", "hidden units of the emission"},
  {"recall", "none, or past: it also sees what followed where the take was like this before"},
  {"decision", "hidden units of the decision about played music; 0: none"},
  {"decision-belief", "it sees the network's belief: yes or no"},
};

static enum status set_config(const struct option_spec *spec, const char *text, struct error *error)
{
  char key[NAME_MAX_BYTES], where[NAME_MAX_BYTES + 2];

  snprintf(key, sizeof key, "%s", spec->name);
  for (char *at = strchr(key, '-'); at != NULL; at = strchr(at, '-')) {
    *at = '.';
  }
  snprintf(where, sizeof where, "--%s", spec->name);
  return config_set(spec->value, key, text, where, error);
}

static int add_config(struct train_flags *flags, struct option_spec *specs)
{
  int count = 0;

  for (int i = 0; i < CONFIG_KEYS; i++) {
    if (!config_has(flags->config.kind, i)) {
      continue;
    }
    bool frame = strncmp(config_flags[i][0], "frame-", 6) == 0;
    specs[count++] = (struct option_spec){.name = config_flags[i][0],
                                          .kind = OPTION_CUSTOM,
                                          .value = &flags->config,
                                          .argument = "V",
                                          .help = config_flags[i][1],
                                          .given = frame ? &flags->frame_given : NULL,
                                          .set = set_config};
  }
  return count;
}

static struct option_spec number(const char *name, double *value, double low, double high, const char *help)
{
  return (struct option_spec){.name = name,
                              .kind = OPTION_NUMBER,
                              .value = value,
                              .argument = "X",
                              .help = help,
                              .low = low,
                              .high = high};
}

static struct option_spec integer(const char *name, int *value, int low, int high, const char *help)
{
  return (struct option_spec){.name = name,
                              .kind = OPTION_INTEGER,
                              .value = value,
                              .argument = "N",
                              .help = help,
                              .low = low,
                              .high = high};
}

static struct option_spec text(const char *name, const char **value, const char *argument, const char *help)
{
  return (struct option_spec){
    .name = name, .kind = OPTION_TEXT, .value = value, .argument = argument, .help = help};
}

static int add_files(struct train_flags *flags, struct option_spec *specs)
{
  const struct option_spec all[] = {
    {.name = "data",
     .kind = OPTION_LIST,
     .value = &flags->data,
     .argument = "PATH...",
     .help = "rolls (JSON), MIDI files or folders of them"},
    text("out", &flags->out, "MODEL", "the model to write; OUT.checkpoint and OUT.csv lie beside it"),
    text("config", &flags->settings, "FILE", "settings by these names with '_' for '-'; flags come over them"),
    text("from", &flags->from, "MODEL", "start from this model"),
    text("split", &flags->train_split, "NAME", "the split to train on (train)"),
    text("valid-split", &flags->valid_split, "NAME", "the split to choose by (valid)"),
    number("hold", &flags->hold, 0.01, 1e6,
           "hours of takes in memory at once; of more, some at a time are read (24)"),
    {.name = "resume", .kind = OPTION_FLAG, .value = &flags->resume, .help = "go on from OUT.checkpoint"},
    integer("threads", &flags->options.threads, 0, PARALLEL_MAX, "workers; 0: one a core"),
    {.name = "seed",
     .kind = OPTION_SEED,
     .value = &flags->options.seed,
     .argument = "N",
     .help = "of all that is random"},
    number("minutes", &flags->options.minutes, 0, 1e6, "stop after so long; 0: no limit"),
  };

  memcpy(specs, all, sizeof all);
  return (int)(sizeof all / sizeof all[0]);
}

static int add_training(struct train_options *options, struct option_spec *specs)
{
  const struct option_spec all[] = {
    {.name = "objective",
     .kind = OPTION_CHOICE,
     .value = &options->objective,
     .choices = objectives,
     .help = "the exact divergence, or the arithmetic of 2014"},
    {.name = "optimiser",
     .kind = OPTION_CHOICE,
     .value = &options->optimiser,
     .choices = optimisers,
     .help = "rmsprop comes with Nesterov momentum"},
    number("rate", &options->rate, 1e-9, 10, "step rate"),
    number("momentum", &options->momentum, 0, 1, "rmsprop's"),
    number("decay", &options->decay, 0, 1, "rmsprop's average of squares"),
    number("clip", &options->clip, 0, 1e9, "largest norm of a gradient; 0: any"),
    number("dropout-input", &options->dropout_input, 0, 0.99, "dropout of inputs"),
    number("dropout-hidden", &options->dropout_hidden, 0, 0.99, "dropout of hidden units"),
    number("spectral-radius", &options->spectral_radius, 0, 10, "of the recurrent weights at the start"),
    integer("connections", &options->connections, 0, 4096, "recurrent connections a unit at the start; 0: all"),
    number("input-deviation", &options->input_deviation, 0, 10,
           "deviation of the input weights at the start; 0: the network's own"),
    number("kl-start", &options->kl_start, 0, 10, "weight of the divergence at first"),
    number("kl-end", &options->kl_end, 0, 10, "weight of the divergence at last"),
    integer("kl-epochs", &options->kl_epochs, 0, 100000, "epochs from first to last"),
    number("noise", &options->noise, 0, 1, "share of off cells turned on in what the recognition sees"),
    number("clean-share", &options->clean_share, 0, 1, "share of sequences that stay clean"),
    integer("chunk", &options->chunk, 2, 100000, "frames a chunk"),
    integer("batch", &options->batch, 1, 100000, "sequences at once"),
    integer("epochs", &options->epochs, 0, 1000000, "at most"),
    number("cooldown", &options->cooldown, 0, 1,
           "last share of the run over which the rate falls to a fiftieth"),
    integer("patience", &options->patience, 1, 100000, "validations without gain before the rate falls"),
    integer("transpose", &options->transpose, 0, 87, "semitones up or down that training chunks move; 0: none"),
    number("average", &options->average, 0, 0.999999, "decay of an average of the weights; 0: the weights"),
    number("gradient-noise", &options->gradient_noise, 0, 100, "variance of noise on gradients, at first"),
    number("epoch-share", &options->epoch_share, 1e-6, 1, "share of the sequences seen in an epoch"),
  };

  memcpy(specs, all, sizeof all);
  return (int)(sizeof all / sizeof all[0]);
}

/* What only predictors have: a state to warm up, and of them a VOSP a gate. */
static int add_forward_training(struct train_options *options, enum net_kind kind, struct option_spec *specs)
{
  specs[0] = integer("lead", &options->lead, 0, 100000, "frames of a chunk that only warm the state up");
  specs[1] = integer("gate-epochs", &options->gate_epochs, 0, 100000,
                     "of the gate or the decision; --epochs 0 --from trains it alone");
  return kind == NET_VOSP ? 2 : 1;
}

int train_flags_init(struct train_flags *flags, enum net_kind kind, struct option_spec specs[OPTION_SPECS_MAX])
{
  int count = 0;

  *flags = (struct train_flags){.train_split = "train", .valid_split = "valid", .hold = 24};
  flags->config = (struct net_config){.kind = kind,
                                      .frame = {FRAME_MILLISECONDS, 60, 2},
                                      .tie = TIE_NONE,
                                      .cell = CELL_GRU,
                                      .posterior = POSTERIOR_INCREMENTS,
                                      .feed = FEED_INCREMENT,
                                      .past = PAST_RECEIVED,
                                      .hidden = 200,
                                      .latent = kind == NET_RNN ? 0 : 32,
                                      .generator = 200,
                                      .layers = 1,
                                      .gate = kind == NET_VOSP ? 32 : 0,
                                      .decision = kind == NET_VOSP ? 32 : 0,
                                      .belief = BELIEF_YES};
  train_defaults(&flags->options);
  count += add_files(flags, specs);
  count += add_config(flags, specs + count);
  count += add_training(&flags->options, specs + count);
  if (kind != NET_VRAE) {
    count += add_forward_training(&flags->options, kind, specs + count);
  }
  rates_options(&flags->options.damage, NULL, specs + count);
  return count + RATES_COUNT;
}
