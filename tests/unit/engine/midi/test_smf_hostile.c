/* SPDX-License-Identifier: MIT */
/* MIDI files that nothing can be had from: refused with one line that names the byte. Others are read soundly.
 */
#include <stdlib.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "rng.h"
#include "smf.h"
#include "smf_check.h"

#define HEAD(format, tracks, division) "MThd\0\0\0\6\0" format "\0" tracks division
#define ONE HEAD("\0", "\1", "\0\x60")
#define TRACK(size, events) "MTrk\0\0\0" size events
#define END "\0\xFF\x2F\0"
#define BYTES(text) text, sizeof(text) - 1

struct bad_case {
  const char *bytes;
  size_t size;
  const char *place, *what; /* parts of the line */
};

static const struct bad_case bad_cases[] = {
  {BYTES(""), "byte 0", "empty"},
  {BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "byte 0", "not a Standard MIDI File"},
  {BYTES("<!DOCTYPE html><html><title>404</title>"), "byte 0", "web page"},
  {BYTES("MThd\0\0\0\6\0\0"), "byte 0", "name a file that ends in .mid"},
  {BYTES("RIFF\0\0\0\0RMID"), "byte 0", "not a Standard MIDI File"},
  {BYTES("MThd\0\0\0\5\0\0\0\1\0\x60xx" TRACK("\4", END)), "byte 4", "header's length"},
  {BYTES("MThd\xFF\xFF\xFF\xFF\0\0\0\1\0\x60xx" TRACK("\4", END)), "byte 4", "header's length"},
  {BYTES(HEAD("\7", "\1", "\0\x60") TRACK("\4", END)), "byte 8", "no such format"},
  {BYTES(HEAD("\1", "\0", "\0\x60")), "byte 14", "no track"},
  {BYTES(HEAD("\1", "\1", "\0\x60") "Junk\0\0\0\4abcd"), "byte 26", "no track"},
  {BYTES(ONE "MTrk\xFF\xFF\xFF\xFF"), "byte 22", "no whole event"},
  {BYTES(HEAD("\0", "\1", "\0\0") TRACK("\4", END)), "byte 12", "division"},
  {BYTES(HEAD("\0", "\1", "\xE7\0") TRACK("\4", END)), "byte 12", "division"},
  {BYTES(HEAD("\0", "\1", "\x80\x28") TRACK("\4", END)), "byte 12", "division"},
  {BYTES(ONE TRACK("\4", "\0\x3C\x40\0")), "byte 23", "status byte must"},
  {BYTES(ONE TRACK("\x0A", "\0\xF0\1\xF7"
                           "\0\x3C\x40"
                           "\0\0\0")),
   "byte 27", "status byte must"},
  {BYTES(ONE TRACK("\x08", "\xFF\xFF\xFF\xFF\x7F\xFF\x2F\0")), "byte 22", "longer than four bytes"},
  {BYTES(HEAD("\0", "\1", "\0\1") TRACK("\7", "\xFF\xFF\xFF\x7F\xFF\x2F\0")), "byte 27", "24 hours"},
  {BYTES(HEAD("\0", "\1", "\0\1") TRACK("\x0E", "\xFF\xFF\xFF\x7F\xFF\x51\3\1\0\0" END)), "byte 27",
   "24 hours"},
};

static void test_bad_files_are_refused_with_the_byte(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
    const struct bad_case *bad = &bad_cases[i];
    struct smf smf;
    struct error error = {0};
    char place[32];
    snprintf(place, sizeof place, "bad.mid: %s: ", bad->place);
    if (smf_read(&smf, (const uint8_t *)bad->bytes, bad->size, "bad.mid", &error) == STATUS_OK) {
      fail_msg("case %zu (%s) was read", i, bad->what);
    }
    if (strstr(error.text, place) == NULL || strstr(error.text, bad->what) == NULL) {
      fail_msg("case %zu: expected \"%s ... %s\": %s", i, place, bad->what, error.text);
    }
    const char *fault = smf_check((const uint8_t *)bad->bytes, bad->size);
    if (fault != NULL) {
      fail_msg("case %zu: %s", i, fault);
    }
  }
}

static const char seed_file[] = HEAD("\1", "\3", "\0\x60") TRACK("\x1A", "\0\xFF\x51\3\x07\xA1\x20"
                                                                         "\x60\xFF\x51\3\x03\xD0\x90"
                                                                         "\0\xFF\x58\4\3\2\x18\x08" END)
  TRACK("\x1C", "\0\x90\x3C\x40"
                "\x10\x40\x41"
                "\x50\x3C\0"
                "\0\x40\0"
                "\0\xF0\3\x7E\7\xF7"
                "\0\xF7\2\xF3\1" END) TRACK("\x13", "\0\xB3\x40\x7F"
                                                    "\x30\x93\x3C\x20"
                                                    "\0\x83\x3C\x40"
                                                    "\0\xC3\1" END);

/* A file cut anywhere behind its first event gives the events that are whole. */
static void test_a_file_cut_at_any_byte_gives_what_is_whole(void **state)
{
  (void)state;
  assert_null(smf_check((const uint8_t *)seed_file, sizeof seed_file - 1));
  size_t before = 0;
  for (size_t size = 0; size < sizeof seed_file - 1; size++) {
    struct smf smf;
    struct error error;
    uint8_t *exact = malloc(size + (size == 0)); /* so that a sanitizer sees a read beyond */
    memcpy(exact, seed_file, size);
    const bool is_read = smf_read(&smf, exact, size, "cut", &error) == STATUS_OK;
    if (is_read != (size >= 29) || (is_read && !smf_has_faults(&smf)) || smf.event_count < before) {
      fail_msg("cut at %zu: %zu events, %zu before", size, smf.event_count, before);
    }
    const char *fault = smf_check(exact, size);
    if (fault != NULL) {
      fail_msg("cut at %zu: %s", size, fault);
    }
    before = smf.event_count;
    smf_free(&smf);
    free(exact);
  }
}

static void mutate(struct rng *rng, uint8_t *data, size_t size)
{
  static const uint8_t telling[] = {0x00, 0x01, 0x7F, 0x80, 0x81, 0x90, 0xF0, 0xF7, 0xFF, 0x2F, 0x51};
  for (uint32_t i = 1 + rng_below(rng, 6); i > 0; i--) {
    uint8_t *byte = &data[rng_below(rng, (uint32_t)size)];
    switch (rng_below(rng, 3)) {
    case 0: *byte = (uint8_t)rng_next(rng); break;
    case 1: *byte = telling[rng_below(rng, sizeof telling)]; break;
    default: *byte ^= (uint8_t)(1u << rng_below(rng, 8)); break;
    }
  }
}

static void test_mutated_files_are_refused_or_read_soundly(void **state)
{
  (void)state;
  const uint64_t seed = 20;
  struct rng rng;
  rng_seed(&rng, seed);
  int accepted = 0;
  for (int round = 0; round < 20000; round++) {
    uint8_t data[sizeof seed_file - 1];
    memcpy(data, seed_file, sizeof data);
    mutate(&rng, data, sizeof data);
    const char *fault = smf_check(data, sizeof data);
    if (fault != NULL) {
      fail_msg("seed %d, round %d: %s", (int)seed, round, fault);
    }
    struct smf smf;
    struct error error;
    if (smf_read(&smf, data, sizeof data, "mutated", &error) == STATUS_OK) {
      accepted++;
      smf_free(&smf);
    }
  }
  assert_in_range(accepted, 1000, 19900); /* both ways are really taken */
}

/* Two bytes an event is as dense as a file gets. */
static void test_a_file_of_a_million_events_is_read(void **state)
{
  (void)state;
  enum { PAIRS = 1000000 };
  const size_t size = 22 + 2 + 2 * (size_t)PAIRS + 4;
  uint8_t *data = calloc(size, 1);
  memcpy(data, ONE TRACK("\0", ""), 22);
  const uint32_t length = (uint32_t)(size - 22);
  for (int i = 0; i < 4; i++) {
    data[18 + i] = (uint8_t)(length >> (24 - 8 * i));
  }
  data[23] = 0xC0;
  data[24] = 1; /* one program change, then running status */
  memcpy(data + 25 - 1 + 2 * (size_t)PAIRS, END, 4);
  const char *fault = smf_check(data, size);
  free(data);
  assert_null(fault);
}

static void check_file(const char *folder, const char *name)
{
  char path[1024];
  static uint8_t data[1 << 20];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  const size_t size = fread(data, 1, sizeof data, file);
  assert_int_equal(fclose(file), 0);
  const char *fault = smf_check(data, size);
  if (fault != NULL) {
    fail_msg("%s: %s", path, fault);
  }
}

static void test_stored_findings_stay_mended(void **state)
{
  (void)state;
  DIR *folder = opendir(SMF_FINDINGS);
  assert_non_null(folder);
  int count = 0;
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (entry->d_name[0] != '.') {
      check_file(SMF_FINDINGS, entry->d_name);
      count++;
    }
  }
  closedir(folder);
  assert_true(count > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bad_files_are_refused_with_the_byte),
    cmocka_unit_test(test_a_file_cut_at_any_byte_gives_what_is_whole),
    cmocka_unit_test(test_mutated_files_are_refused_or_read_soundly),
    cmocka_unit_test(test_a_file_of_a_million_events_is_read),
    cmocka_unit_test(test_stored_findings_stay_mended),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
