/* SPDX-License-Identifier: MIT */
/* How a network sees a frame: as one row of V * D values, or, with weights tied across pitch, as D rows,
 * each of them the music relative to its own pitch.
 *
 * A tied row (I): per value the cells within 12 semitones (25), how many sounding notes stand at each relative
 * pitch class (12), the pitch's own class (12), its height, how many notes sound, and for beat frames the four
 * bits of t mod 16. Used by training and by the live step. Live thread or any; never allocate. */
#ifndef EMEND_VIEW_H
#define EMEND_VIEW_H

#include <stdint.h>

#include "rt.h"
#include "shapes.h"

#ifdef EMEND_DOUBLE
typedef double view_value;
#else
typedef float view_value;
#endif

/* out (R, I) for the frame with cells (V, D) at step t. */
EMEND_LIVE void view_frame(const struct net_config *config, const uint8_t *cells, uint32_t t, view_value *out);
/* out (I) for one pitch's row (tied) or the only row (plain; pitch is not looked at). */
EMEND_LIVE void view_row(const struct net_config *config, const uint8_t *cells, uint32_t t, int pitch,
                         view_value *out);

#endif
