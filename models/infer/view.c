/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <string.h>

/* What all rows of a frame share: its cells with silence below and above, and how many notes sound in each
 * pitch class, twice over, so that every row finds its own part in one piece. */
struct summary {
  view_value cells[FRAME_VALUES_MAX][PITCHES + 2 * VIEW_REACH];
  view_value by_class[2 * VIEW_CLASSES];
  view_value sounding;
};

static void summarise(const struct net_config *config, const uint8_t *cells, struct summary *summary)
{
  memset(summary, 0, sizeof *summary);
  for (int value = 0; value < config->frame.values; value++) {
    for (int i = 0; i < PITCHES; i++) {
      summary->cells[value][VIEW_REACH + i] = cells[value * PITCHES + i] != 0;
    }
  }
  for (int i = 0; i < PITCHES; i++) {
    const int by_class = (i + PITCH_LOW) % VIEW_CLASSES;
    summary->by_class[by_class] += cells[i] != 0;
    summary->sounding += cells[i] != 0;
  }
  memcpy(summary->by_class + VIEW_CLASSES, summary->by_class, VIEW_CLASSES * sizeof(view_value));
  summary->sounding /= (view_value)8;
}

static void tied_row(const struct net_config *config, const struct summary *summary, uint32_t t, int pitch,
                     view_value *out)
{
  for (int value = 0; value < config->frame.values; value++) {
    memcpy(out, summary->cells[value] + pitch, VIEW_SPAN * sizeof *out);
    out += VIEW_SPAN;
  }
  const int own = (pitch + PITCH_LOW) % VIEW_CLASSES;
  memcpy(out, summary->by_class + own, VIEW_CLASSES * sizeof *out);
  out += VIEW_CLASSES;
  memset(out, 0, VIEW_CLASSES * sizeof *out);
  out[own] = 1;
  out += VIEW_CLASSES;
  *out++ = (view_value)(2.0 * pitch / (PITCHES - 1) - 1.0);
  *out++ = summary->sounding;
  if (config->frame.unit == FRAME_BEATS) {
    for (int bit = 0; bit < VIEW_PHASE_BITS; bit++) {
      *out++ = (t >> bit & 1) != 0;
    }
  }
}

EMEND_LIVE void view_row(const struct net_config *config, const uint8_t *cells, uint32_t t, int pitch,
                         view_value *out)
{
  if (config->tie == TIE_NONE) {
    view_frame(config, cells, t, out);
    return;
  }
  struct summary summary;
  summarise(config, cells, &summary);
  tied_row(config, &summary, t, pitch, out);
}

EMEND_LIVE void view_frame(const struct net_config *config, const uint8_t *cells, uint32_t t, view_value *out)
{
  const int inputs = view_inputs(config);
  if (config->tie == TIE_NONE) {
    for (int i = 0; i < inputs; i++) {
      out[i] = cells[i] != 0;
    }
    return;
  }
  struct summary summary;
  summarise(config, cells, &summary);
  for (int pitch = 0; pitch < PITCHES; pitch++) {
    tied_row(config, &summary, t, pitch, out + (size_t)pitch * (size_t)inputs);
  }
}
