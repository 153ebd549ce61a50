/* SPDX-License-Identifier: MIT */
#include "live_view.h"

#include <inttypes.h>
#include <stdarg.h>

#include "console.h"
#include "pitch.h"
#include "terminal.h"

enum { SCREEN_MAX = 8192, SAID_SECONDS = 8 };

static const char good[] = "\033[32m", warning[] = "\033[33m", bad[] = "\033[31m", strong[] = "\033[1m",
                  plain[] = "\033[0m";

struct screen {
  char text[SCREEN_MAX];
  size_t used;
  bool colour;
};

static void put(struct screen *screen, const char *format, ...) EMEND_PRINTF(2, 3);

static void put(struct screen *screen, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  int n = vsnprintf(screen->text + screen->used, SCREEN_MAX - screen->used, format, arguments);
  va_end(arguments);
  if (n > 0) {
    size_t left = SCREEN_MAX - screen->used - 1;
    screen->used += (size_t)n < left ? (size_t)n : left;
  }
}

static void put_coloured(struct screen *screen, const char *colour, const char *text)
{
  put(screen, "%s%s%s", screen->colour ? colour : "", text, screen->colour ? plain : "");
}

static void end_line(struct screen *screen)
{
  put(screen, "\033[K\r\n");
}

void live_view_say(struct live_view *view, const char *line)
{
  snprintf(view->message, sizeof view->message, "%.255s", line);
  view->said_at = view->seconds;
}

void live_view_update(struct live_view *view, double seconds)
{
  uint64_t busy = report_counter(&view->session->stream.busy);

  if (seconds - view->busy_seconds >= 1) {
    view->load = (double)(busy - view->busy_before) * 1e-9 / (seconds - view->busy_seconds);
    view->busy_before = busy;
    view->busy_seconds = seconds;
  }
  view->seconds = seconds;
  if (seconds - view->said_at > SAID_SECONDS) {
    view->message[0] = '\0';
  }
}

static const char *state_text(enum port_state state)
{
  switch (state) {
  case PORT_WAITING: return "waiting for a connection";
  case PORT_CONNECTED: return "connected";
  case PORT_LOST: return "port lost; waiting for it to come back";
  case PORT_FAILED: return "failed";
  }
  return "";
}

static void draw_learner(struct screen *screen, const struct live_view *view)
{
  switch (view->learner) {
  case WORKER_OFF: break;
  case WORKER_WAITING: put(screen, "   learning: waits for more music"); break;
  case WORKER_LEARNING: put(screen, "   learning: %.0f %%", 100 * view->learnt); break;
  case WORKER_PAUSED: put(screen, "   learning: paused"); break;
  }
}

static void draw_capture(struct screen *screen, const struct live_view *view)
{
  static const char *const texts[] = {[CAPTURE_IDLE] = "ready",
                                      [CAPTURE_RECORDING] = "recording",
                                      [CAPTURE_STOPPED] = "stopped until the next take: the disk refused"};

  put(screen, "capture: ");
  if (!view->captures) {
    put(screen, "off");
  } else {
    put_coloured(screen, view->capturing == CAPTURE_STOPPED ? bad : good, texts[view->capturing]);
  }
  draw_learner(screen, view);
  end_line(screen);
}

static void draw_head(struct screen *screen, const struct live_view *view)
{
  enum live_mode mode = live_current_mode(view->session->live);
  const char *colour = mode == LIVE_CLEAN ? good : mode == LIVE_MONITOR ? warning : bad;

  put_coloured(screen, strong, "emend");
  put(screen, "  preset %s  ", view->session->preset.name);
  put_coloured(screen, colour, preset_modes[mode]);
  put(screen, "  strength %.2f  look-ahead %g ms", (double)live_current_strength(view->session->live),
      view->session->preset.look_ahead);
  end_line(screen);
  put(screen, "%.76s", view->session->preset.description);
  end_line(screen);
  put(screen, "%s: ", view->driver);
  put_coloured(screen, view->state == PORT_CONNECTED ? good : warning, state_text(view->state));
  put(screen, "  %.60s", view->place);
  end_line(screen);
  draw_capture(screen, view);
  end_line(screen);
}

static void draw_counts(struct screen *screen, const struct live_view *view)
{
  const struct live_counters *counters = live_counters(view->session->live);
  uint64_t in = report_counter(&counters->notes_in);
  uint64_t removed = report_suppressed(view->session->live);

  put(screen, "notes in %7" PRIu64 "    out %7" PRIu64 "    ", in, report_counter(&counters->notes_out));
  put_coloured(screen, strong,
               live_current_mode(view->session->live) == LIVE_MONITOR ? "would remove" : "removed");
  put(screen, " %6" PRIu64 "  (%.1f %%)", removed, in > 0 ? 100.0 * (double)removed / (double)in : 0.0);
  end_line(screen);
  for (int i = DAMAGE_NONE + 1; i < DAMAGE_COUNT; i++) {
    if (i == DAMAGE_STRAY) {
      continue; /* of rolls */
    }
    put(screen, "%s %" PRIu64 "  ", damage_name((enum damage)i), report_counter(&counters->suppressed[i]));
  }
  end_line(screen);
  end_line(screen);
}

static void draw_removals(struct screen *screen, const struct watch *watch)
{
  for (uint64_t back = 1; back <= WATCH_LAST; back++) {
    if (back <= watch->total) {
      const struct removal *removal = &watch->last[(watch->total - back) % WATCH_LAST];
      char name[PITCH_NAME_MAX];

      put(screen, "%6.1f s ago   ", (double)(watch->now - removal->time) / (double)NANOS_PER_SECOND);
      put_coloured(screen, strong, pitch_name(removal->pitch, name));
      put(screen, "  velocity %d  looked like: ", removal->velocity);
      put_coloured(screen, warning, damage_name((enum damage)removal->damage));
    }
    end_line(screen);
  }
}

static bool struck_since(const nanos at[KEYS], int pitch, int keys, nanos since)
{
  for (int i = pitch; i < pitch + keys && i <= PITCH_HIGH; i++) {
    if (at[i] >= 0 && at[i] > since) {
      return true;
    }
  }
  return false;
}

/* The piano, a column a key, or where the screen is narrow for two: '|' struck and let through within the last
 * half second, 'x' struck and removed. */
static void draw_keys(struct screen *screen, const struct watch *watch)
{
  const nanos since = watch->now - NANOS_PER_SECOND / 2;
  const int keys = terminal_width() > PITCHES ? 1 : 2;

  for (int pitch = PITCH_LOW; pitch <= PITCH_HIGH; pitch += keys) {
    if (struck_since(watch->removed_at, pitch, keys, since)) {
      put_coloured(screen, bad, "x");
    } else if (struck_since(watch->passed_at, pitch, keys, since)) {
      put_coloured(screen, good, "|");
    } else {
      put(screen, pitch % 12 == 0 || (keys == 2 && pitch % 12 == 11) ? ":" : ".");
    }
  }
  end_line(screen);
}

static void draw_machine(struct screen *screen, const struct live_view *view)
{
  const struct histogram *decisions = &view->session->stream.decisions;
  const struct live_counters *counters = live_counters(view->session->live);

  put(screen, "decision p50 %.1f us  p99 %.1f us  max %.1f us   load %.1f %%   delay %g ms",
      histogram_percentile(decisions, 0.5) / 1e3, histogram_percentile(decisions, 0.99) / 1e3,
      (double)report_counter(&decisions->max) / 1e3, view->load * 100, view->session->preset.look_ahead);
  end_line(screen);
  put(screen, "lost %" PRIu64 "   xruns %" PRIu64 "   overflows %" PRIu64, report_counter(&counters->dropped),
      report_counter(&view->counters->xruns), report_counter(&view->counters->overflowed));
  end_line(screen);
  end_line(screen);
}

static void draw_help(void)
{
  static const char *const lines[] = {
    "emend while you play",
    "",
    "b   clean, bypass, monitor in turn. Monitor removes nothing and shows what",
    "    clean would remove.",
    "+ - remove more, remove less",
    "p   panic: end all notes, lift the pedals",
    "u   the last removed note was meant: the take has it back (it will not sound),",
    "    and learning counts it as meant; again: the one before",
    "g   the last 30 s were good: the take is kept",
    "f   fill holes in the take so far, into NAME-filled.mid beside it",
    "l   pause learning, or go on (with --learn)",
    "q   quit: all notes end, the take is saved",
    "",
    "The row of dots is the keyboard, ':' is C.  | a key that was let through,",
    "x one that was removed, in the last half second.",
    "",
    "With --page all of this is in a browser.",
    "",
    "any key goes back; playing goes on meanwhile",
  };
  struct screen screen = {.used = 0};

  put(&screen, "\033[H");
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    put(&screen, "%s", lines[i]);
    end_line(&screen);
  }
  put(&screen, "\033[J");
  terminal_draw(screen.text, screen.used);
}

void live_view_draw(const struct live_view *view)
{
  struct screen screen = {.used = 0, .colour = terminal_colour()};

  if (view->helps) {
    draw_help();
    return;
  }
  put(&screen, "\033[H");
  draw_head(&screen, view);
  draw_counts(&screen, view);
  draw_removals(&screen, view->watch);
  draw_keys(&screen, view->watch);
  draw_machine(&screen, view);
  put(&screen, "%.78s", view->message);
  end_line(&screen);
  put(&screen, "%.79s",
      view->page != NULL ? view->page : "In the DAW listen to emend's port alone, or every note sounds twice.");
  end_line(&screen);
  put(&screen, "b clean, bypass, monitor   + - strength   u undo removal   g good   f fill");
  end_line(&screen);
  put(&screen, "p panic   q quit   l learning   ? help\033[K\033[J");
  terminal_draw(screen.text, screen.used);
}

void live_view_line(const struct live_view *view, FILE *out)
{
  const struct live_counters *counters = live_counters(view->session->live);

  live_tell(out,
            "%.0f s: %s, notes in %" PRIu64 ", out %" PRIu64 ", removed %" PRIu64
            ", decision p99 %.1f us, load %.1f %%",
            view->seconds, state_text(view->state), report_counter(&counters->notes_in),
            report_counter(&counters->notes_out), report_suppressed(view->session->live),
            histogram_percentile(&view->session->stream.decisions, 0.99) / 1e3, view->load * 100);
}
