/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmocka_all.h"
#include "midi_bytes.h"
#include "rng.h"
#include "smf_append.h"

enum { FILES = 300, FILE_MAX = 1 << 15, TRACKS_MAX = 4 };

/* A file in the making. */
struct bytes {
  uint8_t data[FILE_MAX];
  size_t size;
};

static struct error error;

static void put(struct bytes *bytes, const void *data, size_t size)
{
  assert_true(bytes->size + size <= FILE_MAX);
  memcpy(bytes->data + bytes->size, data, size);
  bytes->size += size;
}

static void put_big(struct bytes *bytes, uint32_t value, int count)
{
  for (int i = count - 1; i >= 0; i--) {
    put(bytes, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
  }
}

/* Up to 14 bits, sometimes longer than it need be. */
static void put_delta(struct bytes *bytes, uint32_t value, struct rng *rng)
{
  if (value >= 128 || rng_below(rng, 8) == 0) {
    put(bytes, &(uint8_t){(uint8_t)(0x80 | value >> 7)}, 1);
  }
  put(bytes, &(uint8_t){value & 0x7F}, 1);
}

static void put_meta(struct bytes *bytes, struct rng *rng)
{
  static const uint8_t metas[][7] = {
    {0xFF, 0x51, 3, 0x07, 0xA1, 0x20},
    {0xFF, 0x51, 3, 0x03, 0x00, 0x01},
    {0xFF, 0x06, 2, 'h', 'i'},
    {0xFF, 0x58, 4, 3, 2, 24, 8},
    {0xF0, 2, 0x7E, 0xF7},
    {0xF7, 1, 0xFE},
  };
  static const uint8_t sizes[] = {6, 6, 5, 7, 4, 3};
  const uint32_t which = rng_below(rng, sizeof sizes);
  put(bytes, metas[which], sizes[which]);
}

/* Events with running status where it may be; `running` is 0 where it may not. */
static void put_event(struct bytes *bytes, uint8_t *running, struct rng *rng)
{
  static const uint8_t types[] = {0x90, 0x90, 0x90, 0x80, 0xB0, 0xC0, 0xE0};
  put_delta(bytes, rng_below(rng, 400), rng);
  if (rng_below(rng, 8) == 0) {
    put_meta(bytes, rng);
    *running = 0;
    return;
  }
  const uint8_t status = (uint8_t)(types[rng_below(rng, sizeof types)] | rng_below(rng, 3));
  if (status != *running) {
    put(bytes, &status, 1);
  }
  *running = status;
  put(bytes, &(uint8_t){(uint8_t)rng_below(rng, (status & 0xF0) == 0xB0 ? 40 : 128)}, 1);
  if ((status & 0xF0) != 0xC0) {
    put(bytes, &(uint8_t){(uint8_t)rng_below(rng, 128)}, 1);
  }
}

static void put_track(struct bytes *bytes, struct rng *rng)
{
  static const uint8_t end[] = {0, 0xFF, 0x2F, 0};
  uint8_t running = 0;
  put(bytes, "MTrk", 4);
  const size_t begin = bytes->size;
  put_big(bytes, 0, 4);
  for (uint32_t i = rng_below(rng, 60); i > 0; i--) {
    put_event(bytes, &running, rng);
  }
  put(bytes, end, sizeof end);
  if (rng_below(rng, 4) == 0) {
    put(bytes, "junk", 4); /* behind the end of track, within the chunk */
  }
  struct bytes length = {.size = 0};
  put_big(&length, (uint32_t)(bytes->size - begin - 4), 4);
  memcpy(bytes->data + begin, length.data, 4);
}

static void put_unknown(struct bytes *bytes, struct rng *rng)
{
  if (rng_below(rng, 3) == 0) {
    put(bytes, "XFIH\0\0\0\3abc", 11);
  }
}

/* Returns where the last track ends. */
static size_t make_file(struct bytes *bytes, struct rng *rng)
{
  static const uint16_t divisions[] = {1, 24, 96, 480, 0x7FFF, 0xE728, 0xE250};
  const uint32_t format = rng_below(rng, 2);
  const uint32_t tracks = format == 0 ? 1 : 1 + rng_below(rng, TRACKS_MAX);
  const bool longer = rng_below(rng, 4) == 0;
  bytes->size = 0;
  put(bytes, "MThd", 4);
  put_big(bytes, longer ? 8 : 6, 4);
  put_big(bytes, format, 2);
  put_big(bytes, tracks, 2);
  put_big(bytes, divisions[rng_below(rng, sizeof divisions / sizeof *divisions)], 2);
  put(bytes, "??", longer ? 2 : 0);
  for (uint32_t i = 0; i < tracks; i++) {
    put_unknown(bytes, rng);
    put_track(bytes, rng);
  }
  const size_t end = bytes->size;
  put_unknown(bytes, rng);
  put(bytes, "\0\0padding", rng_below(rng, 3) == 0 ? 9 : 0);
  return end;
}

/* Notes that keep their order when they are read: one key each, at whole ticks, one tick long or more. */
static void make_notes(const struct smf *smf, struct note_list *notes, struct rng *rng)
{
  uint64_t end = 1;
  for (int i = 0; i < smf->track_count; i++) {
    end = smf->track_end[i] > end ? smf->track_end[i] : end;
  }
  for (uint32_t i = rng_below(rng, 30); i > 0; i--) {
    const uint64_t on = rng_below(rng, (uint32_t)end);
    const struct note note = {.on = smf_tick_time(smf, on),
                              .off = smf_tick_time(smf, on + 1 + rng_below(rng, 100)),
                              .channel = (uint8_t)rng_below(rng, 4),
                              .pitch = (uint8_t)(i + 20),
                              .velocity = (uint8_t)(1 + rng_below(rng, 127)),
                              .track = (uint16_t)rng_below(rng, 9)};
    assert_int_equal(note_list_add(notes, note), STATUS_OK);
  }
  note_list_sort(notes);
}

static void assert_same_events(const struct smf *before, const struct smf *after)
{
  size_t found = 0;
  assert_int_equal(after->division, before->division);
  for (size_t i = 0; i < after->event_count; i++) {
    if (after->events[i].track < before->track_count) {
      const struct smf_event *event = &after->events[i], *old = &before->events[found++];
      assert_true(event->tick == old->tick && event->time == old->time && event->track == old->track);
      assert_int_equal(event->size, old->size);
      assert_memory_equal(event->bytes, old->bytes, old->size);
    }
  }
  assert_int_equal(found, before->event_count);
}

static void assert_added_notes(const struct smf *before, const struct smf *after, const struct note_list *added)
{
  struct note_list all = {0};
  size_t found = 0;
  assert_int_equal(smf_notes(after, &all, &error), STATUS_OK);
  for (size_t i = 0; i < all.count; i++) {
    if (all.notes[i].track == before->track_count) {
      struct note note = added->notes[found++];
      note.track = (uint16_t)before->track_count;
      assert_memory_equal(&all.notes[i], &note, sizeof note);
    }
  }
  assert_int_equal(found, added->count);
  note_list_free(&all);
}

static void assert_markers(const struct smf *before, const struct smf *after, size_t wanted)
{
  size_t found = 0;
  for (size_t i = 0; i < after->event_count; i++) {
    const struct smf_event *event = &after->events[i];
    found += event->track == before->track_count + 1 && event->bytes[0] == 0xFF && event->bytes[1] == 6;
  }
  assert_int_equal(found, wanted);
}

static void check_one(struct bytes *bytes, struct rng *rng)
{
  const size_t end = make_file(bytes, rng);
  struct note_list notes = {0};
  struct smf before, after;
  uint8_t *out;
  size_t size;
  assert_int_equal(smf_read(&before, bytes->data, bytes->size, "before", &error), STATUS_OK);
  make_notes(&before, &notes, rng);
  const struct smf_marker markers[] = {{5, "here"}, {3, "there"}};
  const struct smf_addition addition = {"added", &notes, "why", markers, rng_below(rng, 3)};
  assert_int_equal(smf_append(&before, bytes->data, bytes->size, &addition, &out, &size, &error), STATUS_OK);
  assert_memory_equal(out, bytes->data, 8);
  assert_memory_equal(out + 12, bytes->data + 12, end - 12);
  assert_memory_equal(out + size - (bytes->size - end), bytes->data + end, bytes->size - end);
  assert_int_equal(smf_read(&after, out, size, "after", &error), STATUS_OK);
  assert_int_equal(after.format, 1);
  assert_int_equal(after.track_count, before.track_count + (addition.marker_count > 0 ? 2 : 1));
  assert_same_events(&before, &after);
  assert_added_notes(&before, &after, &notes);
  assert_markers(&before, &after, addition.marker_count);
  free(out);
  smf_free(&before);
  smf_free(&after);
  note_list_free(&notes);
}

static void keeps_every_byte_of_random_files(void **state)
{
  struct bytes *bytes = malloc(sizeof *bytes);
  const uint64_t seed = (uint64_t)time(NULL);
  struct rng rng;
  (void)state;
  print_message("seed %llu\n", (unsigned long long)seed);
  rng_seed(&rng, seed);
  for (int i = 0; i < FILES; i++) {
    check_one(bytes, &rng);
  }
  free(bytes);
}

static const uint8_t one_track[] = {'M', 'T', 'h',  'd', 0,   0,    0,  6, 0,    0,    0, 1,
                                    0,   96,  'M',  'T', 'r', 'k',  0,  0, 0,    13,   0, 0xC1,
                                    12,  5,   0xC2, 13,  3,   0xC1, 14, 0, 0xFF, 0x2F, 0};

static void gives_its_channels_their_programs_where_the_file_does(void **state)
{
  struct note note = {.on = 0, .off = NANOS_PER_SECOND, .channel = 1, .pitch = 60, .velocity = 9};
  const struct note_list notes = {&note, 1, 1};
  const struct smf_addition addition = {.name = "added", .notes = &notes};
  struct smf before, after;
  uint8_t *out;
  size_t size, found = 0;
  (void)state;
  assert_int_equal(smf_read(&before, one_track, sizeof one_track, "before", &error), STATUS_OK);
  assert_int_equal(smf_append(&before, one_track, sizeof one_track, &addition, &out, &size, &error), STATUS_OK);
  assert_int_equal(smf_read(&after, out, size, "after", &error), STATUS_OK);
  for (size_t i = 0; i < after.event_count; i++) {
    const struct smf_event *event = &after.events[i];
    if (event->track == 1 && (event->bytes[0] & 0xF0) == 0xC0) {
      assert_int_equal(event->bytes[0], 0xC1);
      assert_int_equal(event->bytes[1], found == 0 ? 12 : 14);
      assert_int_equal(event->tick, found == 0 ? 0 : 8);
      found++;
    }
  }
  assert_int_equal(found, 2);
  free(out);
  smf_free(&before);
  smf_free(&after);
}

/* Read `midi`, add a note, read the result. The tracks that were there are the ones that are there. */
static struct smf add_note(const struct midi_bytes *midi, uint8_t **out, size_t *size)
{
  struct note note = {.on = 0, .off = NANOS_PER_SECOND, .channel = 1, .pitch = 60, .velocity = 9};
  const struct note_list notes = {&note, 1, 1};
  const struct smf_addition addition = {.name = "added", .notes = &notes};
  struct smf before, after;
  assert_int_equal(smf_read(&before, midi->data, midi->size, "before", &error), STATUS_OK);
  assert_int_equal(smf_append(&before, midi->data, midi->size, &addition, out, size, &error), STATUS_OK);
  assert_int_equal(smf_read(&after, *out, *size, "after", &error), STATUS_OK);
  assert_int_equal(after.track_count, before.track_count + 1);
  for (size_t i = 0, k = 0; i < after.event_count; i++) {
    if (after.events[i].track < before.track_count) {
      assert_int_equal(after.events[i].tick, before.events[k].tick);
      assert_int_equal(after.events[i].size, before.events[k].size);
      assert_memory_equal(after.events[i].bytes, before.events[k].bytes, before.events[k].size);
      k++;
    }
  }
  smf_free(&before);
  return after;
}

/* The added track plays on the port of those that play its channel. */
static void plays_on_the_port_of_its_channel(void **state)
{
  struct midi_bytes midi = {.data = NULL};
  uint8_t *out;
  size_t size, found = 0;
  (void)state;
  midi_header(&midi, 1, 2, 480);
  for (uint8_t track = 0; track < 2; track++) {
    midi_begin_track(&midi);
    MIDI_EVENT(&midi, 0, 0xFF, 0x21, 1, track + 4);
    MIDI_EVENT(&midi, 0, 0x90 | track, 60, 80);
    MIDI_EVENT(&midi, 9, 0x80 | track, 60, 80);
    midi_end_track(&midi, 0);
  }
  struct smf after = add_note(&midi, &out, &size);
  for (size_t i = 0; i < after.event_count; i++) {
    const struct smf_event *event = &after.events[i];
    if (event->track == 2 && event->kind == SMF_META && event->bytes[1] == 0x21) {
      assert_int_equal(event->bytes[2], 5);
      found++;
    }
  }
  assert_int_equal(found, 1);
  free(out);
  smf_free(&after);
  midi_free(&midi);
}

/* A cut last track, a wrong number of tracks and RIFF around it all: what is added is read by whoever reads on
 * by lengths. */
static void adds_to_what_is_faulty(void **state)
{
  struct midi_bytes midi = {.data = NULL};
  uint8_t *out;
  size_t size;
  (void)state;
  midi_put(&midi, "RIFF\0\0\0\0RMIDdata\0\0\0\0", 20);
  midi_header(&midi, 0, 7, 480);
  midi_begin_track(&midi);
  MIDI_EVENT(&midi, 0, 0x90, 60, 80);
  MIDI_EVENT(&midi, 9, 0x80, 60, 80);
  midi_end_track(&midi, 0);
  midi.size -= 2;
  midi.data[16] = (uint8_t)(midi.size - 20);
  midi.data[4] = (uint8_t)(midi.size - 8);
  struct smf after = add_note(&midi, &out, &size);
  assert_int_equal(after.faults.of[SMF_FAULT_COUNT].count, 0);
  assert_int_equal(after.faults.of[SMF_FAULT_WRAPPER].count, 0);
  assert_int_equal(after.faults.of[SMF_FAULT_LENGTH].count, 0);
  assert_int_equal(out[4], size - 8);
  free(out);
  smf_free(&after);
  midi_free(&midi);
}

static void refuses_what_cannot_be_added(void **state)
{
  struct note note = {.on = 0, .off = 2 * SMF_TIME_MAX, .pitch = 60, .velocity = 9};
  const struct note_list notes = {&note, 1, 1};
  struct smf_addition addition = {.name = "added", .notes = &notes};
  struct smf smf;
  uint8_t *out;
  size_t size;
  (void)state;
  assert_int_equal(smf_read(&smf, one_track, sizeof one_track, "before", &error), STATUS_OK);
  assert_int_equal(smf_append(&smf, one_track, sizeof one_track, &addition, &out, &size, &error), STATUS_USAGE);
  assert_null(out);
  note.off = 1;
  smf.track_count = 0xFFFF;
  assert_int_equal(smf_append(&smf, one_track, sizeof one_track, &addition, &out, &size, &error),
                   STATUS_UNSUPPORTED);
  assert_null(out);
  smf.track_count = 1;
  smf_free(&smf);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keeps_every_byte_of_random_files),
    cmocka_unit_test(gives_its_channels_their_programs_where_the_file_does),
    cmocka_unit_test(plays_on_the_port_of_its_channel),
    cmocka_unit_test(adds_to_what_is_faulty),
    cmocka_unit_test(refuses_what_cannot_be_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
