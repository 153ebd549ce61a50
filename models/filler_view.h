/* What a filler sees of one pitch's row beside view_row: whether the frame is unknown, and the stretches of the
 * same take that match best. */
#ifndef EMEND_FILLER_VIEW_H
#define EMEND_FILLER_VIEW_H

#include "net_config.h"

/* 1 for a masked frame; then for each match the cells at this pitch (V), the same times the match's score (V),
 * the score, and how well the match agrees with the take at this very frame. */
static inline int filler_view_inputs(const struct net_config *config)
{
  return config->matches > 0 ? 1 + config->matches * (2 * config->frame.values + 2) : 0;
}

#endif
