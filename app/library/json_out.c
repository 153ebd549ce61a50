/* SPDX-License-Identifier: MIT */
#include "json_out.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "utf8.h"

json_t *json_text(const char *text)
{
  char *copy = strdup(text);

  if (copy == NULL) {
    return NULL;
  }
  utf8_mend(copy);
  json_t *string = json_string(copy);
  free(copy);
  return string;
}

/* One object as text and a newline. */
static enum status write_object(json_t *object, const char *path,
                                enum status (*write)(const char *path, const void *data, size_t size,
                                                     struct error *error),
                                struct error *error)
{
  char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(9));

  json_decref(object);
  if (text == NULL) {
    return error_set(error, STATUS_NOT_FINITE, "the report holds a value that JSON cannot; nothing written");
  }
  size_t size = strlen(text);
  text[size] = '\n'; /* in place of the terminator: JSON text is written by size */
  enum status status = write(path, text, size + 1, error);
  free(text);
  return status;
}

enum status json_out(json_t *object, const char *path, struct error *error)
{
  return write_object(object, path, file_write, error);
}

enum status json_out_private(json_t *object, const char *path, struct error *error)
{
  return write_object(object, path, file_write_private, error);
}
