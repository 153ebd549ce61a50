/* SPDX-License-Identifier: MIT */
#include "model_config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "gate.h"
#include "shapes.h"

enum { WORDS_MAX = 8 };

enum field {
  FIELD_UNIT,
  FIELD_LENGTH,
  FIELD_VALUES,
  FIELD_TIE,
  FIELD_CELL,
  FIELD_POSTERIOR,
  FIELD_FEED,
  FIELD_PAST,
  FIELD_HIDDEN,
  FIELD_LATENT,
  FIELD_GENERATOR,
  FIELD_GATE,
  FIELD_MATCHES,
  FIELD_LAYERS,
  FIELD_EMISSION,
  FIELD_EMISSION_UNITS,
  FIELD_RECALL,
  FIELD_DECISION,
  FIELD_BELIEF,
};

/* Which kinds of network have a field. */
enum {
  VOSPS = 1 << NET_VOSP,
  VRAES = 1 << NET_VRAE,
  RNNS = 1 << NET_RNN,
  LATENTS = VOSPS | VRAES,
  FORWARDS = VOSPS | RNNS,
  ALL = VOSPS | VRAES | RNNS,
};

/* A field is one of some words (in the order of its enum) or a number from low to high. */
static const struct description {
  const char *key;
  const char *words[WORDS_MAX];
  double low, high;
  unsigned kinds;
  const char *older;
} descriptions[CONFIG_KEYS] = {
  [FIELD_UNIT] = {"frame.unit", {"milliseconds", "beats"}, 0, 0, ALL, NULL},
  [FIELD_LENGTH] = {"frame.length", {NULL}, 1.0 / 64, 1000, ALL, NULL},
  [FIELD_VALUES] = {"frame.values", {NULL}, 1, FRAME_VALUES_MAX, ALL, NULL},
  [FIELD_TIE] = {"tie", {"none", "pitch"}, 0, 0, ALL, NULL},
  [FIELD_CELL] = {"cell", {NET_CELLS(NET_WORD)}, 0, 0, ALL, NULL},
  [FIELD_POSTERIOR] = {"posterior", {"diagonal", "increments", "gauss-markov"}, 0, 0, LATENTS, NULL},
  [FIELD_FEED] = {"feed", {"level", "increment"}, 0, 0, LATENTS, NULL},
  [FIELD_PAST] = {"past", {"received", "passed"}, 0, 0, VOSPS, NULL},
  [FIELD_HIDDEN] = {"hidden", {NULL}, 1, 4096, ALL, NULL},
  [FIELD_LATENT] = {"latent", {NULL}, 1, 1024, LATENTS, NULL},
  [FIELD_GENERATOR] = {"generator", {NULL}, 0, 4096, ALL, NULL},
  [FIELD_GATE] = {"gate", {NULL}, 0, GATE_HIDDEN_MAX, VOSPS, NULL},
  [FIELD_MATCHES] = {"matches", {NULL}, 0, MATCH_MAX, VRAES, NULL},
  [FIELD_LAYERS] = {"layers", {NULL}, 1, NET_LEVELS_MAX, FORWARDS, "1"},
  [FIELD_EMISSION] = {"emission", {NET_EMISSIONS(NET_WORD)}, 0, 0, ALL, "bernoulli"},
  [FIELD_EMISSION_UNITS] = {"emission.units", {NULL}, 0, 1024, ALL, "0"},
  [FIELD_RECALL] = {"recall", {"none", "past"}, 0, 0, RNNS, "none"},
  [FIELD_DECISION] = {"decision", {NULL}, 0, DECISION_HIDDEN_MAX, VOSPS, "0"},
  [FIELD_BELIEF] = {"decision.belief", {"no", "yes"}, 0, 0, VOSPS, "no"},
};

static double field_get(const struct net_config *config, enum field field)
{
  switch (field) {
  case FIELD_UNIT: return config->frame.unit;
  case FIELD_LENGTH: return config->frame.length;
  case FIELD_VALUES: return config->frame.values;
  case FIELD_TIE: return config->tie;
  case FIELD_CELL: return config->cell;
  case FIELD_POSTERIOR: return config->posterior;
  case FIELD_FEED: return config->feed;
  case FIELD_PAST: return config->past;
  case FIELD_HIDDEN: return config->hidden;
  case FIELD_LATENT: return config->latent;
  case FIELD_GENERATOR: return config->generator;
  case FIELD_GATE: return config->gate;
  case FIELD_MATCHES: return config->matches;
  case FIELD_LAYERS: return config->layers;
  case FIELD_EMISSION: return config->emission;
  case FIELD_EMISSION_UNITS: return config->emission_units;
  case FIELD_RECALL: return config->recall;
  case FIELD_DECISION: return config->decision;
  case FIELD_BELIEF: return config->belief;
  }
  return 0;
}

static void field_set(struct net_config *config, enum field field, double value)
{
  const int whole = (int)value;
  switch (field) {
  case FIELD_UNIT: config->frame.unit = (enum frame_unit)whole; break;
  case FIELD_LENGTH: config->frame.length = value; break;
  case FIELD_VALUES: config->frame.values = whole; break;
  case FIELD_TIE: config->tie = (enum net_tie)whole; break;
  case FIELD_CELL: config->cell = (enum net_cell)whole; break;
  case FIELD_POSTERIOR: config->posterior = (enum net_posterior)whole; break;
  case FIELD_FEED: config->feed = (enum net_feed)whole; break;
  case FIELD_PAST: config->past = (enum net_past)whole; break;
  case FIELD_HIDDEN: config->hidden = whole; break;
  case FIELD_LATENT: config->latent = whole; break;
  case FIELD_GENERATOR: config->generator = whole; break;
  case FIELD_GATE: config->gate = whole; break;
  case FIELD_MATCHES: config->matches = whole; break;
  case FIELD_LAYERS: config->layers = whole; break;
  case FIELD_EMISSION: config->emission = (enum net_emission)whole; break;
  case FIELD_EMISSION_UNITS: config->emission_units = whole; break;
  case FIELD_RECALL: config->recall = (enum net_recall)whole; break;
  case FIELD_DECISION: config->decision = whole; break;
  case FIELD_BELIEF: config->belief = (enum net_belief)whole; break;
  }
}

const char *net_kind_name(enum net_kind kind)
{
  static const char *const names[] = {[NET_VOSP] = "vosp", [NET_VRAE] = "vrae", [NET_RNN] = "rnn"};
  return names[kind];
}

const char *config_key(int index)
{
  return descriptions[index].key;
}

bool config_has(enum net_kind kind, int index)
{
  return (descriptions[index].kinds & 1U << kind) != 0;
}

const char *config_older(int index)
{
  return descriptions[index].older;
}

void config_text(const struct net_config *config, int index, char text[CONFIG_TEXT])
{
  const double value = field_get(config, (enum field)index);
  const struct description *about = &descriptions[index];
  if (about->words[0] != NULL) {
    snprintf(text, CONFIG_TEXT, "%s", about->words[(int)value]);
  } else {
    snprintf(text, CONFIG_TEXT, "%.17g", value);
  }
}

static int find_key(enum net_kind kind, const char *key)
{
  for (int i = 0; i < CONFIG_KEYS; i++) {
    if (config_has(kind, i) && strcmp(descriptions[i].key, key) == 0) {
      return i;
    }
  }
  return -1;
}

static enum status set_word(struct net_config *config, int index, const char *text, const char *where,
                            struct error *error)
{
  const struct description *about = &descriptions[index];
  char known[128] = "";
  size_t used = 0;
  for (int i = 0; i < WORDS_MAX && about->words[i] != NULL; i++) {
    if (strcmp(text, about->words[i]) == 0) {
      field_set(config, (enum field)index, i);
      return STATUS_OK;
    }
    const int added = snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", about->words[i]);
    used += added > 0 ? (size_t)added : 0;
  }
  return error_set(error, STATUS_USAGE, "%s: %s must be one of: %s", where, about->key, known);
}

static enum status set_number(struct net_config *config, int index, const char *text, const char *where,
                              struct error *error)
{
  const struct description *about = &descriptions[index];
  char *end;
  const double value = strtod(text, &end);
  const bool whole = index == FIELD_LENGTH || value == floor(value);
  if (end == text || *end != '\0' || !(value >= about->low && value <= about->high) || !whole) {
    return error_set(error, STATUS_USAGE, "%s: %s must be a%s number from %g to %g", where, about->key,
                     index == FIELD_LENGTH ? "" : " whole", about->low, about->high);
  }
  field_set(config, (enum field)index, value);
  return STATUS_OK;
}

enum status config_set(struct net_config *config, const char *key, const char *text, const char *where,
                       struct error *error)
{
  const int index = find_key(config->kind, key);
  if (index < 0) {
    return error_set(error, STATUS_NOT_FOUND, "%s: a model has no setting of the name given", where);
  }
  return descriptions[index].words[0] != NULL ? set_word(config, index, text, where, error)
                                              : set_number(config, index, text, where, error);
}
