/* SPDX-License-Identifier: MIT */
#include "spare.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pitch.h"

/* A number without sign. Moves `text` on; -1 where there is none or it is too large to mean anything. */
static long read_number(const char **text)
{
  char *end;
  if (!isdigit((unsigned char)**text)) {
    return -1;
  }
  const long value = strtol(*text, &end, 10);
  *text = end;
  return value;
}

/* A channel, counted from 0; -1 if it is none. */
static int read_channel(const char **text)
{
  const long number = read_number(text);
  return number >= 1 && number <= CHANNELS ? (int)number - 1 : -1;
}

static int read_key(const char **text)
{
  if (isdigit((unsigned char)**text)) {
    const long number = read_number(text);
    return number < KEYS ? (int)number : -1;
  }
  return pitch_read(text);
}

static bool read_keys(const char **text, int *low, int *high)
{
  *low = read_key(text);
  *high = *low;
  if (**text == ':') {
    ++*text;
    *high = read_key(text);
  }
  return *low >= 0 && *high >= *low;
}

static enum status add_item(struct spare *spare, const char **text)
{
  int first = 0, last = CHANNELS - 1, low = 0, high = KEYS - 1;
  bool wants_keys = true;
  if (strncmp(*text, "ch", 2) == 0) {
    *text += 2;
    first = read_channel(text);
    last = first;
    wants_keys = **text == '/';
    *text += wants_keys;
  }
  if (first < 0 || (wants_keys && !read_keys(text, &low, &high))) {
    return STATUS_USAGE;
  }
  for (int channel = first; channel <= last; channel++) {
    for (int pitch = low; pitch <= high; pitch++) {
      spare->key[channel][pitch] = true;
    }
  }
  return STATUS_OK;
}

enum status spare_keep(struct spare *spare, const char *text, struct error *error)
{
  const char *at = text;
  do {
    at += at > text; /* the comma */
    if (add_item(spare, &at) != STATUS_OK || (*at != ',' && *at != '\0')) {
      return error_set(
        error, STATUS_USAGE,
        "'%.100s' names no keys or channels; write C0:B0, C4, ch3 or ch3/C0:B0, with commas between", text);
    }
  } while (*at == ',');
  return STATUS_OK;
}

enum status spare_drums(struct spare *spare, const char *text, struct error *error)
{
  const char *at = text;
  do {
    at += at > text;
    const int channel = read_channel(&at);
    if (channel < 0 || (*at != ',' && *at != '\0')) {
      return error_set(error, STATUS_USAGE, "'%.100s' names no channels; write numbers from 1 to 16, as 11,12",
                       text);
    }
    spare->drums = (uint16_t)(spare->drums | 1u << channel);
  } while (*at == ',');
  return STATUS_OK;
}
