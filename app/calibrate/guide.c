/* SPDX-License-Identifier: MIT */
#include "guide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pitch.h"
#include "rt_thread.h"
#include "stop.h"
#include "terminal.h"

enum { SCREEN = 2048, POLL_MS = 100, LINE = 256, ESCAPE = 27 };

static const struct step {
  const char *what, *how;
} steps[] = {
  {"Every key, softly", "Play each key once, from the lowest to the highest, as softly as it sounds."},
  {"Every key, at medium strength", "The same again, as you usually play."},
  {"Every key, hard", "The same again, as hard as you ever play."},
  {"Held keys", "Hold each key for a moment and let it come up slowly."},
  {"Quick repeats", "Repeat a few keys as fast as you can, low, middle and high."},
  {"Octaves and chords", "Strike octaves and full chords, short and hard, all over the keyboard."},
  {"Free playing", "Play whatever you like for a minute or two."},
};

enum { STEPS = sizeof steps / sizeof *steps };

struct guide {
  struct listener *listener;
  int step;
  size_t first; /* notes that had come before this step */
  nanos begun;
  char news[LINE];
};

static void add(char *text, const char *format, ...) EMEND_PRINTF(2, 3);
static void add(char *text, const char *format, ...)
{
  const size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text + used, SCREEN - used, format, arguments);
  va_end(arguments);
}

/* The piano's keys, '#' for those that this step has heard. */
static void add_keys(const struct guide *guide, char *text)
{
  const struct note_list *notes = listener_notes(guide->listener);
  char keys[PITCHES + 1];
  int heard = 0;
  memset(keys, '.', PITCHES);
  keys[PITCHES] = '\0';
  for (size_t i = guide->first; i < notes->count; i++) {
    const int pitch = notes->notes[i].pitch;
    if (pitch >= PITCH_LOW && pitch <= PITCH_HIGH) {
      heard += keys[pitch - PITCH_LOW] == '.';
      keys[pitch - PITCH_LOW] = '#';
    }
  }
  const int half = PITCHES / 2;
  add(text, "  A0   %.*s\r\n  F4   %s   C8\r\n\r\n", half, keys, keys + half);
  add(text, "  %d keys, %zu strokes", heard, notes->count - guide->first);
  if (notes->count > guide->first) {
    const struct note *last = &notes->notes[notes->count - 1];
    char name[PITCH_NAME_MAX];
    add(text, "; last %s at velocity %d", pitch_name(last->pitch, name), last->velocity);
  }
  add(text, "\r\n");
}

static void draw(const struct guide *guide)
{
  char text[SCREEN] = "";
  const struct step *step = &steps[guide->step];
  const nanos spent = (realtime_now() - guide->begun) / NANOS_PER_SECOND;
  add(text, "\x1b[H\x1b[2J  emend calibrate   step %d of %d   %d:%02d\r\n\r\n", guide->step + 1, (int)STEPS,
      (int)(spent / 60), (int)(spent % 60));
  add(text, "  %s\r\n  %s\r\n\r\n", step->what, step->how);
  add_keys(guide, text);
  add(text,
      "\r\n  Enter: next step (or skip this one)   d: done, write the profile   q: stop, write nothing\r\n");
  add(text, "\r\n  %s\r\n", guide->news);
  terminal_draw(text, strlen(text));
}

static void next_step(struct guide *guide, int step)
{
  guide->step = step;
  guide->first = listener_notes(guide->listener)->count;
  guide->begun = realtime_now();
}

static enum status lead(struct guide *guide, struct error *error)
{
  next_step(guide, 0);
  while (guide->step < STEPS) {
    char line[LINE];
    const enum status status = listener_poll(guide->listener, line, sizeof line, error);
    if (status != STATUS_OK) {
      return status;
    }
    if (line[0] != '\0') {
      memcpy(guide->news, line, sizeof line);
    }
    draw(guide);
    const int key = terminal_key(POLL_MS);
    if (stop_requested() || key == 'q' || key == ESCAPE || terminal_is_gone()) {
      return error_set(error, STATUS_INTERRUPTED, "stopped; nothing written");
    }
    if (key == '\r' || key == '\n') {
      next_step(guide, guide->step + 1);
    } else if (key == 'd') {
      guide->step = STEPS;
    }
  }
  return STATUS_OK;
}

enum status guide_run(struct listener *listener, struct error *error)
{
  struct guide guide = {.listener = listener};
  if (!terminal_open()) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "a guided calibration needs a terminal; or give a recording: emend calibrate take.mid");
  }
  const enum status status = lead(&guide, error);
  terminal_close();
  return status;
}
