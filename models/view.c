#include "view.h"

#include <string.h>

int view_rows(const struct net_config *config)
{
  return config->tie == TIE_PITCH ? PITCHES : 1;
}

int view_inputs(const struct net_config *config)
{
  if (config->tie == TIE_NONE) {
    return config->frame.values * PITCHES;
  }
  const int phase = config->frame.unit == FRAME_BEATS ? VIEW_PHASE_BITS : 0;
  return config->frame.values * VIEW_SPAN + 2 * VIEW_CLASSES + 2 + phase;
}

int view_outputs(const struct net_config *config)
{
  return config->tie == TIE_NONE ? config->frame.values * PITCHES : config->frame.values;
}

/* What all rows of a frame share. */
struct summary {
  int by_class[VIEW_CLASSES];
  int sounding;
};

static struct summary summarise(const uint8_t *cells)
{
  struct summary summary = {{0}, 0};
  for (int i = 0; i < PITCHES; i++) {
    summary.by_class[(i + PITCH_LOW) % VIEW_CLASSES] += cells[i] != 0;
    summary.sounding += cells[i] != 0;
  }
  return summary;
}

static void tied_row(const struct net_config *config, const uint8_t *cells, const struct summary *summary,
                     uint32_t t, int pitch, view_value *out)
{
  for (int value = 0; value < config->frame.values; value++) {
    for (int k = -VIEW_REACH; k <= VIEW_REACH; k++) {
      const int other = pitch + k;
      *out++ = other >= 0 && other < PITCHES && cells[value * PITCHES + other] != 0;
    }
  }
  const int own = (pitch + PITCH_LOW) % VIEW_CLASSES;
  for (int k = 0; k < VIEW_CLASSES; k++) {
    *out++ = (view_value)summary->by_class[(own + k) % VIEW_CLASSES];
  }
  for (int k = 0; k < VIEW_CLASSES; k++) {
    *out++ = k == own;
  }
  *out++ = (view_value)(2.0 * pitch / (PITCHES - 1) - 1.0);
  *out++ = (view_value)(summary->sounding / 8.0);
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
  const struct summary summary = summarise(cells);
  tied_row(config, cells, &summary, t, pitch, out);
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
  const struct summary summary = summarise(cells);
  for (int pitch = 0; pitch < PITCHES; pitch++) {
    tied_row(config, cells, &summary, t, pitch, out + (size_t)pitch * (size_t)inputs);
  }
}
