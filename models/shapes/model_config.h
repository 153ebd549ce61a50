/* SPDX-License-Identifier: MIT */
/* A model's configuration as named strings: in a model file's metadata and in config files alike.
 * Keys: frame.unit, frame.length, frame.values, tie, cell, posterior, feed, past (VOSP), hidden, latent,
 * generator, gate (VOSP), matches (VRAE), layers (VOSP, RNN), emission, emission.units, recall (RNN). The kind
 * itself is no key but a stamp of the file. */
#ifndef EMEND_MODEL_CONFIG_H
#define EMEND_MODEL_CONFIG_H

#include <stdbool.h>

#include "net_config.h"

enum { CONFIG_KEYS = 19, CONFIG_TEXT = 32 };

/* What a kind of network is called in commands: "vosp". Model files put MODEL_KIND_PREFIX before it. */
const char *net_kind_name(enum net_kind kind);
#define MODEL_KIND_PREFIX "emend."

/* The key of that index (0..CONFIG_KEYS-1). Any thread. */
const char *config_key(int index);
/* Whether networks of this kind have that key. Any thread. */
bool config_has(enum net_kind kind, int index);
/* The value of a key that files of an older emend lack; NULL where they all have it. Any thread. */
const char *config_older(int index);
/* Its value as text, at most CONFIG_TEXT bytes with the end. Any thread. */
void config_text(const struct net_config *config, int index, char text[CONFIG_TEXT]);
/* Set one field from text. STATUS_NOT_FOUND for a key that config->kind does not have; STATUS_USAGE for a value
 * that is no number or word of it or out of range, with what it may be. `where` begins the message. */
enum status config_set(struct net_config *config, const char *key, const char *text, const char *where,
                       struct error *error) EMEND_CHECK;

#endif
