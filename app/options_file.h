/* Options from a libconfig file: each setting is an option's name with '_' for '-' (kl_end = 1.0;), and its
 * value passes the same checks. */
#ifndef EMEND_OPTIONS_FILE_H
#define EMEND_OPTIONS_FILE_H

#include "options.h"

struct options_file {
  void *config; /* owns the texts that options now point to */
};

/* Unknown names and bad values are refused with file and line. Release with options_file_free, once the
 * options' texts are needed no more. Allocates. */
enum status options_read_file(const struct option_set *set, const char *path, struct options_file *storage,
                              struct error *error) EMEND_CHECK;
void options_file_free(struct options_file *storage);

#endif
