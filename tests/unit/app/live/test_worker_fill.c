/* SPDX-License-Identifier: MIT */
/* Filling the take captured so far, in the offline thread and without it. The preset is made up of the shipped
 * models, which need not agree on a note: what is played has a marked hole in what repeats. */
#include <stdlib.h>
#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "file.h"
#include "fill_source.h"
#include "folder.h"
#include "recording_port.h"
#include "rt_thread.h"
#include "stream_port.h"
#include "take_folder.h"
#include "worker.h"

enum { CHORDS = 80, HOLE = 40, HOLE_END = 44, VOICES = 3, PATIENCE_SECONDS = 60 };

#define STEP (125 * NANOS_PER_MILLISECOND)

static struct folder folder;
static struct session session;
static struct capture *capture;
static struct worker *worker;
static struct recording_port port;
static nanos now;

static void write_preset(const char *filler)
{
  char text[1024];
  const int size = snprintf(text, sizeof text,
                            "model = \"" EMEND_TEST_PRESETS "/pop/vosp.safetensors\";\nfiller = \"%s\";\n"
                            "mode = \"bypass\";\nfill_strength = 0.6;\n",
                            filler);
  folder_put(folder_join(&folder, "preset.cfg"), text, (size_t)size);
}

static void start(const char *filler, bool captures)
{
  struct preset preset;
  struct error error = {STATUS_OK, ""};
  write_preset(filler);
  assert_int_equal(preset_load(&preset, folder.path, &error), STATUS_OK);
  assert_int_equal(session_open(&session, &preset, false, 1 << 18, NULL, &error), STATUS_OK);
  const struct capture_options capturing = {
    .folder = folder_join(&folder, "takes"), .pause = 30, .limit = 64 << 20, .preset = preset.name};
  if (captures) {
    assert_int_equal(capture_open(&capture, &capturing, session.live, &error), STATUS_OK);
  }
  const struct worker_options options = {.capture = capture, .learn_share = 1, .model = preset.model_path};
  assert_int_equal(worker_new(&worker, &options, &session, &error), STATUS_OK);
  recording_clear(&port);
  stream_connect(&session.stream, recording_emit, &port);
  now = 0;
  live_begin(session.live, 0);
}

static int set_up(void **state)
{
  (void)state;
  folder_make(&folder);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  worker_free(worker);
  capture_close(capture);
  session_close(&session);
  worker = NULL;
  capture = NULL;
  folder_remove(folder.path);
  return 0;
}

static void pass_time(nanos duration)
{
  const struct port_stream stream = stream_port(&session.stream);
  now += duration;
  stream.advance(stream.user, now);
  worker_drain(worker, now);
}

static void send_chord(int chord, bool on)
{
  static const int roots[4] = {60, 57, 53, 55};
  static const int steps[VOICES] = {0, 4, 7};
  const struct port_stream stream = stream_port(&session.stream);
  for (int voice = 0; voice < VOICES; voice++) {
    const uint8_t bytes[3] = {on ? 0x90 : 0x80, (uint8_t)(roots[chord / 2 % 4] + steps[voice]), 70};
    stream.receive(stream.user, now, bytes, 3);
  }
}

/* Four chords over and over, two a second; the port is away for two seconds. */
static void play(void)
{
  for (int chord = 0; chord < CHORDS; chord++) {
    const bool away = chord >= HOLE && chord < HOLE_END;
    if (chord == HOLE || chord == HOLE_END) {
      assert_true(capture_port(capture, !away));
      worker_drain(worker, now);
    }
    if (!away) {
      send_chord(chord, true);
    }
    pass_time(3 * STEP);
    if (!away) {
      send_chord(chord, false);
    }
    pass_time(STEP);
  }
}

/* The next line of news, while there is time. */
static const char *news(void)
{
  static char line[WORKER_LINE];
  const nanos limit = realtime_now() + PATIENCE_SECONDS * NANOS_PER_SECOND;
  do {
    worker_poll(worker, line);
    realtime_sleep(NANOS_PER_MILLISECOND);
  } while (line[0] == '\0' && realtime_now() < limit);
  return line;
}

static const char *order(void)
{
  static char line[WORKER_LINE];
  worker_fill(worker, line);
  return line;
}

/* The take and what was filled of it: private, with notes in the hole and all that was played. */
static void check_filled(const char *line)
{
  struct take_list takes;
  struct error error = {STATUS_OK, ""};
  struct fill_source source;
  struct stat about;
  char path[DATAFILE_PATH_MAX], filled[DATAFILE_PATH_MAX], ending[DATAFILE_PATH_MAX + 16];
  int in_hole = 0;
  const char *inside = folder_join(&folder, "takes");
  assert_int_equal(take_folder_list(&takes, inside, &error), STATUS_OK);
  assert_int_equal(takes.count, 1);
  assert_int_equal(folder_count(inside), 3); /* and .number */
  assert_int_equal(take_folder_find(&takes, inside, "last", path, &error), STATUS_OK);
  take_list_free(&takes);
  assert_true(take_filled_path(path, filled));
  assert_int_equal(stat(filled, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0600);
  snprintf(ending, sizeof ending, "added, %s", strrchr(filled, '/') + 1);
  assert_non_null(strstr(line, ending));
  assert_memory_equal(line, "filled: ", strlen("filled: "));
  const size_t added = strtoul(line + strlen("filled: "), NULL, 10);
  assert_int_equal(fill_source_open(&source, filled, FRAME_MILLISECONDS, &error), STATUS_OK);
  assert_int_equal(source.all.count, VOICES * (CHORDS - (HOLE_END - HOLE)) + added);
  assert_true(added > 0);
  for (size_t i = 0; i < source.all.count; i++) {
    const nanos on = source.all.notes[i].on;
    in_hole += on > (HOLE * 4 - 1) * STEP && on < (HOLE_END * 4 - 1) * STEP;
  }
  assert_true(in_hole > 0);
  fill_source_close(&source);
}

static void a_take_with_a_hole_comes_out_filled(void **state)
{
  (void)state;
  start(EMEND_TEST_PRESETS "/pop/vrae.safetensors", true);
  play();
  const mode_t before = umask(0);
  assert_string_equal(order(), "filling the take");
  assert_string_equal(order(), "busy: a take is being filled already");
  worker_work(worker);
  umask(before);
  check_filled(news());
  assert_string_equal(order(), "filling the take"); /* again, in place of the first */
  worker_work(worker);
  check_filled(news());
}

static void the_thread_fills_without_learning(void **state)
{
  (void)state;
  struct error error;
  start(EMEND_TEST_PRESETS "/pop/vrae.safetensors", true);
  play();
  assert_int_equal(worker_start(worker, &error), STATUS_OK);
  assert_string_equal(order(), "filling the take");
  check_filled(news());
}

static void a_stop_ends_filling(void **state)
{
  (void)state;
  char line[WORKER_LINE];
  start(EMEND_TEST_PRESETS "/pop/vrae.safetensors", true);
  play();
  assert_string_equal(order(), "filling the take");
  worker_stop(worker);
  worker_work(worker);
  worker_poll(worker, line);
  assert_string_equal(line, "");
  assert_int_equal(folder_count(folder_join(&folder, "takes")), 2);
}

static void what_cannot_be_filled_is_told(void **state)
{
  (void)state;
  start(EMEND_TEST_PRESETS "/pop/vrae.safetensors", true);
  assert_string_equal(order(), "filling the take");
  worker_work(worker);
  assert_string_equal(news(), "no take to fill yet; play first");
  send_chord(0, true);
  pass_time(STEP);
  send_chord(0, false);
  pass_time(STEP);
  assert_string_equal(order(), "filling the take");
  worker_work(worker);
  assert_string_equal(news(), "nothing to fill in this take");
  assert_int_equal(folder_count(folder_join(&folder, "takes")), 2);
}

static void a_preset_without_filler_is_told(void **state)
{
  (void)state;
  start("none.safetensors", true);
  assert_non_null(strstr(order(), "has no filler; choose another preset"));
}

static void a_model_that_is_no_filler_is_told(void **state)
{
  (void)state;
  start(EMEND_TEST_PRESETS "/pop/vosp.safetensors", true);
  play();
  assert_string_equal(order(), "filling the take");
  worker_work(worker);
  assert_memory_equal(news(), "cannot fill: ", strlen("cannot fill: "));
}

static void without_capture_nothing_is_filled(void **state)
{
  (void)state;
  start(EMEND_TEST_PRESETS "/pop/vrae.safetensors", false);
  assert_string_equal(order(), "nothing is captured, so nothing can be filled");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(a_take_with_a_hole_comes_out_filled),
    TEST(the_thread_fills_without_learning),
    TEST(a_stop_ends_filling),
    TEST(what_cannot_be_filled_is_told),
    TEST(a_preset_without_filler_is_told),
    TEST(a_model_that_is_no_filler_is_told),
    TEST(without_capture_nothing_is_filled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
