/* SPDX-License-Identifier: MIT */
/* Settings files at the level of their library, for those whose files hold more than an option a setting. */
#ifndef EMEND_CONFIG_FILE_H
#define EMEND_CONFIG_FILE_H

#include <libconfig.h>

#include "option.h"

/* Read a file into `config`, which the caller has set up and destroys. Refused with one line: what is no
 * settings file, and one that includes others. Allocates. */
enum status options_load_config(config_t *config, const char *path, struct error *error) EMEND_CHECK;

/* The option that a setting names, with '_' for '-'; NULL where there is none. */
const struct option_spec *options_find(const struct option_set *set, const char *key);

/* Options from a libconfig file: each setting is an option's name with '_' for '-' (kl_end = 1.0;), and its
 * value passes the same checks. */

struct options_file {
  void *config; /* owns the texts that options now point to */
};

/* Unknown names and bad values are refused with file and line. Release with options_file_free, once the
 * options' texts are needed no more. Allocates. */
enum status options_read_file(const struct option_set *set, const char *path, struct options_file *storage,
                              struct error *error) EMEND_CHECK;
void options_file_free(struct options_file *storage);

#endif
