/* A model's configuration as named strings: in a model file's metadata and in config files alike.
 * Keys: frame.unit, frame.length, frame.values, tie, cell, posterior, feed, past, hidden, latent,
 * generator, gate. */
#ifndef EMEND_MODEL_CONFIG_H
#define EMEND_MODEL_CONFIG_H

#include "net_config.h"

enum { CONFIG_KEYS = 12, CONFIG_TEXT = 32 };

/* The key of that index (0..CONFIG_KEYS-1). Any thread. */
const char *config_key(int index);
/* Its value as text, at most CONFIG_TEXT bytes with the end. Any thread. */
void config_text(const struct net_config *config, int index, char text[CONFIG_TEXT]);
/* Set one field from text. STATUS_NOT_FOUND for an unknown key; STATUS_USAGE for a value that is no
 * number or word of it or out of range, with what it may be. `where` begins the message. */
enum status config_set(struct net_config *config, const char *key, const char *text, const char *where,
                       struct error *error) EMEND_CHECK;

#endif
