/* Settings files at the level of their library, for those whose files hold more than an option a setting. */
#ifndef EMEND_OPTIONS_CONFIG_H
#define EMEND_OPTIONS_CONFIG_H

#include <libconfig.h>

#include "options.h"

/* Read a file into `config`, which the caller has set up and destroys. Refused with one line: what is no
 * settings file, and one that includes others. Allocates. */
enum status options_load_config(config_t *config, const char *path, struct error *error) EMEND_CHECK;

/* The option that a setting names, with '_' for '-'; NULL where there is none. */
const struct option_spec *options_find(const struct option_set *set, const char *key);

#endif
