/* SPDX-License-Identifier: MIT */
/* Journals: what is put is read, and whatever happens to the bytes, all before it is read. */
#include <stdlib.h>

#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "journal.h"
#include "journal_check.h"
#include "rng.h"

#define MS NANOS_PER_MILLISECOND

enum { TAPE_MAX = 1 << 16, CHANGES = 400 };

/* A journal in the making. */
struct tape {
  uint8_t bytes[TAPE_MAX];
  size_t size;
  size_t ends[256]; /* where each record ends */
  int count;
};

static struct tape tape;

static void put(struct journal_record record)
{
  tape.size += journal_put(&record, tape.bytes + tape.size);
  tape.ends[tape.count++] = tape.size;
}

static void begin(nanos look_ahead)
{
  tape.count = 0;
  tape.size = JOURNAL_HEAD_SIZE;
  journal_put_head(tape.bytes, 0);
  put((struct journal_record){
    .type = JOURNAL_START,
    .start = {
      .wall = 1795415713985503922,
      .utc_offset = -12600,
      .settings = {
        .preset = "pop", .model = 0xDEADBEEF, .mode = 2, .strength = 0.42F, .look_ahead = look_ahead}}});
}

static void message(enum journal_type type, nanos time, unsigned status, unsigned first, unsigned second)
{
  put((struct journal_record){
    .type = type,
    .time = time * MS,
    .message = {.size = 3, .bytes = {(uint8_t)status, (uint8_t)first, (uint8_t)second}}});
}

static void decide(nanos time, uint8_t pitch, bool passed)
{
  put((struct journal_record){.type = JOURNAL_DECISION,
                              .time = time * MS,
                              .decision = {.pitch = pitch,
                                           .velocity = 50,
                                           .passed = passed,
                                           .damage = DAMAGE_BOUNCE,
                                           .mode = 2,
                                           .log_odds = -3.5F,
                                           .threshold = -1.25F}});
}

static void undo(nanos time, nanos of, uint8_t pitch)
{
  put((struct journal_record){
    .type = JOURNAL_UNDO, .time = time * MS, .undo = {.time = of * MS, .pitch = pitch, .velocity = 50}});
}

static void unmean(nanos time, nanos of, uint8_t pitch)
{
  put((struct journal_record){.type = JOURNAL_UNMEANT,
                              .time = time * MS,
                              .unmeant = {{.time = of * MS, .pitch = pitch, .velocity = 50}, DAMAGE_BRUSH}});
}

static void end(nanos time)
{
  put((struct journal_record){.type = JOURNAL_END, .time = time * MS, .end = JOURNAL_QUIT});
}

/* One of each kind: a note, a bounce that was removed and undone, a ghost that was removed. */
static void make_take(void)
{
  begin(0);
  message(JOURNAL_RECEIVED, 0, 0x90, 60, 80);
  decide(0, 60, true);
  message(JOURNAL_SENT, 0, 0x90, 60, 80);
  message(JOURNAL_RECEIVED, 10, 0x80, 60, 64);
  message(JOURNAL_RECEIVED, 20, 0x90, 60, 50);
  decide(20, 60, false);
  message(JOURNAL_RECEIVED, 100, 0x80, 60, 64);
  message(JOURNAL_SENT, 100, 0x80, 60, 64);
  message(JOURNAL_RECEIVED, 150, 0x90, 70, 3);
  decide(150, 70, false);
  message(JOURNAL_RECEIVED, 160, 0x80, 70, 64);
  undo(200, 20, 60);
  put((struct journal_record){.type = JOURNAL_LONG, .time = 210 * MS, .size = 300});
  put((struct journal_record){.type = JOURNAL_PORT, .time = 220 * MS, .connected = false});
  put((struct journal_record){.type = JOURNAL_PORT, .time = 230 * MS, .connected = true});
  put((struct journal_record){.type = JOURNAL_GOOD, .time = 240 * MS, .since = 5 * MS});
  put((struct journal_record){.type = JOURNAL_LOST, .time = 250 * MS, .lost = 7});
  put((struct journal_record){
    .type = JOURNAL_SETTINGS, .time = 260 * MS, .settings = {.preset = "folk", .mode = 1, .strength = 1}});
  end(300);
}

static struct journal_summary summarise(size_t size)
{
  struct journal_summary summary;
  struct error error;
  assert_int_equal(journal_summarise(&summary, tape.bytes, size, "tape", &error), STATUS_OK);
  return summary;
}

static void test_the_crc_is_the_usual_one(void **state)
{
  (void)state;
  assert_int_equal(journal_crc(0, (const uint8_t *)"123456789", 9), 0xCBF43926);
  assert_int_equal(journal_crc(journal_crc(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
                   0xCBF43926);
}

static void test_what_is_put_is_read(void **state)
{
  (void)state;
  make_take();
  struct journal_reader reader;
  struct journal_record record;
  struct error error;
  assert_int_equal(journal_begin(&reader, tape.bytes, tape.size, "tape", &error), STATUS_OK);
  assert_int_equal(reader.start.wall, 1795415713985503922);
  assert_int_equal(reader.start.utc_offset, -12600);
  assert_string_equal(reader.start.settings.preset, "pop");
  assert_int_equal(reader.start.settings.model, 0xDEADBEEF);
  int count = 1;
  for (; journal_next(&reader, &record); count++) {
    assert_int_equal(reader.at, tape.ends[count]);
    if (record.type == JOURNAL_DECISION && record.time == 20 * MS) {
      assert_false(record.decision.passed);
      assert_true(record.decision.log_odds == -3.5F && record.decision.threshold == -1.25F);
    }
  }
  assert_int_equal(count, tape.count);
  assert_null(journal_check(tape.bytes, tape.size));

  const struct journal_summary summary = summarise(tape.size);
  assert_true(summary.ended && summary.end == JOURNAL_QUIT && summary.lost_bytes == 0);
  assert_int_equal(summary.length, 300 * MS);
  assert_int_equal(summary.received, 6);
  assert_int_equal(summary.sent, 2);
  assert_int_equal(summary.notes_in, 3);
  assert_int_equal(summary.notes_out, 1);
  assert_int_equal(summary.removed[DAMAGE_BOUNCE], 2);
  assert_int_equal(summary.undone, 1);
  assert_int_equal(summary.good, 1);
  assert_int_equal(summary.disconnects, 1);
  assert_int_equal(summary.not_recorded, 7);
}

static void test_every_cut_leaves_what_is_before_it(void **state)
{
  (void)state;
  make_take();
  for (size_t size = 0; size < tape.size; size++) {
    struct journal_summary summary;
    struct error error = {0};
    /* In a block of its own, so that a sanitizer sees a read past the cut. */
    uint8_t *cut = malloc(size + 1);
    memcpy(cut, tape.bytes, size);
    const enum status status = journal_summarise(&summary, cut, size, "cut", &error);
    assert_null(journal_check(cut, size));
    free(cut);
    if (size < tape.ends[0]) {
      assert_int_equal(status, STATUS_FORMAT);
      continue;
    }
    int whole = 0;
    while (whole < tape.count && tape.ends[whole] <= size) {
      whole++;
    }
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(summary.lost_bytes, size - tape.ends[whole - 1]);
    assert_false(summary.ended);
  }
}

/* Flip one bit at a time. */
static void test_every_flipped_bit_is_noticed(void **state)
{
  (void)state;
  make_take();
  for (size_t bit = 8 * JOURNAL_HEAD_SIZE; bit < 8 * tape.size; bit++) {
    tape.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    struct journal_summary summary;
    struct error error;
    const enum status status = journal_summarise(&summary, tape.bytes, tape.size, "flipped", &error);
    int before = 0;
    while (tape.ends[before] <= bit / 8) {
      before++;
    }
    if (before == 0) {
      assert_int_equal(status, STATUS_FORMAT);
    } else {
      assert_int_equal(status, STATUS_OK);
      assert_int_equal(summary.lost_bytes, tape.size - tape.ends[before - 1]);
    }
    tape.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
  }
}

static void test_random_damage_does_no_harm(void **state)
{
  (void)state;
  const uint64_t seed = 20261123;
  struct rng rng;
  rng_seed(&rng, seed);
  for (int round = 0; round < CHANGES; round++) {
    make_take();
    for (int i = 0; i < 8; i++) {
      tape.bytes[rng_below(&rng, (uint32_t)tape.size)] = (uint8_t)rng_below(&rng, 256);
    }
    const char *fault = journal_check(tape.bytes, tape.size);
    if (fault != NULL) {
      fail_msg("seed %llu, round %d: %s", (unsigned long long)seed, round, fault);
    }
  }
}

static void test_other_files_are_refused_by_name(void **state)
{
  (void)state;
  struct journal_summary summary;
  struct error error;
  const uint8_t page[] = "<!DOCTYPE html><html><body>404</body></html>";
  assert_int_equal(journal_summarise(&summary, page, sizeof page, "page.take", &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "page.take"));
  make_take();
  tape.bytes[8] = 2;
  assert_int_equal(journal_summarise(&summary, tape.bytes, tape.size, "new.take", &error), STATUS_UNSUPPORTED);
  assert_non_null(strstr(error.text, "version 2"));
}

static struct note_list notes_of(enum journal_stream stream)
{
  struct note_list notes = {0};
  struct error error;
  assert_int_equal(journal_notes(tape.bytes, tape.size, "tape", stream, &notes, &error), STATUS_OK);
  return notes;
}

static void expect_note(const struct note_list *notes, size_t i, nanos on, nanos off, int pitch, int damage)
{
  assert_true(i < notes->count);
  assert_int_equal(notes->notes[i].on, on * MS);
  assert_int_equal(notes->notes[i].off, off * MS);
  assert_int_equal(notes->notes[i].pitch, pitch);
  assert_int_equal(notes->notes[i].damage, damage);
}

static void test_raw_notes_say_what_was_removed(void **state)
{
  (void)state;
  make_take();
  struct note_list notes = notes_of(JOURNAL_RAW);
  assert_int_equal(notes.count, 3);
  expect_note(&notes, 0, 0, 10, 60, DAMAGE_NONE);
  expect_note(&notes, 1, 20, 100, 60, DAMAGE_NONE); /* undone */
  expect_note(&notes, 2, 150, 160, 70, DAMAGE_BOUNCE);
  note_list_free(&notes);
}

static void test_clean_notes_have_the_undone_ones_back(void **state)
{
  (void)state;
  make_take();
  struct note_list notes = notes_of(JOURNAL_CLEAN);
  assert_int_equal(notes.count, 2);
  expect_note(&notes, 0, 0, 20, 60, DAMAGE_NONE);
  expect_note(&notes, 1, 20, 100, 60, DAMAGE_NONE);
  note_list_free(&notes);
}

/* Two notes that passed; of the second the player says that it was not meant. */
static void make_unmeant(bool and_yet)
{
  begin(0);
  for (int i = 0; i < 2; i++) {
    const uint8_t pitch = (uint8_t)(60 + i);
    message(JOURNAL_RECEIVED, 100 * i, 0x90, pitch, 80);
    decide(100 * i, pitch, true);
    message(JOURNAL_SENT, 100 * i, 0x90, pitch, 80);
    message(JOURNAL_RECEIVED, 100 * i + 50, 0x80, pitch, 64);
    message(JOURNAL_SENT, 100 * i + 50, 0x80, pitch, 64);
  }
  unmean(300, 100, 61);
  if (and_yet) {
    undo(310, 100, 61);
  }
  end(400);
}

static void test_what_was_not_meant_is_left_out(void **state)
{
  (void)state;
  struct smf smf;
  struct error error = {0};
  struct note_list of_file = {0};
  make_unmeant(false);
  assert_int_equal(summarise(tape.size).unmeant, 1);
  struct note_list raw = notes_of(JOURNAL_RAW), clean = notes_of(JOURNAL_CLEAN);
  assert_int_equal(raw.count, 2);
  expect_note(&raw, 0, 0, 50, 60, DAMAGE_NONE);
  expect_note(&raw, 1, 100, 150, 61, DAMAGE_BRUSH);
  assert_int_equal(clean.count, 1);
  expect_note(&clean, 0, 0, 50, 60, DAMAGE_NONE);
  assert_int_equal(journal_smf(tape.bytes, tape.size, "take", false, true, &smf, &error), STATUS_OK);
  assert_int_equal(smf_notes(&smf, &of_file, &error), STATUS_OK);
  assert_int_equal(of_file.count, 1);
  assert_int_equal(of_file.notes[0].pitch, 60);
  smf_free(&smf);
  note_list_free(&of_file);
  note_list_free(&raw);
  note_list_free(&clean);
}

static void test_the_last_answer_holds(void **state)
{
  (void)state;
  make_unmeant(true);
  struct note_list raw = notes_of(JOURNAL_RAW), clean = notes_of(JOURNAL_CLEAN);
  expect_note(&raw, 1, 100, 150, 61, DAMAGE_NONE);
  assert_int_equal(clean.count, 2);
  note_list_free(&raw);
  note_list_free(&clean);
}

static void test_look_ahead_is_taken_off(void **state)
{
  (void)state;
  begin(20 * MS);
  message(JOURNAL_RECEIVED, 0, 0x90, 60, 80);
  message(JOURNAL_SENT, 20, 0x90, 60, 80);
  message(JOURNAL_RECEIVED, 100, 0x80, 60, 64);
  message(JOURNAL_SENT, 120, 0x80, 60, 64);
  struct note_list notes = notes_of(JOURNAL_CLEAN);
  assert_int_equal(notes.count, 1);
  expect_note(&notes, 0, 0, 100, 60, DAMAGE_NONE);
  note_list_free(&notes);
}

static void test_an_undo_of_what_passed_adds_nothing(void **state)
{
  (void)state;
  begin(0);
  message(JOURNAL_RECEIVED, 0, 0x90, 60, 80);
  decide(0, 60, true);
  message(JOURNAL_SENT, 0, 0x90, 60, 80);
  undo(10, 0, 60);
  end(50);
  struct note_list notes = notes_of(JOURNAL_CLEAN);
  assert_int_equal(notes.count, 1);
  expect_note(&notes, 0, 0, 50, 60, DAMAGE_NONE); /* its end was not recorded */
  note_list_free(&notes);
}

static size_t count_kind(const struct smf *smf, unsigned kind, int track)
{
  size_t count = 0;
  for (size_t i = 0; i < smf->event_count; i++) {
    count += smf->events[i].track == track && (smf->events[i].bytes[0] & 0xF0u) == kind;
  }
  return count;
}

static void test_a_take_becomes_a_midi_file(void **state)
{
  (void)state;
  make_take();
  struct smf smf;
  struct error error;
  assert_int_equal(journal_smf(tape.bytes, tape.size, "tape", true, true, &smf, &error), STATUS_OK);
  assert_int_equal(smf.track_count, 3);
  assert_int_equal(count_kind(&smf, MIDI_NOTE_ON, 1), 3);
  assert_int_equal(count_kind(&smf, MIDI_NOTE_OFF, 1), 3);
  assert_int_equal(count_kind(&smf, MIDI_NOTE_ON, 2), 2);
  assert_int_equal(count_kind(&smf, MIDI_NOTE_OFF, 2), 2);
  size_t markers = 0;
  for (size_t i = 0; i < smf.event_count; i++) {
    const struct smf_event *event = &smf.events[i];
    markers += event->size > 9 && memcmp(event->bytes,
                                         "\xFF\x06"
                                         "emend: ",
                                         9) == 0;
  }
  assert_int_equal(markers, 3);
  smf_free(&smf);
  assert_int_equal(journal_smf(tape.bytes, tape.size, "tape", false, true, &smf, &error), STATUS_OK);
  assert_int_equal(smf.track_count, 2);
  smf_free(&smf);
}

static void test_names_cannot_drive_a_terminal(void **state)
{
  (void)state;
  begin(0);
  put((struct journal_record){.type = JOURNAL_SETTINGS, .settings = {.preset = "\033[2J\177pop"}});
  struct journal_reader reader;
  struct journal_record record;
  struct error error;
  assert_int_equal(journal_begin(&reader, tape.bytes, tape.size, "tape", &error), STATUS_OK);
  assert_true(journal_next(&reader, &record));
  assert_string_equal(record.settings.preset, "?[2J?pop");
}

static void test_unknown_records_are_passed_over(void **state)
{
  (void)state;
  begin(0);
  const size_t at = tape.size;
  put((struct journal_record){.type = JOURNAL_LONG, .time = 0, .size = 1});
  tape.bytes[at] = 200;
  uint32_t crc = journal_crc(0, tape.bytes + at, 4);
  crc = journal_crc(crc, tape.bytes + at + 8, tape.size - at - 8);
  for (int i = 0; i < 4; i++) {
    tape.bytes[at + 4 + (size_t)i] = (uint8_t)(crc >> (8 * i));
  }
  end(70);
  const struct journal_summary summary = summarise(tape.size);
  assert_true(summary.ended);
  assert_int_equal(summary.length, 70 * MS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_the_crc_is_the_usual_one),
    cmocka_unit_test(test_what_is_put_is_read),
    cmocka_unit_test(test_every_cut_leaves_what_is_before_it),
    cmocka_unit_test(test_every_flipped_bit_is_noticed),
    cmocka_unit_test(test_random_damage_does_no_harm),
    cmocka_unit_test(test_other_files_are_refused_by_name),
    cmocka_unit_test(test_raw_notes_say_what_was_removed),
    cmocka_unit_test(test_clean_notes_have_the_undone_ones_back),
    cmocka_unit_test(test_what_was_not_meant_is_left_out),
    cmocka_unit_test(test_the_last_answer_holds),
    cmocka_unit_test(test_look_ahead_is_taken_off),
    cmocka_unit_test(test_an_undo_of_what_passed_adds_nothing),
    cmocka_unit_test(test_a_take_becomes_a_midi_file),
    cmocka_unit_test(test_names_cannot_drive_a_terminal),
    cmocka_unit_test(test_unknown_records_are_passed_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
