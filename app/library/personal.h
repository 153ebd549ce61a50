/* SPDX-License-Identifier: MIT */
/* Personal models and their history: a folder a preset under the user's data folder, models/NAME, with
 * 0001.safetensors and so on, a record beside each (0001.json), and the file "current" that names the one in
 * use. Every file is written whole or not at all. Not for live threads. */
#ifndef EMEND_PERSONAL_H
#define EMEND_PERSONAL_H

#include <jansson.h>

#include "learn_result.h"
#include "model.h"
#include "paths.h"

enum { PERSONAL_UNKNOWN = -1, PERSONAL_MAX = 9999, PERSONAL_TEXT = 64 };

struct personal_record {
  int number;
  char made[PERSONAL_TEXT]; /* local time, "2026-11-23 20:15"; "" where the record cannot be read */
  char from[PERSONAL_TEXT]; /* the preset or model that it was tuned from */
  struct learn_result result;
};

struct personal_list {
  struct personal_record *records; /* owned; by number */
  size_t count;
};

/* All that there are of a preset; none where there is no folder. Allocates; free(list->records). */
enum status personal_list(const char *preset, struct personal_list *list, struct error *error) EMEND_CHECK;
/* The number in use; 0: the preset itself; PERSONAL_UNKNOWN: what says so cannot be read. */
int personal_current(const char *preset);
/* Where a model lies. STATUS_NOT_FOUND where there is no such one. */
enum status personal_path(const char *preset, int number, char path[DATAFILE_PATH_MAX],
                          struct error *error) EMEND_CHECK;
/* Use this one, or (0) the preset itself, from now on. */
enum status personal_use(const char *preset, int number, struct error *error) EMEND_CHECK;
/* Keep a model as the next number, with its record, and use it. */
enum status personal_publish(const char *preset, const struct model *model, const char *from,
                             const struct learn_result *result, int *number, struct error *error) EMEND_CHECK;
/* Say at once, not after the work, that personal_publish could not. */
enum status personal_check(const char *preset, struct error *error) EMEND_CHECK;
/* Delete a model and its record; one in use makes way for the preset itself. */
enum status personal_delete(const char *preset, int number, struct error *error) EMEND_CHECK;

/* Whether a model can stand in for the preset's own: of its kind, size and kind of frames. */
bool personal_fits(const struct model *model, const struct model *base);
/* The model in use, or NULL: there is none, or it cannot be used, which `line` then says. One that fits `base`,
 * unless that is NULL. */
struct model *personal_load(const char *preset, const struct model *base, int *number,
                            char path[DATAFILE_PATH_MAX], char line[512]);

/* What came of learning, as JSON; NULL if out of memory. */
json_t *personal_json(const struct learn_result *result);

/* The record beside a personal model. For personal*.c. */

/* Fill what the file says; the rest stays as it is. */
void personal_record_read(const char *path, struct personal_record *record);
enum status personal_record_write(const char *path, const char *from, const struct learn_result *result,
                                  struct error *error) EMEND_CHECK;

#endif
