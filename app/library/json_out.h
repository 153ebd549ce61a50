/* SPDX-License-Identifier: MIT */
/* JSON for machines: reports, records and what commands print with --json. Allocates; not for live threads. */
#ifndef EMEND_JSON_OUT_H
#define EMEND_JSON_OUT_H

#include <jansson.h>

#include "status.h"

/* A JSON string of a path, a port's name or any other text, with '?' for bytes that are not UTF-8. NULL when
 * out of memory. */
json_t *json_text(const char *text);

/* Write one JSON object and a newline; takes the reference to `object`. STATUS_NOT_FINITE if it
 * is NULL, for want of memory or because it holds what JSON cannot. */
enum status json_out(json_t *object, const char *path, struct error *error) EMEND_CHECK;

/* The same to a file that its owner alone may read. */
enum status json_out_private(json_t *object, const char *path, struct error *error) EMEND_CHECK;

#endif
