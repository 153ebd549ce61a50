/* SPDX-License-Identifier: MIT */
#include "option.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int options_choice(const char *const *choices, const char *text)
{
  for (int i = 0; choices[i] != NULL; i++) {
    if (strcmp(choices[i], text) == 0) {
      return i;
    }
  }
  return -1;
}

void options_join(const char *const *choices, const char *between, char *out, size_t size)
{
  size_t used = 0;

  out[0] = '\0';
  for (int i = 0; choices[i] != NULL && used < size; i++) {
    int n = snprintf(out + used, size - used, "%s%s", i > 0 ? between : "", choices[i]);
    used += n > 0 ? (size_t)n : 0;
  }
}

static enum status set_number(const struct option_spec *spec, const char *text, struct error *error)
{
  char *end;
  double value = strtod(text, &end);

  if (end == text || *end != '\0' || !isfinite(value) ||
      (spec->kind == OPTION_INTEGER && value != floor(value))) {
    return error_set(error, STATUS_USAGE, "--%s wants a %s, not '%s'", spec->name,
                     spec->kind == OPTION_INTEGER ? "whole number" : "number", text);
  }
  if (value < spec->low || value > spec->high) {
    return error_set(error, STATUS_USAGE, "--%s must be from %g to %g, not %s", spec->name, spec->low,
                     spec->high, text);
  }
  if (spec->kind == OPTION_INTEGER) {
    *(int *)spec->value = (int)value;
  } else {
    *(double *)spec->value = value;
  }
  return STATUS_OK;
}

static enum status set_seed(const struct option_spec *spec, const char *text, struct error *error)
{
  char *end;

  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || strchr(text, '-') != NULL || value > OPTION_SEED_MAX) {
    return error_set(error, STATUS_USAGE, "--%s wants a whole number from 0 to %" PRIu64 ", not '%s'",
                     spec->name, OPTION_SEED_MAX, text);
  }
  *(uint64_t *)spec->value = value;
  return STATUS_OK;
}

static enum status set_choice(const struct option_spec *spec, const char *text, struct error *error)
{
  int index = options_choice(spec->choices, text);

  if (index < 0) {
    char names[256];
    options_join(spec->choices, ", ", names, sizeof names);
    return error_set(error, STATUS_USAGE, "--%s is one of %s, not '%s'", spec->name, names, text);
  }
  *(int *)spec->value = index;
  return STATUS_OK;
}

static enum status add_item(const struct option_spec *spec, const char *text, struct error *error)
{
  struct option_list *list = spec->value;

  if (list->count == OPTION_LIST_MAX) {
    return error_set(error, STATUS_USAGE, "--%s is given more than %d times", spec->name, OPTION_LIST_MAX);
  }
  list->items[list->count++] = text;
  return STATUS_OK;
}

enum status option_set_value(const struct option_spec *spec, const char *text, struct error *error)
{
  if (spec->given != NULL) {
    *spec->given = true;
  }
  switch (spec->kind) {
  case OPTION_FLAG: *(bool *)spec->value = true; return STATUS_OK;
  case OPTION_TEXT: *(const char **)spec->value = text; return STATUS_OK;
  case OPTION_LIST: return add_item(spec, text, error);
  case OPTION_SEED: return set_seed(spec, text, error);
  case OPTION_CHOICE: return set_choice(spec, text, error);
  case OPTION_CUSTOM: return spec->set(spec, text, error);
  case OPTION_NUMBER:
  case OPTION_INTEGER: return set_number(spec, text, error);
  }
  return STATUS_USAGE;
}
