#include "broken_take.h"

#include <stdlib.h>
#include <string.h>

#include "take_file.h"

static void forget_channel(struct broken_take *broken, unsigned channel)
{
  for (unsigned pitch = 0; pitch < KEYS; pitch++) {
    broken->count -= broken->on[channel][pitch];
    broken->on[channel][pitch] = 0;
  }
}

static void hear(struct broken_take *broken, const struct journal_message *message)
{
  const uint8_t *bytes = message->bytes;
  const unsigned channel = bytes[0] & 0x0Fu;

  if (message_is_note_on(bytes, message->size)) {
    uint8_t *on = &broken->on[channel][bytes[1]];
    broken->count += *on < UINT8_MAX;
    *on = *on < UINT8_MAX ? *on + 1 : *on;
  } else if (message_is_note_off(bytes, message->size)) {
    uint8_t *on = &broken->on[channel][bytes[1]];
    broken->count -= *on > 0;
    *on = *on > 0 ? *on - 1 : 0;
  } else if (message->size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL &&
             (bytes[1] == MIDI_ALL_SOUND_OFF || bytes[1] == MIDI_ALL_NOTES_OFF)) {
    forget_channel(broken, channel);
  }
}

static void read_take(struct broken_take *broken, const uint8_t *data, size_t size, const char *path)
{
  struct journal_reader reader;
  struct journal_record record;

  if (journal_begin(&reader, data, size, path, NULL) != STATUS_OK) {
    return;
  }
  while (journal_next(&reader, &record)) {
    if (record.type == JOURNAL_SENT) {
      hear(broken, &record.message);
    }
  }
  if (reader.ended) {
    *broken = (struct broken_take){.count = 0};
  }
}

void broken_take_find(struct broken_take *broken, const char *folder)
{
  struct take_list takes;
  char path[DATAFILE_PATH_MAX];
  uint8_t *data = NULL;
  size_t size = 0;

  *broken = (struct broken_take){.count = 0};
  if (take_folder_list(&takes, folder, NULL) != STATUS_OK) {
    return;
  }
  if (takes.count > 0 && take_folder_find(&takes, folder, "last", path, NULL) == STATUS_OK &&
      !take_file_busy(path) && take_load(path, &data, &size, NULL) == STATUS_OK) {
    read_take(broken, data, size, path);
  }
  free(data);
  take_list_free(&takes);
}

void broken_take_end(struct broken_take *broken, struct live *live)
{
  for (unsigned channel = 0; channel < CHANNELS && broken->count > 0; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      for (uint8_t *on = &broken->on[channel][pitch]; *on > 0; (*on)--, broken->count--) {
        if (!live_end_note(live, channel, pitch)) {
          return;
        }
      }
    }
  }
}
