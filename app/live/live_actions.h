/* SPDX-License-Identifier: MIT */
/* What a player can ask for while `emend live` runs: by a key, from the page, or by a pedal. */
#ifndef EMEND_LIVE_ACTIONS_H
#define EMEND_LIVE_ACTIONS_H

#include "live_loop.h"
#include "live_view.h"
#include "page.h"

enum live_action {
  LIVE_ACTION_NONE,
  LIVE_ACTION_MODE, /* clean, bypass, monitor in turn */
  LIVE_ACTION_STRONGER,
  LIVE_ACTION_WEAKER,
  LIVE_ACTION_PANIC,
  LIVE_ACTION_GOOD,
  LIVE_ACTION_UNDO,
  LIVE_ACTION_FILL,
  LIVE_ACTION_LEARN, /* pause, or go on */
};

/* All of them: the control thread. What came of it is told in the view and on the page. */

void live_act(struct live_loop *loop, struct live_view *view, enum live_action action);
/* What the page asks for. */
void live_obey(struct live_loop *loop, struct live_view *view, const struct page_order *order);
/* Show a line for a while; "" changes nothing. */
void live_say(struct live_loop *loop, struct live_view *view, const char *line);

#endif
