/* SPDX-License-Identifier: MIT */
#include "broken_take.h"

#include <stdio.h>
#include <stdlib.h>

#include "take_file.h"

enum { CHAIN_MAX = 64 }; /* takes of one playing: days */

struct part {
  bool seen;
  bool ended; /* in order */
  bool full;  /* it ended so; the next one may continue it */
  bool continues;
};

/* Hear what a take sent; one that cannot be read has ended. */
static struct part read_take(struct sounding *left, const char *path)
{
  struct journal_reader reader;
  struct journal_record record;
  struct part part = {.ended = true};
  uint8_t *data = NULL;
  size_t size = 0;

  if (take_load(path, &data, &size, NULL) == STATUS_OK &&
      journal_begin(&reader, data, size, path, NULL) == STATUS_OK) {
    while (journal_next(&reader, &record)) {
      if (record.type == JOURNAL_SENT) {
        sounding_hear(left, record.message.bytes, record.message.size);
      }
    }
    part = (struct part){.seen = (reader.flags & JOURNAL_SEEN) != 0,
                         .ended = reader.ended,
                         .full = reader.ended && reader.end == JOURNAL_FULL,
                         .continues = reader.start.continues};
  }
  free(data);
  return part;
}

/* The take before this one that was full, among those of other programs; `index` where there is none. */
static size_t find_continued(const struct take_list *takes, const char *folder, size_t index)
{
  char path[DATAFILE_PATH_MAX];
  struct sounding unused = {.count = 0};

  for (size_t i = index; i-- > 0;) {
    if (take_folder_path(folder, takes->list[i].name, path) && read_take(&unused, path).full) {
      return i;
    }
  }
  return index;
}

/* Hear a broken take and those that it continues, the oldest first. */
static void hear_chain(struct sounding *left, const struct take_list *takes, const char *folder, size_t index)
{
  char path[DATAFILE_PATH_MAX];
  struct sounding unused = {.count = 0};
  size_t chain[CHAIN_MAX], length = 0;
  bool more = true;

  while (more && length < CHAIN_MAX) {
    chain[length++] = index;
    more = take_folder_path(folder, takes->list[index].name, path) && read_take(&unused, path).continues;
    const size_t before = more ? find_continued(takes, folder, index) : index;
    more = before < index;
    index = before;
  }
  while (length-- > 0) {
    if (take_folder_path(folder, takes->list[chain[length]].name, path)) {
      (void)read_take(left, path);
    }
  }
}

static void add_up(struct sounding *left, const struct sounding *more)
{
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      const int sum = left->on[channel][pitch] + more->on[channel][pitch];
      const uint8_t on = (uint8_t)(sum < UINT8_MAX ? sum : UINT8_MAX);
      left->count += on - left->on[channel][pitch];
      left->on[channel][pitch] = on;
    }
  }
}

/* Is it broken and not seen to? Then what it left on is added. */
static bool look_at(struct sounding *left, const struct take_list *takes, const char *folder, size_t index)
{
  char path[DATAFILE_PATH_MAX];
  struct sounding heard = {.count = 0};

  if (!take_folder_path(folder, takes->list[index].name, path) || take_file_ended(path) ||
      take_file_busy(path)) {
    return false;
  }
  const struct part part = read_take(&heard, path);
  if (part.ended || part.seen) {
    return false;
  }
  heard = (struct sounding){.count = 0};
  hear_chain(&heard, takes, folder, index);
  add_up(left, &heard);
  return true;
}

static void mark_all(struct broken_takes *broken)
{
  char path[DATAFILE_PATH_MAX];

  for (size_t i = 0; i < broken->takes.count; i++) {
    if (take_folder_path(broken->folder, broken->takes.list[i].name, path) &&
        take_file_mark(path, JOURNAL_SEEN, NULL) != STATUS_OK) {
      continue; /* it is seen to again, which does no harm */
    }
  }
  take_list_free(&broken->takes);
}

void broken_takes_find(struct broken_takes *broken, const char *folder)
{
  size_t kept = 0;

  *broken = (struct broken_takes){.left = {.count = 0}};
  snprintf(broken->folder, sizeof broken->folder, "%s", folder);
  if (take_folder_list(&broken->takes, folder, NULL) != STATUS_OK) {
    return;
  }
  bool *is_broken = calloc(broken->takes.count + 1, sizeof *is_broken);
  for (size_t i = 0; is_broken != NULL && i < broken->takes.count; i++) {
    is_broken[i] = look_at(&broken->left, &broken->takes, folder, i);
  }
  for (size_t i = 0; is_broken != NULL && i < broken->takes.count; i++) {
    if (is_broken[i]) {
      broken->takes.list[kept++] = broken->takes.list[i];
    }
  }
  broken->takes.count = kept;
  free(is_broken);
}

void broken_takes_end(struct broken_takes *broken, struct live *live)
{
  struct sounding *left = &broken->left;

  for (unsigned channel = 0; channel < CHANNELS && left->count > 0; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      for (uint8_t *on = &left->on[channel][pitch]; *on > 0; (*on)--, left->count--) {
        if (!live_end_note(live, channel, pitch)) {
          return;
        }
      }
    }
  }
  mark_all(broken);
}

void broken_takes_free(struct broken_takes *broken)
{
  take_list_free(&broken->takes);
}
