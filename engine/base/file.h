/* SPDX-License-Identifier: MIT */
/* Whole files in and out, without half-written results. */
#ifndef EMEND_FILE_H
#define EMEND_FILE_H

#include <stdint.h>

#include "status.h"

/* Read a whole regular file ("-" is standard input, whatever that is) of at most `limit` bytes. Pipes and
 * devices are refused without waiting for them. The caller frees *data. */
enum status file_read(const char *path, size_t limit, uint8_t **data, size_t *size,
                      struct error *error) EMEND_CHECK;
/* Write a temporary file in the same folder, fsync it, rename it to `path` ("-" is standard output,
 * written as it is). A link stays and its target is written, and a file that is there keeps its rights. On
 * failure nothing of it is left. */
enum status file_write(const char *path, const void *data, size_t size, struct error *error) EMEND_CHECK;

/* The same for a file that its owner alone may read or write, whatever the umask. */
enum status file_write_private(const char *path, const void *data, size_t size,
                               struct error *error) EMEND_CHECK;

#endif
