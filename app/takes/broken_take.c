/* SPDX-License-Identifier: MIT */
#include "broken_take.h"

#include <stdlib.h>

#include "take_file.h"

/* What the system wrote last, first: names go by a clock that may have been set. */
static int by_change(const void *left, const void *right)
{
  const struct take_entry *a = left, *b = right;
  return (a->changed < b->changed) - (a->changed > b->changed);
}

struct part {
  bool ended;     /* in order */
  bool continues; /* what was played in the take before */
};

/* Hear what a take sent. */
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
    part = (struct part){reader.ended, reader.start.continues};
  }
  free(data);
  return part;
}

/* The take at `newest` did not end in order: hear it and those that it continues, the oldest first. */
static void hear_chain(struct sounding *left, const struct take_list *takes, const char *folder, size_t newest,
                       size_t oldest)
{
  char path[DATAFILE_PATH_MAX];

  *left = (struct sounding){.count = 0};
  for (size_t i = oldest + 1; i-- > newest;) {
    if (take_folder_path(folder, takes->list[i].name, path)) {
      (void)read_take(left, path);
    }
  }
}

void broken_take_find(struct sounding *left, const char *folder)
{
  struct take_list takes;
  char path[DATAFILE_PATH_MAX];
  size_t newest = 0;

  *left = (struct sounding){.count = 0};
  if (take_folder_list(&takes, folder, NULL) != STATUS_OK) {
    return;
  }
  if (takes.count > 0) {
    qsort(takes.list, takes.count, sizeof *takes.list, by_change);
  }
  while (newest < takes.count &&
         (!take_folder_path(folder, takes.list[newest].name, path) || take_file_busy(path))) {
    newest++;
  }
  if (newest < takes.count) {
    struct part part = read_take(left, path);
    const bool broken = !part.ended;
    size_t oldest = newest;
    while (broken && part.continues && oldest + 1 < takes.count &&
           take_folder_path(folder, takes.list[oldest + 1].name, path)) {
      part = read_take(left, path);
      oldest++;
    }
    *left = (struct sounding){.count = 0};
    if (broken) {
      hear_chain(left, &takes, folder, newest, oldest);
    }
  }
  take_list_free(&takes);
}

void broken_take_end(struct sounding *left, struct live *live)
{
  for (unsigned channel = 0; channel < CHANNELS && left->count > 0; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      for (uint8_t *on = &left->on[channel][pitch]; *on > 0; (*on)--, left->count--) {
        if (!live_end_note(live, channel, pitch)) {
          return;
        }
      }
    }
  }
}
