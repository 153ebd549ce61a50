/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "rng.h"
#include "smf.h"
#include "smf_from_notes.h"

#define MS NANOS_PER_MILLISECOND

/* A file's header, and a track around its events. */
#define HEAD(format, tracks, division) "MThd\0\0\0\6\0" format "\0" tracks division
#define TRACK(size, events) "MTrk\0\0\0" size events
#define END "\0\xFF\x2F\0"

/* Read a string literal with all its zero bytes. */
#define READ(smf, text) read_bytes(smf, (const uint8_t *)(text), sizeof(text) - 1)

static void read_bytes(struct smf *smf, const uint8_t *data, size_t size)
{
  struct error error = {0};
  if (smf_read(smf, data, size, "test", &error) != STATUS_OK) {
    fail_msg("%s", error.text);
  }
}

static void assert_event(const struct smf *smf, size_t index, uint64_t tick, int kind, const char *bytes,
                         size_t size)
{
  assert_true(index < smf->event_count);
  const struct smf_event *event = &smf->events[index];
  assert_int_equal(event->tick, tick);
  assert_int_equal(event->kind, kind);
  assert_int_equal(event->size, size);
  assert_memory_equal(event->bytes, bytes, size);
}
#define EVENT(smf, index, tick, kind, text) assert_event(smf, index, tick, kind, text, sizeof(text) - 1)

static void test_running_status_is_read(void **state)
{
  (void)state;
  struct smf smf;
  /* It goes on after a meta event, as some programs write it. */
  READ(&smf, HEAD("\0", "\1", "\0\x60") TRACK("\x17", "\0\x90\x3C\x40"
                                                      "\x60\x3E\x41"
                                                      "\0\xFF\x01\1!"
                                                      "\x81\0\x3C\0"
                                                      "\0\xC2\7" END));
  assert_int_equal(smf.event_count, 5);
  EVENT(&smf, 0, 0, SMF_CHANNEL, "\x90\x3C\x40");
  EVENT(&smf, 1, 96, SMF_CHANNEL, "\x90\x3E\x41");
  EVENT(&smf, 2, 96, SMF_META, "\xFF\x01!");
  EVENT(&smf, 3, 224, SMF_CHANNEL, "\x90\x3C\0");
  EVENT(&smf, 4, 224, SMF_CHANNEL, "\xC2\7");
  assert_int_equal(smf.events[1].time, 500 * MS);
  assert_int_equal(smf.track_end[0], 224);
  smf_free(&smf);
}

static const char everything[] =
  HEAD("\1", "\3", "\0\x60") "Junk\0\0\0\3abc" TRACK("\x12", "\0\xFF\x51\3\x07\xA1\x20"
                                                             "\x60\xFF\x51\3\x03\xD0\x90" END)
    TRACK("\x1B", "\0\xF0\4\x7E\x7F\x09\xF7"
                  "\0\xF0\2\x41\x10"
                  "\x10\xF7\2\x42\xF7"
                  "\0\xF7\3\xF3\1\xFE" END) TRACK("\x13", "\0\xFF\x58\4\3\2\x18\x08"
                                                          "\0\xFF\x7F\3\0\xFF\x80" END) "trailing";

static void test_all_kinds_of_events_are_kept(void **state)
{
  (void)state;
  struct smf smf;
  READ(&smf, everything);
  assert_int_equal(smf.event_count, 8);
  EVENT(&smf, 0, 0, SMF_META, "\xFF\x51\x07\xA1\x20");
  EVENT(&smf, 1, 0, SMF_SYSEX, "\xF0\x7E\x7F\x09\xF7");
  EVENT(&smf, 2, 0, SMF_SYSEX, "\xF0\x41\x10");
  EVENT(&smf, 3, 0, SMF_META, "\xFF\x58\3\2\x18\x08");
  EVENT(&smf, 4, 0, SMF_META, "\xFF\x7F\0\xFF\x80");
  EVENT(&smf, 5, 16, SMF_ESCAPE, "\xF7\x42\xF7");
  EVENT(&smf, 6, 16, SMF_ESCAPE, "\xF7\xF3\1\xFE");
  EVENT(&smf, 7, 96, SMF_META, "\xFF\x51\x03\xD0\x90");
  assert_int_equal(smf.events[7].track, 0);
  smf_free(&smf);
}

static void test_writing_gives_the_expected_bytes(void **state)
{
  (void)state;
  static const char expected[] = HEAD("\0", "\1", "\0\x60") TRACK("\x0F", "\0\x90\x3C\x40"
                                                                          "\x81\0\x90\x3C\0"
                                                                          "\x83\xFF\x7F\xFF\x2F\0");
  struct smf smf;
  struct error error;
  uint8_t *data;
  size_t size;
  READ(&smf, expected);
  assert_int_equal(smf_write(&smf, &data, &size, &error), STATUS_OK);
  assert_int_equal(size, sizeof expected - 1);
  assert_memory_equal(data, expected, size);
  free(data);
  smf_free(&smf);
}

static void test_times_follow_the_tempo_map(void **state)
{
  (void)state;
  struct smf smf;
  READ(&smf, everything); /* 96 ticks of 500 ms a quarter, then 250 ms */
  assert_int_equal(smf.tempo_count, 2);
  assert_int_equal(smf_tick_time(&smf, 48), 250 * MS);
  assert_int_equal(smf_tick_time(&smf, 96), 500 * MS);
  assert_int_equal(smf_tick_time(&smf, 96 + 48), 625 * MS);
  assert_int_equal(smf_time_tick(&smf, 625 * MS), 144);
  assert_int_equal(smf_time_tick(&smf, 626 * MS), 144);
  assert_int_equal(smf_time_tick(&smf, -5), 0);
  assert_int_equal(smf_tick_time(&smf, UINT64_MAX), INT64_MAX);
  smf_free(&smf);
}

static void test_smpte_ticks_are_time(void **state)
{
  (void)state;
  struct smf smf;
  /* 25 frames of 40 ticks: a millisecond a tick, whatever a tempo event says. */
  READ(&smf, HEAD("\0", "\1", "\xE7\x28") TRACK("\x0B", "\0\xFF\x51\3\x03\xD0\x90"
                                                        "\x64\xFF\x2F\0"));
  assert_int_equal(smf_tick_time(&smf, 100), 100 * MS);
  assert_int_equal(smf_time_tick(&smf, 86400 * NANOS_PER_SECOND), 86400000);
  smf_free(&smf);
  /* 29 means 30000/1001 frames a second. */
  READ(&smf, HEAD("\0", "\1", "\xE3\x01") TRACK("\x04", END));
  assert_int_equal(smf_tick_time(&smf, 30), 1001 * MS);
  assert_int_equal(smf_time_tick(&smf, 1001 * MS), 30);
  smf_free(&smf);
}

static void test_tick_and_time_are_inverse_under_any_tempo(void **state)
{
  (void)state;
  const uint64_t seed = 11;
  struct rng rng;
  rng_seed(&rng, seed);
  for (int round = 0; round < 200; round++) {
    struct smf_tempo tempos[20] = {{0, 0, 500000}};
    struct smf smf = {.format = 1, .division = (uint16_t)(1 + rng_below(&rng, 0x7FFF)), .tempos = tempos};
    for (smf.tempo_count = 1; smf.tempo_count < 20; smf.tempo_count++) {
      const uint64_t tick = tempos[smf.tempo_count - 1].tick + 1 + rng_below(&rng, round < 100 ? 3 : 5000);
      tempos[smf.tempo_count] =
        (struct smf_tempo){tick, smf_tick_time(&smf, tick), 66 + rng_below(&rng, 2000000)};
    }
    for (int i = 0; i < 200; i++) {
      const uint64_t tick = rng_below(&rng, (uint32_t)tempos[19].tick + 100);
      if (smf_time_tick(&smf, smf_tick_time(&smf, tick)) != tick) {
        fail_msg("seed %d, round %d: tick %d comes back as %d", (int)seed, round, (int)tick,
                 (int)smf_time_tick(&smf, smf_tick_time(&smf, tick)));
      }
    }
  }
}

static void test_notes_pair_first_in_first_out(void **state)
{
  (void)state;
  struct smf smf;
  struct note_list notes = {0};
  struct error error;
  /* Two strokes of one key overlap, another channel's does not interfere, one never ends. */
  READ(&smf, HEAD("\0", "\1", "\0\x60") TRACK("\x1C", "\0\x90\x3C\x40"
                                                      "\x30\x90\x3C\x50"
                                                      "\0\x91\x3C\x20"
                                                      "\x30\x80\x3C\0"
                                                      "\x30\x90\x3C\0"
                                                      "\0\x80\x3D\0"
                                                      "\x60\xFF\x2F\0"));
  assert_int_equal(smf_notes(&smf, &notes, &error), STATUS_OK);
  assert_int_equal(notes.count, 3);
  const struct note *n = notes.notes;
  assert_true(n[0].on == 0 && n[0].off == 500 * MS && n[0].velocity == 0x40);
  assert_true(n[1].on == 250 * MS && n[1].off == 750 * MS && n[1].velocity == 0x50);
  assert_true(n[2].channel == 1 && n[2].off == 1250 * MS);
  note_list_free(&notes);
  smf_free(&smf);
}

static void test_tracks_do_not_end_each_others_notes(void **state)
{
  (void)state;
  struct smf smf;
  struct note_list notes = {0};
  struct error error;
  READ(&smf,
       HEAD("\1", "\2", "\0\x60") TRACK("\x0C", "\0\x90\x3C\x40"
                                                "\x60\x80\x3C\0" END) TRACK("\x0C", "\0\x90\x3C\x41"
                                                                                    "\x30\x80\x3C\0" END));
  assert_int_equal(smf_notes(&smf, &notes, &error), STATUS_OK);
  assert_int_equal(notes.count, 2);
  assert_true(notes.notes[0].track == 0 && notes.notes[0].off == 500 * MS);
  assert_true(notes.notes[1].track == 1 && notes.notes[1].off == 250 * MS);
  note_list_free(&notes);
  smf_free(&smf);
}

static void add(struct note_list *list, nanos on, nanos off, int pitch, int track)
{
  assert_int_equal(
    note_list_add(
      list,
      (struct note){.on = on, .off = off, .pitch = (uint8_t)pitch, .velocity = 64, .track = (uint16_t)track}),
    STATUS_OK);
}

static void test_notes_are_replaced_and_all_else_is_kept(void **state)
{
  (void)state;
  struct smf smf, out;
  struct note_list notes = {0};
  struct error error;
  READ(&smf,
       HEAD("\1", "\2", "\0\x60") TRACK("\x0B", "\0\xFF\x51\3\x07\xA1\x20" END) TRACK("\x17", "\0\x90\x3C\x40"
                                                                                              "\x60\xB0\x40\x7F"
                                                                                              "\0\x80\x3C\0"
                                                                                              "\0\xB0\x40\0"
                                                                                              "\0\xC0\1" END));
  add(&notes, 0, 500 * MS, 70, 1);        /* ends where the pedal moves */
  add(&notes, 500 * MS, 500 * MS, 72, 1); /* has no length */
  add(&notes, 500 * MS, 900 * MS, 71, 1);
  add(&notes, 0, 250 * MS, 50, 0);
  assert_int_equal(smf_with_notes(&smf, &notes, &out, &error), STATUS_OK);
  assert_int_equal(out.event_count, 12);
  EVENT(&out, 1, 0, SMF_CHANNEL, "\x90\x32\x40");
  assert_int_equal(out.events[1].track, 0);
  EVENT(&out, 2, 0, SMF_CHANNEL, "\x90\x46\x40");
  EVENT(&out, 3, 48, SMF_CHANNEL, "\x80\x32\x40");
  EVENT(&out, 4, 96, SMF_CHANNEL, "\x80\x46\x40");
  EVENT(&out, 5, 96, SMF_CHANNEL, "\xB0\x40\x7F");
  EVENT(&out, 6, 96, SMF_CHANNEL, "\xB0\x40\0");
  EVENT(&out, 7, 96, SMF_CHANNEL, "\xC0\1");
  EVENT(&out, 8, 96, SMF_CHANNEL, "\x90\x48\x40");
  EVENT(&out, 9, 96, SMF_CHANNEL, "\x80\x48\x40");
  EVENT(&out, 10, 96, SMF_CHANNEL, "\x90\x47\x40");
  EVENT(&out, 11, 173, SMF_CHANNEL, "\x80\x47\x40");
  assert_int_equal(out.track_end[1], 173); /* moved out of the note's way */
  add(&notes, 0, 1, 60, 2);
  smf_free(&out);
  assert_int_equal(smf_with_notes(&smf, &notes, &out, &error), STATUS_USAGE);
  note_list_free(&notes);
  smf_free(&smf);
}

static void test_a_new_file_holds_the_notes(void **state)
{
  (void)state;
  struct smf smf;
  struct note_list notes = {0}, again = {0};
  struct error error;
  add(&notes, 0, 500 * MS, 60, 0);
  add(&notes, 250 * MS, 1000 * MS, 64, 2);
  assert_int_equal(smf_from_notes(&notes, &smf, &error), STATUS_OK);
  assert_int_equal(smf.format, 1);
  assert_int_equal(smf.track_count, 3);
  assert_int_equal(smf.division, 480);
  assert_int_equal(smf_notes(&smf, &again, &error), STATUS_OK);
  assert_int_equal(again.count, 2);
  for (size_t i = 0; i < 2; i++) { /* field by field: padding says nothing */
    assert_int_equal(again.notes[i].on, notes.notes[i].on);
    assert_int_equal(again.notes[i].off, notes.notes[i].off);
    assert_int_equal(again.notes[i].channel, notes.notes[i].channel);
    assert_int_equal(again.notes[i].pitch, notes.notes[i].pitch);
    assert_int_equal(again.notes[i].velocity, notes.notes[i].velocity);
    assert_int_equal(again.notes[i].track, notes.notes[i].track);
  }
  note_list_free(&notes);
  note_list_free(&again);
  smf_free(&smf);
}

static void test_a_new_file_may_be_without_notes(void **state)
{
  (void)state;
  struct smf smf;
  struct note_list none = {0};
  struct error error;
  assert_int_equal(smf_from_notes(&none, &smf, &error), STATUS_OK);
  assert_int_equal(smf.track_count, 1);
  assert_int_equal(smf.event_count, 1);
  smf_free(&smf);
}

static void test_a_silence_too_long_for_the_format_is_refused(void **state)
{
  (void)state;
  struct smf smf;
  struct error error;
  uint8_t *data;
  size_t size;
  READ(&smf, HEAD("\0", "\1", "\x7F\xFF") TRACK("\x04", END));
  smf.track_end[0] = 0x10000000;
  assert_int_equal(smf_write(&smf, &data, &size, &error), STATUS_UNSUPPORTED);
  assert_null(data);
  smf_free(&smf);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_running_status_is_read),
    cmocka_unit_test(test_all_kinds_of_events_are_kept),
    cmocka_unit_test(test_writing_gives_the_expected_bytes),
    cmocka_unit_test(test_times_follow_the_tempo_map),
    cmocka_unit_test(test_smpte_ticks_are_time),
    cmocka_unit_test(test_tick_and_time_are_inverse_under_any_tempo),
    cmocka_unit_test(test_notes_pair_first_in_first_out),
    cmocka_unit_test(test_tracks_do_not_end_each_others_notes),
    cmocka_unit_test(test_notes_are_replaced_and_all_else_is_kept),
    cmocka_unit_test(test_a_new_file_holds_the_notes),
    cmocka_unit_test(test_a_new_file_may_be_without_notes),
    cmocka_unit_test(test_a_silence_too_long_for_the_format_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
