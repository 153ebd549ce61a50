/* SPDX-License-Identifier: MIT */
/* Profiles of instruments: kept and found again, by name; what is damaged, newer or of another port is left
 * alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "file.h"
#include "folder.h"
#include "profile.h"

static struct folder folder;

static int set_up(void **state)
{
  (void)state;
  folder_make(&folder);
  return setenv("XDG_DATA_HOME", folder.path, 1);
}

static int tear_down(void **state)
{
  (void)state;
  folder_remove(folder.path);
  return 0;
}

static struct profile make(const char *port)
{
  struct profile profile;
  profile_init(&profile, port, GEAR_PADS);
  snprintf(profile.calibrated, sizeof profile.calibrated, "2026-11-23 20:15");
  profile.instrument.keep[24] = true;
  profile.instrument.all.strokes = 12;
  profile.instrument.key[60].strokes = 100.5F;
  profile.instrument.key[60].faults[DAMAGE_BOUNCE] = 22.25F;
  profile.instrument.key[60].taught[DAMAGE_BRUSH] = -2;
  return profile;
}

static enum status load(const char *port, struct profile *profile)
{
  struct error error;
  return profile_load(profile, port, &error);
}

static void save(const struct profile *profile)
{
  struct error error;
  assert_int_equal(profile_save(profile, &error), STATUS_OK);
}

static void test_round_trip(void **state)
{
  static const char *const names[] = {"Keystation 49", "../../etc/passwd", ".", "a/b:c 28:0",
                                      "%41",           "K\xc3\xb6nig",     NULL};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const struct profile kept = make(names[i]);
    struct profile found;
    save(&kept);
    assert_int_equal(load(names[i], &found), STATUS_OK);
    assert_memory_equal(&found, &kept, sizeof kept);
  }
  static char listed[PROFILES_MAX][PROFILE_NAME_MAX];
  assert_int_equal(profile_list(listed), sizeof names / sizeof *names);
  struct profile found;
  assert_int_equal(load("KEYSTATION 49", &found), STATUS_OK);
}

static void test_private(void **state)
{
  char path[4096];
  struct stat about;
  const struct profile kept = make("Keystation");
  (void)state;
  save(&kept);
  snprintf(path, sizeof path, "%.2000s/emend/instruments/keystation.json", folder.path);
  assert_int_equal(stat(path, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0600);
}

static void test_forget(void **state)
{
  struct error error;
  struct profile found;
  const struct profile kept = make("Keystation");
  (void)state;
  save(&kept);
  assert_int_equal(profile_forget("Keystation", &error), STATUS_OK);
  assert_int_equal(load("Keystation", &found), STATUS_NOT_FOUND);
  assert_int_equal(profile_forget("Keystation", &error), STATUS_NOT_FOUND);
}

static void put(const char *text)
{
  char path[4096];
  struct error error;
  snprintf(path, sizeof path, "%.2000s/emend/instruments/keystation.json", folder.path);
  assert_int_equal(file_write(path, text, strlen(text), &error), STATUS_OK);
}

static void test_refused(void **state)
{
  static const char *const texts[] = {
    "",
    "[]",
    "not JSON",
    "{\"format\": 2, \"port\": \"Keystation\", \"gear\": \"keyboard\"}",
    "{\"format\": 1, \"port\": \"Other\", \"gear\": \"keyboard\"}",
    "{\"format\": 1, \"port\": \"Keystation\", \"gear\": \"organ\"}",
    "{\"format\": 1, \"port\": \"Keystation\"}",
    "{\"format\": 1, \"gear\": \"keyboard\"}",
    "{\"format\": 1, \"port\": \"Keystation\", \"gear\": \"keyboard\", \"keys\": {\"60\": {\"strokes\": -1}}}",
    "{\"format\": 1, \"port\": \"Keystation\", \"gear\": \"keyboard\", \"keys\": {\"60\": {\"strokes\": "
    "1e30}}}",
    "{\"format\": 1, \"port\": \"Keystation\", \"gear\": \"keyboard\", \"keys\": {\"60\": {\"strokes\": 5, "
    "\"faults\": {\"bounce\": 6}}}}",
    "{\"format\": 1, \"port\": \"Keystation\", \"gear\": \"keyboard\", \"keys\": {\"60\": {\"taught\": "
    "{\"brush\": 99}}}}",
  };
  const struct profile kept = make("Keystation");
  (void)state;
  save(&kept);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct profile untouched = kept;
    put(texts[i]);
    assert_int_equal(load("Keystation", &untouched), STATUS_FORMAT);
    assert_memory_equal(&untouched, &kept, sizeof kept);
  }
}

static void test_cut_anywhere(void **state)
{
  char path[4096];
  uint8_t *data;
  size_t size;
  struct error error;
  const struct profile kept = make("Keystation");
  (void)state;
  save(&kept);
  snprintf(path, sizeof path, "%.2000s/emend/instruments/keystation.json", folder.path);
  assert_int_equal(file_read(path, 1 << 20, &data, &size, &error), STATUS_OK);
  for (size_t cut = 0; cut + 2 < size; cut++) { /* without its last brace it is no object */
    struct profile found;
    assert_int_equal(file_write(path, data, cut, &error), STATUS_OK);
    assert_int_equal(load("Keystation", &found), STATUS_FORMAT);
  }
  free(data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_private, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_forget, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_cut_anywhere, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
