/* SPDX-License-Identifier: MIT */
#include "page_state.h"

#include <jansson.h>
#include <string.h>

#include "json_out.h"

/* Of the histogram's bins, HISTOGRAM_STEPS an octave, so many are one bar; bin 0 would be the octave from 2^3
 * ns. */
enum { STEPS = HISTOGRAM_STEPS / 4, FIRST = (PAGE_BARS_FROM - 3) * 4 };

void page_state_bars(struct page_state *state, const struct histogram *histogram)
{
  memset(state->bars, 0, sizeof state->bars);
  for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
    const int bar = bin / STEPS - FIRST;
    const uint64_t count = atomic_load_explicit(&histogram->bins[bin], memory_order_relaxed);
    state->bars[bar < 0 ? 0 : bar < PAGE_BARS ? bar : PAGE_BARS - 1] += (uint32_t)count;
  }
}

static json_t *removed_json(const struct page_state *state)
{
  json_t *object = json_object();

  for (int i = DAMAGE_NONE + 1; i < DAMAGE_COUNT; i++) {
    json_object_set_new(object, damage_name((enum damage)i), json_integer((json_int_t)state->removed[i]));
  }
  return object;
}

static json_t *bars_json(const struct page_state *state)
{
  json_t *list = json_array();

  for (int i = 0; i < PAGE_BARS; i++) {
    json_array_append_new(list, json_integer(state->bars[i]));
  }
  return list;
}

char *page_state_print(const struct page_state *state)
{
  json_t *object = json_pack(
    "{s:f, s:s, s:f, s:f, s:o, s:o, s:o, s:o, s:i, s:b, s:i, s:i, s:f, s:o, s:o, s:f, s:f, s:f, s:f}",
    "seconds", state->seconds, "mode", preset_modes[state->mode], "strength", state->strength, "look_ahead",
    state->look_ahead, "preset", json_text(state->preset), "description", json_text(state->description),
    "driver", json_text(state->driver), "place", json_text(state->place), "port", state->port, "captures",
    state->captures, "capturing", state->capturing, "learner", state->learner, "learnt", state->learnt,
    "removed", removed_json(state), "bars", bars_json(state), "load", state->load, "median", state->median,
    "p99", state->percentile_99, "most", state->most);

  json_object_set_new(object, "notes_in", json_integer((json_int_t)state->notes_in));
  json_object_set_new(object, "notes_out", json_integer((json_int_t)state->notes_out));
  json_object_set_new(object, "sounding", json_integer((json_int_t)state->sounding));
  json_object_set_new(object, "dropped", json_integer((json_int_t)state->dropped));
  json_object_set_new(object, "xruns", json_integer((json_int_t)state->xruns));
  json_object_set_new(object, "overflowed", json_integer((json_int_t)state->overflowed));
  char *text = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
  json_decref(object);
  return text;
}
