#include "broken_take.h"

#include <stdlib.h>

#include "take_file.h"

static void read_take(struct sounding *left, const uint8_t *data, size_t size, const char *path)
{
  struct journal_reader reader;
  struct journal_record record;

  if (journal_begin(&reader, data, size, path, NULL) != STATUS_OK) {
    return;
  }
  while (journal_next(&reader, &record)) {
    if (record.type == JOURNAL_SENT) {
      sounding_hear(left, record.message.bytes, record.message.size);
    }
  }
  if (reader.ended) {
    *left = (struct sounding){.count = 0};
  }
}

void broken_take_find(struct sounding *left, const char *folder)
{
  struct take_list takes;
  char path[DATAFILE_PATH_MAX];
  uint8_t *data = NULL;
  size_t size = 0;

  *left = (struct sounding){.count = 0};
  if (take_folder_list(&takes, folder, NULL) != STATUS_OK) {
    return;
  }
  if (takes.count > 0 && take_folder_find(&takes, folder, "last", path, NULL) == STATUS_OK &&
      !take_file_busy(path) && take_load(path, &data, &size, NULL) == STATUS_OK) {
    read_take(left, data, size, path);
  }
  free(data);
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
