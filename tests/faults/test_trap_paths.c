/* SPDX-License-Identifier: MIT */
/* Each path of the live thread inside the trap: an allocation, a lock or a system call there ends the program.
 * Every case runs in a child of its own, first as it is and then, as a control, with one such act put where the
 * path ends: at the port or in the model. The control must be caught, or the case proves nothing. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "trap.h"
#include "trap_rig.h"

enum { FLOOD = 6000, LONG = 3000 };

static void path_clean(void)
{
  rig_begin(0);
  rig_watch();
  rig_play();
  NEED(live_counters(rig.live)->suppressed[DAMAGE_GHOST] > 0);
  rig_end();
}

static void path_bypass(void)
{
  rig_begin(0);
  rig_hold_chord();
  rig_watch();
  NEED(live_set_mode(rig.live, LIVE_BYPASS));
  rig_play();
  NEED(live_current_mode(rig.live) == LIVE_BYPASS);
  NEED(live_set_mode(rig.live, LIVE_MONITOR));
  rig_play();
  rig_release_chord();
  NEED(live_counters(rig.live)->dropped == 0);
  rig_end();
}

static void path_strength(void)
{
  rig_begin(0);
  rig_hold_chord();
  rig_watch();
  for (int i = 0; i <= 10; i++) {
    NEED(live_set_strength(rig.live, (float)i / 10));
    rig_play();
  }
  NEED(live_current_strength(rig.live) > 0.99F);
  rig_end();
}

static void path_look_ahead(void)
{
  static const int steps[] = {0, 20, 200, 5, 0};
  rig_begin(30 * MS);
  rig_watch();
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    rig_hold_chord();
    NEED(live_set_look_ahead(rig.live, steps[i] * MS));
    rig_play();
    NEED(live_current_look_ahead(rig.live) == steps[i] * MS);
    rig_release_chord();
  }
  NEED(live_counters(rig.live)->dropped == 0);
  rig_end();
}

static void path_tempo(void)
{
  rig_begin(0);
  rig.fake.cleaner.frame = (struct frame_def){FRAME_BEATS, 0.25, 2};
  rig_watch();
  rig.to.tempo(rig.to.user, 90);
  rig_play();
  NEED(live_set_tempo(rig.live, 180));
  rig_play();
  NEED(live_counters(rig.live)->ticks > 0);
  rig_end();
}

static void path_swap(void)
{
  struct cleaner *next = &rig.other.cleaner;
  rig_begin(0);
  rig_hold_chord();
  rig_watch();
  for (int i = 0; i < 20; i++) {
    NEED(live_swap(rig.live, next));
    rig_play();
    next = live_retired(rig.live);
    NEED(next != NULL);
  }
  /* Nobody takes the old ones back. */
  for (int i = 0; i < 50; i++) {
    (void)live_swap(rig.live, i % 2 ? &rig.other.cleaner : &rig.fake.cleaner);
    rig_pass(30);
  }
  rig_release_chord();
  NEED(live_counters(rig.live)->dropped == 0);
  rig_end();
}

static void path_swap_nothing(void)
{
  rig_begin(0);
  rig_hold_chord();
  NEED(live_swap(rig.live, NULL));
  rig_watch();
  rig_play();
  NEED(live_retired(rig.live) == &rig.fake.cleaner);
  NEED(live_swap(rig.live, &rig.other.cleaner));
  rig_play();
  NEED(rig.other.state[0].beliefs > 0);
  rig_end();
}

static void path_broken_model(void)
{
  rig_begin(0);
  rig.fake.state[0].broken = true;
  rig_watch();
  rig_play();
  NEED(live_counters(rig.live)->notes_out == live_counters(rig.live)->notes_in);
  rig_end();
}

static void path_panic(void)
{
  rig_begin(10 * MS);
  rig_hold_chord();
  NEED(rig.port.sounding == 3);
  rig_watch();
  NEED(live_panic(rig.live));
  rig_pass(1);
  NEED(rig.port.sounding == 0);
  rig_release_chord();
  rig_end();
}

/* The port goes in the middle of a chord, is away, and comes back. */
static void path_port_loss(void)
{
  rig_begin(0);
  rig_hold_chord();
  rig_watch();
  rig.port.room = 0;
  rig.to.silence(rig.to.user, rig.now);
  rig_play();
  NEED(rig.port.sounding == 3);
  rig.port.room = UINT64_MAX;
  rig_pass(300);
  NEED(rig.port.sounding == 0);
  rig_play();
  rig_end();
}

/* More than any queue holds, at one time, to a port that takes nothing. */
static void path_flood(void)
{
  static uint8_t sysex[LONG];
  memset(sysex, 1, sizeof sysex);
  sysex[0] = MIDI_SYSEX;
  rig_begin(20 * MS);
  rig_hold_chord();
  rig_watch();
  rig.port.room = 100;
  for (unsigned i = 0; i < FLOOD; i++) {
    rig_send(i % 2 ? 0x80 : 0x90, 30 + i / 2 % 60, 90);
    if (i % 20 == 0) {
      rig.to.receive(rig.to.user, rig.now, sysex, sizeof sysex);
    }
    if (i % 100 == 0) {
      rig_pass(1);
    }
  }
  NEED(live_counters(rig.live)->dropped > 0);
  rig_end();
}

/* Nobody drains. */
static void path_capture_full(void)
{
  rig_begin(0);
  rig_play();
  NEED(live_counters(rig.live)->capture_lost > 0);
  const uint64_t lost = live_counters(rig.live)->capture_lost;
  rig_watch();
  rig_play();
  NEED(live_counters(rig.live)->capture_lost > lost);
  NEED(live_counters(rig.live)->dropped == 0);
  rig_end();
}

static void path_clock_jumps(void)
{
  rig_begin(20 * MS);
  rig_hold_chord();
  rig_watch();
  rig.to.advance(rig.to.user, rig.now + 3600 * NANOS_PER_SECOND);
  rig.to.advance(rig.to.user, rig.now);
  rig.now += 3600 * NANOS_PER_SECOND;
  rig_play();
  rig_release_chord();
  rig_end();
}

static void path_begin_again(void)
{
  rig_begin(20 * MS);
  rig_hold_chord();
  rig_watch();
  rig.to.begin(rig.to.user, rig.now);
  NEED(rig.port.sounding == 0);
  rig_play();
  rig_end();
}

static void path_shutdown(void)
{
  rig_begin(20 * MS);
  rig_hold_chord();
  rig_send(0x90, 72, 90); /* waits in the look-ahead */
  rig_watch();
  rig.to.silence(rig.to.user, rig.now);
  NEED(rig.port.ons == 4);
  NEED(rig.port.sounding == 0);
  rig_end();
}

struct path {
  const char *name;
  void (*run)(void);
};

static const struct path paths[] = {
  {"clean", path_clean},
  {"bypass and monitor", path_bypass},
  {"change of strength", path_strength},
  {"change of look-ahead", path_look_ahead},
  {"change of tempo", path_tempo},
  {"swap of models", path_swap},
  {"swap to no model and back", path_swap_nothing},
  {"a model that gives no numbers", path_broken_model},
  {"panic", path_panic},
  {"port lost and back", path_port_loss},
  {"flood", path_flood},
  {"capture ring full", path_capture_full},
  {"clock jumps", path_clock_jumps},
  {"begin again", path_begin_again},
  {"shutdown", path_shutdown},
};

/* How the path ended in a child, as waitpid has it; `text`: what it said. */
static int run_path(const struct path *path, enum act act, char *text, size_t capacity)
{
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  fflush(NULL);
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(ends[1], STDERR_FILENO);
    rig.act = act;
    path->run();
    _exit(0);
  }
  close(ends[1]);
  size_t size = 0;
  ssize_t got;
  while (size + 1 < capacity && (got = read(ends[0], text + size, capacity - 1 - size)) > 0) {
    size += (size_t)got;
  }
  text[size] = '\0';
  close(ends[0]);
  int state = 0;
  assert_int_equal(waitpid(child, &state, 0), child);
  return state;
}

static void test_path(void **state)
{
  const struct path *path = *state;
  char text[8192], wanted[64];
  const int ended = run_path(path, ACT_NONE, text, sizeof text);
  assert_string_equal(text, "");
  assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
  for (enum act act = ACT_NONE + 1; act < ACTS; act++) {
    const int caught = run_path(path, act, text, sizeof text);
    snprintf(wanted, sizeof wanted, "trap: %s called inside the live section\n", act_names[act]);
    if (strstr(text, wanted) == NULL || !WIFSIGNALED(caught) || WTERMSIG(caught) != SIGABRT) {
      fail_msg("%s: a %s is not caught: %s", path->name, act_names[act], text);
    }
  }
}

int main(void)
{
  enum { PATHS = sizeof paths / sizeof paths[0] };
  struct CMUnitTest tests[PATHS];
  if (emend_trap_enter == NULL) {
    fprintf(stderr, "test_trap_paths: run me with LD_PRELOAD=libemend_trap.so\n");
    return 1;
  }
  for (size_t i = 0; i < PATHS; i++) {
    tests[i] = (struct CMUnitTest){paths[i].name, test_path, NULL, NULL, (void *)(uintptr_t)&paths[i]};
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
