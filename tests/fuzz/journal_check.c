/* SPDX-License-Identifier: MIT */
#include "journal_check.h"

#include <stdlib.h>
#include <string.h>

#include "journal.h"

/* Each record that was read is put back as the very bytes that it came from. */
static const char *check_records(const uint8_t *data, size_t size)
{
  struct journal_reader reader;
  struct journal_record record;
  struct error error = {0};
  if (journal_begin(&reader, data, size, "input", &error) != STATUS_OK) {
    return "what was read once cannot be read again";
  }
  size_t before = reader.at;
  while (journal_next(&reader, &record)) {
    uint8_t again[JOURNAL_RECORD_MAX];
    const size_t put = journal_put(&record, again);
    if (reader.at <= before || reader.at > size || record.time < 0 || record.time > reader.last) {
      return "a record lies outside the journal";
    }
    /* Records of unknown types may stand before it; a text may hold more after its end. */
    if (record.type != JOURNAL_SETTINGS &&
        (put > reader.at - before || memcmp(again, data + reader.at - put, put) != 0)) {
      return "a record changed by reading and writing";
    }
    before = reader.at;
  }
  return reader.at <= size ? NULL : "the end lies past the journal's";
}

/* The journal written anew from its records. */
static size_t write_again(const uint8_t *data, size_t size, uint8_t *out)
{
  struct journal_reader reader;
  struct journal_record record;
  if (journal_begin(&reader, data, size, "input", NULL) != STATUS_OK) {
    return 0;
  }
  journal_put_head(out, reader.flags);
  size_t used = JOURNAL_HEAD_SIZE;
  record = (struct journal_record){.type = JOURNAL_START, .start = reader.start};
  used += journal_put(&record, out + used);
  while (journal_next(&reader, &record)) {
    used += journal_put(&record, out + used);
  }
  return used;
}

/* Read, written and read again it tells the same, and a second time it is written as the very same bytes. */
static const char *check_round_trip(const uint8_t *data, size_t size, const struct journal_summary *summary)
{
  uint8_t *once = malloc(size + 2 * JOURNAL_RECORD_MAX);
  uint8_t *twice = malloc(size + 2 * JOURNAL_RECORD_MAX);
  struct journal_summary again;
  const char *fault = NULL;
  const size_t used = once == NULL || twice == NULL ? 0 : write_again(data, size, once);
  if (used == 0 || used > size || journal_summarise(&again, once, used, "again", NULL) != STATUS_OK) {
    fault = "what was read cannot be written and read";
  } else if (again.received != summary->received || again.sent != summary->sent ||
             again.notes_in != summary->notes_in || again.notes_out != summary->notes_out ||
             again.removed_total != summary->removed_total || again.undone != summary->undone ||
             again.good != summary->good || again.disconnects != summary->disconnects ||
             again.ended != summary->ended || again.length != summary->length || again.lost_bytes != 0) {
    fault = "writing and reading changed what the journal tells";
  } else if (write_again(once, used, twice) != used || memcmp(once, twice, used) != 0) {
    fault = "a second writing is not as the first";
  }
  free(once);
  free(twice);
  return fault;
}

static const char *check_notes(const uint8_t *data, size_t size, const struct journal_summary *summary)
{
  for (int stream = JOURNAL_RAW; stream <= JOURNAL_CLEAN; stream++) {
    struct note_list notes = {0};
    struct error error = {0};
    if (journal_notes(data, size, "input", (enum journal_stream)stream, &notes, &error) != STATUS_OK) {
      return "the notes cannot be read";
    }
    const uint64_t least = stream == JOURNAL_RAW ? summary->notes_in : summary->notes_out;
    const char *fault = notes.count < least ? "a note is missing" : NULL;
    for (size_t i = 0; i < notes.count && fault == NULL; i++) {
      const struct note *note = &notes.notes[i];
      if (note->on < 0 || note->off < note->on || note->off > summary->length || note->channel >= CHANNELS ||
          note->pitch >= KEYS || note->damage >= DAMAGE_COUNT || (i > 0 && note->on < notes.notes[i - 1].on)) {
        fault = "a note is none";
      }
    }
    note_list_free(&notes);
    if (fault != NULL) {
      return fault;
    }
  }
  return NULL;
}

static const char *check_smf(const uint8_t *data, size_t size)
{
  struct smf smf, again;
  struct error error = {0};
  uint8_t *written;
  size_t written_size;
  if (journal_smf(data, size, "input", true, true, &smf, &error) != STATUS_OK) {
    return "a take cannot be made a MIDI file";
  }
  const char *fault = smf.track_count == 3 ? NULL : "tracks are missing";
  if (fault == NULL && smf_write(&smf, &written, &written_size, &error) != STATUS_OK) {
    fault = "the MIDI file cannot be written";
  } else if (fault == NULL) {
    if (smf_read(&again, written, written_size, "again", &error) != STATUS_OK) {
      fault = "the MIDI file cannot be read";
    }
    smf_free(&again);
    free(written);
  }
  smf_free(&smf);
  return fault;
}

const char *journal_check(const uint8_t *data, size_t size)
{
  struct journal_summary summary;
  struct error error = {0};
  const enum status status = journal_summarise(&summary, data, size, "input", &error);
  if (status != STATUS_OK) {
    if ((status != STATUS_FORMAT && status != STATUS_UNSUPPORTED) || strchr(error.text, '\n') != NULL) {
      return "the refusal is not one line of the right kind";
    }
    return NULL;
  }
  if (summary.lost_bytes >= size || summary.length < 0 || summary.length > JOURNAL_TIME_MAX) {
    return "the summary cannot be true";
  }
  const char *fault = check_records(data, size);
  if (fault == NULL) {
    fault = check_round_trip(data, size, &summary);
  }
  if (fault == NULL) {
    fault = check_notes(data, size, &summary);
  }
  return fault == NULL ? check_smf(data, size) : fault;
}
