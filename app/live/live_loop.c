/* SPDX-License-Identifier: MIT */
#include "live_loop.h"

#include "console.h"
#include "live_actions.h"
#include "live_page.h"
#include "port_file.h"
#include "rt_thread.h"
#include "stop.h"
#include "terminal.h"

enum { REDRAW_MS = 100, PAGE_MS = 10, LINE_SECONDS = 5 };

/* False when the user wants to leave. */
static bool take_key(struct live_loop *loop, struct live_view *view, int key)
{
  static const struct {
    char key;
    enum live_action action;
  } keys[] = {{'b', LIVE_ACTION_MODE},   {'+', LIVE_ACTION_STRONGER}, {'=', LIVE_ACTION_STRONGER},
              {'-', LIVE_ACTION_WEAKER}, {'p', LIVE_ACTION_PANIC},    {'g', LIVE_ACTION_GOOD},
              {'u', LIVE_ACTION_UNDO},   {'f', LIVE_ACTION_FILL},     {'l', LIVE_ACTION_LEARN}};

  if (key != 0) {
    view->helps = key == '?' && !view->helps;
  }
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    if (key == keys[i].key) {
      live_act(loop, view, keys[i].action);
    }
  }
  return key != 'q';
}

/* On the screen and the page, where there are any; without a screen on the standard streams. */
static void tell(struct live_loop *loop, struct live_view *view, bool screen, bool warning, const char *line)
{
  if (line[0] == '\0') {
    return;
  }
  live_say(loop, view, line);
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
    broken_takes_end(loop->broken, loop->session->live);
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

static void hear_record(void *user, const struct ring_header *header, const union live_record *record)
{
  page_tell_record(user, header, record);
}

/* What the player says of a decision teaches the instrument at once. */
static void take_answers(struct live_loop *loop)
{
  struct capture_answer given;

  while (capture_answered(loop->capture, &given)) {
    const struct page_answer answer = {.time = given.time,
                                       .channel = given.channel,
                                       .pitch = given.pitch,
                                       .velocity = given.velocity,
                                       .damage = given.damage,
                                       .meant = given.meant};
    /* One that the full queue drops is still in the take. */
    (void)live_teach(loop->session->live, given.pitch, (enum damage)given.damage, given.meant);
    if (loop->page != NULL) {
      page_tell_answer(loop->page, &answer);
    }
  }
}

/* What must not wait: the page's notes, and what the player answers there. */
static void serve_page(struct live_loop *loop, struct live_view *view)
{
  struct page_order order;

  if (loop->page == NULL) {
    return;
  }
  watch_drain(loop->watch, worker_records(loop->worker));
  while (page_take_order(loop->page, &order)) {
    live_obey(loop, view, &order);
  }
  take_answers(loop);
  page_wake(loop->page);
}

/* News, then the screen, the page, or now and then a line. False when the take is over. */
static bool look_around(struct live_loop *loop, struct live_view *view, bool screen, double seconds)
{
  const bool on = take_news(loop, view, screen);
  char line[KNOWN_LINE];

  take_answers(loop);
  known_poll(loop->known, loop->session->live, realtime_now(), line);
  tell(loop, view, screen, true, line);

  loop->driver->describe(loop->port, view->place, sizeof view->place);
  live_view_update(view, seconds);
  live_page_show(loop->page, view);
  if (screen) {
    live_view_draw(view);
  } else if (seconds >= view->next_line) {
    live_view_line(view, loop->out);
    view->next_line += LINE_SECONDS;
  }
  return on;
}

double live_loop_run(struct live_loop *loop)
{
  nanos start = realtime_now();
  struct live_view view = {.session = loop->session,
                           .watch = loop->watch,
                           .driver = loop->driver->name,
                           .counters = loop->driver->counters(loop->port),
                           .page = loop->page != NULL ? page_url(loop->page) : NULL,
                           .next_line = LINE_SECONDS};
  const int pause = loop->page != NULL ? PAGE_MS : REDRAW_MS;
  bool screen = terminal_open();
  double seconds = 0, next_look = 0;
  bool on = true;

  loop->watch->listener = loop->page != NULL ? hear_record : NULL;
  loop->watch->user = loop->page;
  while (on && !stop_requested() && !(screen && terminal_is_gone()) &&
         (loop->seconds <= 0 || seconds < loop->seconds)) {
    on = take_key(loop, &view, terminal_key(pause));
    serve_page(loop, &view);
    seconds = (double)(realtime_now() - start) / (double)NANOS_PER_SECOND;
    if (seconds >= next_look) {
      on = look_around(loop, &view, screen, seconds) && on;
      next_look = seconds + (loop->page != NULL ? REDRAW_MS / 1e3 : 0);
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
