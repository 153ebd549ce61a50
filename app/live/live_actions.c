/* SPDX-License-Identifier: MIT */
#include "live_actions.h"

#include "port_file.h"

#define STRENGTH_STEP 0.05F

void live_say(struct live_loop *loop, struct live_view *view, const char *line)
{
  if (line[0] != '\0') {
    live_view_say(view, line);
    page_tell_line(loop->page, line);
  }
}

static void say(struct live_loop *loop, struct live_view *view, bool done, const char *text)
{
  live_say(loop, view, done ? text : "emend is busy; ask again");
}

static void set_mode(struct live_loop *loop, struct live_view *view, enum live_mode mode)
{
  static const char *const texts[] = {[LIVE_BYPASS] = "bypass: everything passes",
                                      [LIVE_MONITOR] =
                                        "monitor: everything passes, emend shows what it would remove",
                                      [LIVE_CLEAN] = "clean"};

  say(loop, view, live_set_mode(loop->session->live, mode), texts[mode]);
}

static void next_mode(struct live_loop *loop, struct live_view *view)
{
  static const enum live_mode next[] = {
    [LIVE_CLEAN] = LIVE_BYPASS, [LIVE_BYPASS] = LIVE_MONITOR, [LIVE_MONITOR] = LIVE_CLEAN};

  set_mode(loop, view, next[live_current_mode(loop->session->live)]);
}

static void set_strength(struct live_loop *loop, struct live_view *view, float strength)
{
  char text[32];

  strength = strength < 0 ? 0 : strength > 1 ? 1 : strength;
  snprintf(text, sizeof text, "strength %.2f", (double)strength);
  say(loop, view, live_set_strength(loop->session->live, strength), text);
}

static void set_look_ahead(struct live_loop *loop, struct live_view *view, double ms)
{
  const nanos look_ahead = (nanos)(ms * (double)NANOS_PER_MILLISECOND);
  char text[64];

  if (loop->driver == &port_driver_file) {
    live_say(loop, view, "a file keeps the look-ahead that it began with");
    return;
  }
  snprintf(text, sizeof text, "look-ahead %g ms: everything is delayed by it", ms);
  if (!live_set_look_ahead(loop->session->live, look_ahead)) {
    say(loop, view, false, text);
    return;
  }
  if (loop->driver->look_ahead != NULL) {
    loop->driver->look_ahead(loop->port, look_ahead);
  }
  loop->session->preset.look_ahead = ms;
  live_say(loop, view, text);
}

/* What came of it is news of the capture's. */
static void label(struct live_loop *loop, struct live_view *view, enum capture_label label)
{
  if (loop->capture == NULL) {
    live_say(loop, view, "nothing is captured");
  } else if (!capture_label(loop->capture, label)) {
    say(loop, view, false, "");
  }
}

static void answer(struct live_loop *loop, struct live_view *view, const struct page_order *order)
{
  const struct page_answer *given = &order->answer;
  const struct capture_answer answer = {.time = given->time,
                                        .channel = given->channel,
                                        .pitch = given->pitch,
                                        .velocity = given->velocity,
                                        .damage = given->damage,
                                        .meant = given->meant};

  if (loop->capture == NULL) {
    live_say(loop, view, "nothing is captured, so there is no take to mark");
  } else if (!capture_answer(loop->capture, &answer)) {
    say(loop, view, false, "");
  }
}

static void pause_learning(struct live_loop *loop, struct live_view *view)
{
  double done;
  const enum worker_state state = worker_state(loop->worker, &done);

  if (state == WORKER_OFF) {
    live_say(loop, view, "nothing is learnt; start with --learn");
  } else {
    say(loop, view, worker_pause(loop->worker, state != WORKER_PAUSED),
        state == WORKER_PAUSED ? "learning goes on" : "learning pauses");
  }
}

static void fill(struct live_loop *loop, struct live_view *view)
{
  char line[WORKER_LINE];

  worker_fill(loop->worker, line);
  live_say(loop, view, line);
}

void live_act(struct live_loop *loop, struct live_view *view, enum live_action action)
{
  const float strength = live_current_strength(loop->session->live);

  switch (action) {
  case LIVE_ACTION_NONE: break;
  case LIVE_ACTION_MODE: next_mode(loop, view); break;
  case LIVE_ACTION_STRONGER: set_strength(loop, view, strength + STRENGTH_STEP); break;
  case LIVE_ACTION_WEAKER: set_strength(loop, view, strength - STRENGTH_STEP); break;
  case LIVE_ACTION_PANIC: say(loop, view, live_panic(loop->session->live), "panic: all notes off"); break;
  case LIVE_ACTION_GOOD: label(loop, view, CAPTURE_GOOD); break;
  case LIVE_ACTION_UNDO: label(loop, view, CAPTURE_UNDO); break;
  case LIVE_ACTION_FILL: fill(loop, view); break;
  case LIVE_ACTION_LEARN: pause_learning(loop, view); break;
  }
}

void live_obey(struct live_loop *loop, struct live_view *view, const struct page_order *order)
{
  switch (order->what) {
  case PAGE_DO_MODE: set_mode(loop, view, (enum live_mode)order->value); break;
  case PAGE_DO_STRENGTH: set_strength(loop, view, (float)order->value); break;
  case PAGE_DO_LOOK_AHEAD: set_look_ahead(loop, view, order->value); break;
  case PAGE_DO_PRESET:
    say(loop, view, reload_preset(loop->reload, order->name), "the preset is being loaded");
    break;
  case PAGE_DO_PANIC: live_act(loop, view, LIVE_ACTION_PANIC); break;
  case PAGE_DO_GOOD: live_act(loop, view, LIVE_ACTION_GOOD); break;
  case PAGE_DO_UNDO: live_act(loop, view, LIVE_ACTION_UNDO); break;
  case PAGE_DO_ANSWER: answer(loop, view, order); break;
  case PAGE_DO_FILL: live_act(loop, view, LIVE_ACTION_FILL); break;
  case PAGE_DO_LEARN: live_act(loop, view, LIVE_ACTION_LEARN); break;
  case PAGE_DOES: break;
  }
}
