/* SPDX-License-Identifier: MIT */
#include "live_loop.h"

#include <stdlib.h>

#include "console.h"
#include "live_view.h"
#include "port_file.h"
#include "rt_thread.h"
#include "stop.h"
#include "terminal.h"

enum { REDRAW_MS = 100, LINE_SECONDS = 5 };

static void say(struct live_view *view, bool done, const char *text)
{
  snprintf(view->message, sizeof view->message, "%s", done ? text : "busy; press the key again");
}

static void change_mode(struct live_view *view, struct live *live)
{
  static const enum live_mode next[] = {
    [LIVE_CLEAN] = LIVE_BYPASS, [LIVE_BYPASS] = LIVE_MONITOR, [LIVE_MONITOR] = LIVE_CLEAN};
  static const char *const texts[] = {[LIVE_BYPASS] = "bypass: everything passes",
                                      [LIVE_MONITOR] =
                                        "monitor: everything passes, emend shows what it would remove",
                                      [LIVE_CLEAN] = "clean"};
  enum live_mode mode = next[live_current_mode(live)];

  say(view, live_set_mode(live, mode), texts[mode]);
}

static void change_strength(struct live_view *view, struct live *live, float step)
{
  float strength = live_current_strength(live) + step;

  strength = strength < 0 ? 0 : strength > 1 ? 1 : strength;
  say(view, live_set_strength(live, strength), step > 0 ? "stronger" : "weaker");
}

/* What came of it is news of the capture's. */
static void label(struct live_view *view, struct capture *capture, enum capture_label label)
{
  if (capture == NULL) {
    say(view, true, "nothing is captured");
  } else if (!capture_label(capture, label)) {
    say(view, false, "");
  }
}

static void pause_learning(struct live_view *view, struct worker *worker)
{
  double done;
  const enum worker_state state = worker_state(worker, &done);

  if (state == WORKER_OFF) {
    say(view, true, "nothing is learnt; start with --learn");
  } else {
    say(view, worker_pause(worker, state != WORKER_PAUSED),
        state == WORKER_PAUSED ? "learning goes on" : "learning pauses");
  }
}

static void fill(struct live_view *view, struct worker *worker)
{
  char line[WORKER_LINE];

  worker_fill(worker, line);
  say(view, true, line);
}

/* False when the user wants to leave. */
static bool take_key(struct live_loop *loop, struct live_view *view, int key)
{
  struct live *live = loop->session->live;

  switch (key) {
  case 'b': change_mode(view, live); break;
  case '+':
  case '=': change_strength(view, live, 0.05F); break;
  case '-': change_strength(view, live, -0.05F); break;
  case 'p': say(view, live_panic(live), "panic: all notes off"); break;
  case 'g': label(view, loop->capture, CAPTURE_GOOD); break;
  case 'u': label(view, loop->capture, CAPTURE_UNDO); break;
  case 'f': fill(view, loop->worker); break;
  case 'l': pause_learning(view, loop->worker); break;
  case 'q': return false;
  default: break;
  }
  return true;
}

/* On the screen, where there is one; else a warning goes to standard error. */
static void tell(struct live_loop *loop, struct live_view *view, bool screen, bool warning, const char *line)
{
  if (line[0] == '\0') {
    return;
  }
  snprintf(view->message, sizeof view->message, "%.255s", line);
  if (!screen && warning) {
    live_warn("%s", line);
  } else if (!screen) {
    live_tell(loop->out, "%s", line);
  }
}

/* What the engine has ended by itself. */
static void take_ends(struct live_loop *loop, struct live_view *view, bool screen)
{
  const struct live_counters *counters = live_counters(loop->session->live);
  const uint64_t unheard = atomic_load_explicit(&counters->ended_unheard, memory_order_relaxed);
  const uint64_t unplugged = atomic_load_explicit(&counters->unplugged, memory_order_relaxed);
  const uint64_t more = unheard - view->ended_unheard;
  char line[128];

  if (unplugged != view->unplugged) {
    tell(loop, view, screen, true, "the keyboard's active sensing stopped; what it held was ended");
  }
  if (more > 0) {
    snprintf(line, sizeof line, "input was lost, and with it the release of %llu key%s: ended now",
             (unsigned long long)more, more == 1 ? "" : "s");
    tell(loop, view, screen, true, line);
  }
  view->ended_unheard = unheard;
  view->unplugged = unplugged;
}

static void take_reload(struct live_loop *loop, struct live_view *view, bool screen)
{
  char line[RELOAD_LINE];
  const enum reload_result result = reload_poll(loop->reload, loop->worker, line);

  tell(loop, view, screen, result == RELOAD_FAILED, line);
}

/* What comes back is told where its loss was. */
static void take_port_news(struct live_loop *loop, struct live_view *view, bool screen)
{
  char line[256] = "";
  enum port_state before = view->state;

  view->state = loop->driver->poll(loop->port, line, sizeof line);
  tell(loop, view, screen, loop->driver != &port_driver_file, line);
  if (loop->driver->listened != NULL ? loop->driver->listened(loop->port) : view->state == PORT_CONNECTED) {
    broken_take_end(loop->broken, loop->session->live);
  }
  if ((before == PORT_CONNECTED) != (view->state == PORT_CONNECTED)) {
    (void)capture_port(loop->capture, view->state == PORT_CONNECTED); /* a mark that is missed does no harm */
  }
}

/* False when the take is over. */
static bool take_news(struct live_loop *loop, struct live_view *view, bool screen)
{
  char line[WORKER_LINE];

  take_port_news(loop, view, screen);
  take_ends(loop, view, screen);
  watch_drain(loop->watch, worker_records(loop->worker));
  take_reload(loop, view, screen);
  if (!reload_swaps(loop->reload)) {
    worker_poll(loop->worker, line);
    tell(loop, view, screen, false, line);
  }
  view->learner = worker_state(loop->worker, &view->learnt);
  view->captures = loop->capture != NULL;
  view->capturing = capture_poll(loop->capture, line);
  tell(loop, view, screen, view->capturing == CAPTURE_STOPPED, line);
  return loop->driver != &port_driver_file || view->state != PORT_LOST;
}

double live_loop_run(struct live_loop *loop)
{
  nanos start = realtime_now();
  struct live_view view = {.session = loop->session,
                           .watch = loop->watch,
                           .driver = loop->driver->name,
                           .counters = loop->driver->counters(loop->port)};
  bool screen = terminal_open();
  double seconds = 0, next_line = LINE_SECONDS;
  bool on = true;

  while (on && !stop_requested() && !(screen && terminal_is_gone()) &&
         (loop->seconds <= 0 || seconds < loop->seconds)) {
    on = take_key(loop, &view, terminal_key(REDRAW_MS)) && take_news(loop, &view, screen);
    seconds = (double)(realtime_now() - start) / (double)NANOS_PER_SECOND;
    loop->driver->describe(loop->port, view.place, sizeof view.place);
    live_view_update(&view, seconds);
    if (screen) {
      live_view_draw(&view);
    } else if (seconds >= next_line) {
      live_view_line(&view, loop->out);
      next_line += LINE_SECONDS;
    }
  }
  if (screen) {
    terminal_close();
  }
  if (stop_requested()) {
    live_tell(loop->out, "stopped by a signal");
  }
  return seconds;
}
