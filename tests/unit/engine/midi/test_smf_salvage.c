/* SPDX-License-Identifier: MIT */
/* Files that break the standard as players put up with: each kind is read as far as it goes, the fault is told,
 * and what is read comes out byte for byte. */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "midi_bytes.h"
#include "same_notes.h"
#include "smf_patch.h"

enum { NOTES = 16 };

static struct error error;

/* --- Reading --- */

static struct smf read_file(const struct midi_bytes *midi)
{
  struct smf smf;
  if (smf_read(&smf, midi->data, midi->size, "case.mid", &error) != STATUS_OK) {
    fail_msg("%s", error.text);
  }
  return smf;
}

static size_t count_notes(const struct smf *smf)
{
  size_t count = 0;
  for (size_t i = 0; i < smf->event_count; i++) {
    count += message_is_note_on(smf->events[i].bytes, smf->events[i].size);
  }
  return count;
}

/* The faults are these and no others; --strict would refuse the file. */
static void expect_faults(const struct smf *smf, unsigned faults)
{
  char line[SMF_FAULT_LINE];
  smf_describe_faults(smf, line);
  for (int i = 0; i < SMF_FAULTS; i++) {
    if ((smf->faults.of[i].count > 0) != ((faults >> i & 1) != 0)) {
      fail_msg("fault %d is%s told: %s", i, smf->faults.of[i].count > 0 ? "" : " not", line);
    }
  }
  assert_int_equal(smf_has_faults(smf), faults != 0);
  assert_int_equal(smf_refuse_faults(smf, "case.mid", &error), faults != 0 ? STATUS_FORMAT : STATUS_OK);
  if (faults != 0) {
    assert_non_null(strstr(error.text, line));
    assert_int_equal(strncmp(line, "byte ", 5), 0);
  }
}

/* Take out every note of `one_of`, none for 0; the rest is as it was. */
static void remove_some(const struct midi_bytes *midi, const struct smf *smf, size_t one_of)
{
  struct same_notes tally;
  uint8_t *removed = calloc(smf->event_count + 1, 1), *out;
  size_t size, notes = 0, count = 0;
  for (size_t i = 0; i < smf->event_count && one_of > 0; i++) {
    if (message_is_note_on(smf->events[i].bytes, smf->events[i].size)) {
      removed[i] = notes++ % one_of == 0;
      count += removed[i];
    }
  }
  const struct smf_patch patch = {.removed = removed, .last_tick = UINT64_MAX};
  assert_int_equal(smf_remove_notes(smf, removed, NULL, NULL, &error), STATUS_OK);
  assert_int_equal(smf_patch(smf, midi->data, midi->size, &patch, &out, &size, &error), STATUS_OK);
  if (one_of == 0) {
    assert_int_equal(size, midi->size);
    assert_memory_equal(out, midi->data, size);
  }
  const char *fault = same_notes(midi->data, midi->size, out, size, &tally);
  if (fault != NULL || tally.removed != count) {
    fail_msg("%s; %zu removed, %zu should be", fault != NULL ? fault : "miscounted", tally.removed, count);
  }
  free(removed);
  free(out);
}

/* The file has so many notes and these faults. Frees it. */
static void expect(struct midi_bytes *midi, size_t notes, unsigned faults)
{
  struct smf smf = read_file(midi);
  assert_int_equal(count_notes(&smf), notes);
  expect_faults(&smf, faults);
  remove_some(midi, &smf, 0);
  remove_some(midi, &smf, 3);
  smf_free(&smf);
  midi_free(midi);
}

/* --- Writing --- */

static void put_notes(struct midi_bytes *midi, uint8_t channel)
{
  for (int i = 0; i < NOTES; i++) {
    const uint8_t key = (uint8_t)(60 + i);
    MIDI_EVENT(midi, 40, 0x90 | channel, key, 80);
    MIDI_EVENT(midi, 200, 0x80 | channel, key, 51);
  }
}

static void put_track(struct midi_bytes *midi, uint8_t channel)
{
  midi_begin_track(midi);
  put_notes(midi, channel);
  midi_end_track(midi, 0);
}

static struct midi_bytes begin(int format, int promised)
{
  struct midi_bytes midi = {.data = NULL};
  midi_header(&midi, format, promised, 480);
  return midi;
}

/* A file of one track with something in its middle; the caller closes the track. */
static struct midi_bytes with(const uint8_t *bytes, size_t size)
{
  struct midi_bytes midi = begin(0, 1);
  midi_begin_track(&midi);
  put_notes(&midi, 0);
  midi_event(&midi, 5, bytes, size);
  put_notes(&midi, 1);
  return midi;
}

/* Another length than the track that was begun last has. */
static void lie(struct midi_bytes *midi, long change)
{
  const uint32_t length = (uint32_t)((long)(midi->size - midi->track) + change);
  for (size_t i = 0; i < 4; i++) {
    midi->data[midi->track - 1 - i] = (uint8_t)(length >> (8 * i));
  }
}

#define WITH(...) with((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define FAULT(name) (1u << SMF_FAULT_##name)

/* --- The end of tracks --- */

static void reads_tracks_without_an_end(void **state)
{
  struct midi_bytes midi = begin(1, 2);
  (void)state;
  midi_begin_track(&midi);
  put_notes(&midi, 0);
  midi_close_track(&midi);
  put_track(&midi, 1);
  expect(&midi, (size_t)2 * NOTES, FAULT(NO_END));
  midi = begin(0, 1);
  midi_begin_track(&midi);
  put_notes(&midi, 0);
  midi_close_track(&midi);
  expect(&midi, NOTES, FAULT(NO_END));
}

static void keeps_what_follows_the_end(void **state)
{
  struct midi_bytes midi = begin(1, 2);
  (void)state;
  put_track(&midi, 0);
  put_notes(&midi, 2);
  midi_close_track(&midi);
  put_track(&midi, 1);
  expect(&midi, (size_t)2 * NOTES, FAULT(AFTER_END));
}

static void reads_an_end_with_data(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  midi_begin_track(&midi);
  put_notes(&midi, 0);
  MIDI_EVENT(&midi, 0, 0xFF, 0x2F, 2, 'a', 'b');
  midi_close_track(&midi);
  expect(&midi, NOTES, FAULT(END_DATA));
}

/* --- Lengths and numbers --- */

static void finds_out_how_many_tracks_there_are(void **state)
{
  static const int promises[] = {5, 1, 0};
  (void)state;
  for (int i = 0; i < 3; i++) {
    struct midi_bytes midi = begin(1, promises[i]);
    put_track(&midi, 0);
    midi_put(&midi, "XFIH\0\0\0\3abc", 11); /* some count chunks that are no tracks */
    put_track(&midi, 1);
    expect(&midi, (size_t)2 * NOTES, FAULT(COUNT));
  }
  struct midi_bytes midi = begin(0, 2);
  put_track(&midi, 0);
  put_track(&midi, 1);
  expect(&midi, (size_t)2 * NOTES, FAULT(FORMAT));
}

/* Of the first of two tracks and of the last: too short by some or all, too long, beyond the file. */
static void finds_out_where_tracks_end(void **state)
{
  static const long changes[] = {-1, -4, -50, -200, 1, 9, 60, 100000, 0x7000000};
  (void)state;
  for (size_t i = 0; i < 2 * sizeof changes / sizeof *changes; i++) {
    struct midi_bytes midi = begin(1, 2);
    const long change = changes[i / 2];
    put_track(&midi, 0);
    if (i % 2 == 0) {
      lie(&midi, change);
    }
    put_track(&midi, 1);
    if (i % 2 == 1) {
      lie(&midi, change);
    }
    struct smf smf = read_file(&midi);
    assert_int_equal(count_notes(&smf), 2 * NOTES);
    expect_faults(&smf, FAULT(LENGTH));
    remove_some(&midi, &smf, 0);
    smf_free(&smf);
    midi_free(&midi);
  }
}

/* A track that changes gets its right length, so that others can read it as well. */
static void mends_the_length_of_a_changed_track(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  struct smf after;
  uint8_t removed[2 * NOTES] = {1}, *out;
  size_t size;
  (void)state;
  put_track(&midi, 0);
  lie(&midi, 77);
  struct smf smf = read_file(&midi);
  const struct smf_patch patch = {.removed = removed, .last_tick = UINT64_MAX};
  assert_int_equal(smf_remove_notes(&smf, removed, NULL, NULL, &error), STATUS_OK);
  assert_int_equal(smf_patch(&smf, midi.data, midi.size, &patch, &out, &size, &error), STATUS_OK);
  assert_int_equal(smf_read(&after, out, size, "after", &error), STATUS_OK);
  expect_faults(&after, 0);
  assert_int_equal(count_notes(&after), NOTES - 1);
  free(out);
  smf_free(&after);
  smf_free(&smf);
  midi_free(&midi);
}

static void reads_a_cut_file_up_to_the_last_whole_event(void **state)
{
  (void)state;
  for (size_t cut = 1; cut < 40; cut++) {
    struct midi_bytes midi = begin(0, 1);
    put_track(&midi, 0);
    midi.size -= cut;
    /* The end takes 4 bytes, a note-off 5 (its delta time has two), a note-on 4. */
    const size_t lost = cut <= 4 ? 0 : cut - 4;
    const size_t notes = NOTES - (lost + 3) / 9;
    struct smf smf = read_file(&midi);
    assert_int_equal(count_notes(&smf), notes);
    expect_faults(&smf, FAULT(CUT));
    remove_some(&midi, &smf, 0);
    smf_free(&smf);
    midi_free(&midi);
  }
}

static void reads_past_a_wrong_header(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  put_track(&midi, 0);
  midi.data[4] = 0x12;
  struct smf smf = read_file(&midi);
  assert_int_equal(count_notes(&smf), NOTES);
  expect_faults(&smf, FAULT(HEADER));
  remove_some(&midi, &smf, 0);
  smf_free(&smf);
  midi_free(&midi);
}

static void keeps_what_belongs_to_no_chunk(void **state)
{
  struct midi_bytes midi = begin(1, 2);
  (void)state;
  put_track(&midi, 0);
  midi_put(&midi, "\0\1\2", 3);
  put_track(&midi, 1);
  midi_put(&midi, (uint8_t[20]){0}, 20);
  struct smf smf = read_file(&midi);
  assert_int_equal(count_notes(&smf), 2 * NOTES);
  expect_faults(&smf, FAULT(BETWEEN));
  remove_some(&midi, &smf, 0);
  smf_free(&smf);
  midi_free(&midi);
}

/* By the standard: chunks of other kinds and longer headers. */
static void takes_strange_chunks_for_no_fault(void **state)
{
  struct midi_bytes midi = begin(1, 1);
  (void)state;
  midi.data[7] = 10;
  midi_put(&midi, "more", 4);
  midi_put(&midi, "CASM\0\0\0\2xy", 10);
  put_track(&midi, 0);
  midi_put(&midi, "XFKM\0\0\0\3abc", 11);
  expect(&midi, NOTES, 0);
}

/* --- Events --- */

static void clips_data_bytes(void **state)
{
  struct midi_bytes midi = WITH(0xB0, 7, 0xFF);
  (void)state;
  midi_end_track(&midi, 0);
  struct smf smf = read_file(&midi);
  assert_int_equal(smf.events[(size_t)2 * NOTES].bytes[2], 127);
  smf_free(&smf);
  expect(&midi, (size_t)2 * NOTES, FAULT(DATA_BYTE));
}

static void goes_on_with_running_status(void **state)
{
  static const uint8_t interruptions[][5] = {{0xF0, 3, 0x7E, 9, 0xF7}, {0xFF, 1, 2, 'h', 'i'}};
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct midi_bytes midi = with(interruptions[i], 5);
    MIDI_EVENT(&midi, 10, 0x90, 40, 80);
    midi_event(&midi, 10, interruptions[i], 5);
    MIDI_EVENT(&midi, 10, 40, 0);
    midi_end_track(&midi, 0);
    expect(&midi, (size_t)2 * NOTES + 1, FAULT(RUNNING));
  }
}

static void steps_over_real_time_bytes(void **state)
{
  (void)state;
  for (int i = 0; i < 3; i++) {
    struct midi_bytes midi = i == 0 ? WITH(0xFE) : i == 1 ? WITH(0xF8) : WITH(0xF2, 1, 2);
    midi_end_track(&midi, 0);
    expect(&midi, (size_t)2 * NOTES, FAULT(STRAY));
  }
}

static void ignores_tempos_that_cannot_be_meant(void **state)
{
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct midi_bytes midi = i == 0 ? WITH(0xFF, 0x51, 3, 0, 0, 0) : WITH(0xFF, 0x51, 2, 7, 0xA1);
    midi_end_track(&midi, 0);
    struct smf smf = read_file(&midi);
    assert_int_equal(smf_tick_time(&smf, 48000), 50 * NANOS_PER_SECOND);
    smf_free(&smf);
    expect(&midi, (size_t)2 * NOTES, FAULT(TEMPO));
  }
}

/* --- Files within files --- */

static void put_little(struct midi_bytes *midi, size_t value)
{
  for (int i = 0; i < 4; i++) {
    midi_put(midi, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
  }
}

/* RIFF, its chunks in either order; by its own standard it has no fault. */
static void reads_riff(void **state)
{
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct midi_bytes inner = begin(0, 1), midi = {.data = NULL};
    put_track(&inner, 0);
    midi_put(&midi, "RIFF", 4);
    put_little(&midi, (i == 0 ? 12u : 24u) + inner.size + inner.size % 2);
    midi_put(&midi, "RMID", 4);
    if (i == 1) {
      midi_put(&midi, "DISP\3\0\0\0abc\0", 12);
    }
    midi_put(&midi, "data", 4);
    put_little(&midi, inner.size);
    midi_put(&midi, inner.data, inner.size);
    midi_put(&midi, "", inner.size % 2);
    expect(&midi, NOTES, 0);
    midi_free(&inner);
  }
}

static void reads_riff_with_wrong_lengths(void **state)
{
  struct midi_bytes midi = {.data = NULL};
  (void)state;
  midi_put(&midi, "RIFF\xFF\xFF\xFF\xFFRMIDdata\xFF\xFF\xFF\xFF", 20);
  midi_header(&midi, 0, 1, 480);
  put_track(&midi, 0);
  expect(&midi, NOTES, FAULT(WRAPPER));
}

static void reads_macbinary(void **state)
{
  struct midi_bytes midi = {.data = NULL};
  (void)state;
  midi_put(&midi, (uint8_t[128]){0, 4, 's', 'o', 'n', 'g'}, 128);
  midi_header(&midi, 0, 1, 480);
  put_track(&midi, 0);
  const size_t size = midi.size - 128;
  midi.data[85] = (uint8_t)(size >> 8);
  midi.data[86] = (uint8_t)size;
  midi_put(&midi, (uint8_t[128]){0}, 128 - size % 128);
  expect(&midi, NOTES, FAULT(WRAPPER));
}

/* --- Format 2 --- */

/* Each track by its own tempos, which count from its own beginning. */
static void reads_format_2_track_by_track(void **state)
{
  struct midi_bytes midi = begin(2, 3);
  (void)state;
  for (uint8_t track = 0; track < 3; track++) {
    midi_begin_track(&midi);
    if (track > 0) { /* half a second, a quarter, an eighth a quarter note */
      MIDI_EVENT(&midi, 0, 0xFF, 0x51, 3, 3 / track, track == 1 ? 0xD0 : 0xE8, 0x90);
    }
    put_notes(&midi, track);
    midi_end_track(&midi, 0);
  }
  struct smf smf = read_file(&midi);
  assert_int_equal(smf_track_time(&smf, 0, 480), NANOS_PER_SECOND / 2);
  assert_int_equal(smf_track_time(&smf, 1, 480), NANOS_PER_SECOND / 4);
  assert_int_equal(smf_track_time(&smf, 2, 480), 125072 * (NANOS_PER_MILLISECOND / 1000));
  assert_int_equal(smf_track_tick(&smf, 1, NANOS_PER_SECOND / 4), 480);
  smf_free(&smf);
  expect(&midi, (size_t)3 * NOTES, 0);
}

/* --- Hostile ones --- */

/* Lengths that lie in every track of a large file cost no more than the file is long. */
static void reads_a_file_of_lies(void **state)
{
  enum { TRACKS = 60000 };
  static const long changes[] = {-3, 5, 0x7FFFFF, -1};
  struct midi_bytes midi = begin(1, 3);
  (void)state;
  for (int i = 0; i < TRACKS; i++) {
    midi_begin_track(&midi);
    MIDI_EVENT(&midi, 0, 0x90, 60, 1);
    MIDI_EVENT(&midi, 9, 0x80, 60, 1);
    midi_end_track(&midi, 0);
    lie(&midi, changes[i % 4]);
  }
  struct smf smf = read_file(&midi);
  assert_int_equal(count_notes(&smf), TRACKS);
  expect_faults(&smf, FAULT(LENGTH) | FAULT(COUNT));
  smf_free(&smf);
  midi_free(&midi);
}

static void refuses_more_tracks_than_a_file_can_have(void **state)
{
  struct midi_bytes midi = begin(1, 0xFFFF);
  struct smf smf;
  (void)state;
  for (int i = 0; i < 0x10000; i++) {
    midi_begin_track(&midi);
    midi_end_track(&midi, 0);
  }
  assert_int_equal(smf_read(&smf, midi.data, midi.size, "case.mid", &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "more tracks"));
  midi_free(&midi);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_tracks_without_an_end),
    cmocka_unit_test(keeps_what_follows_the_end),
    cmocka_unit_test(reads_an_end_with_data),
    cmocka_unit_test(finds_out_how_many_tracks_there_are),
    cmocka_unit_test(finds_out_where_tracks_end),
    cmocka_unit_test(mends_the_length_of_a_changed_track),
    cmocka_unit_test(reads_a_cut_file_up_to_the_last_whole_event),
    cmocka_unit_test(reads_past_a_wrong_header),
    cmocka_unit_test(keeps_what_belongs_to_no_chunk),
    cmocka_unit_test(takes_strange_chunks_for_no_fault),
    cmocka_unit_test(clips_data_bytes),
    cmocka_unit_test(goes_on_with_running_status),
    cmocka_unit_test(steps_over_real_time_bytes),
    cmocka_unit_test(ignores_tempos_that_cannot_be_meant),
    cmocka_unit_test(reads_riff),
    cmocka_unit_test(reads_riff_with_wrong_lengths),
    cmocka_unit_test(reads_macbinary),
    cmocka_unit_test(reads_format_2_track_by_track),
    cmocka_unit_test(reads_a_file_of_lies),
    cmocka_unit_test(refuses_more_tracks_than_a_file_can_have),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
