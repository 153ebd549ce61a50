/* SPDX-License-Identifier: MIT */
#ifndef EMEND_DEVIATIONS_PLOT_H
#define EMEND_DEVIATIONS_PLOT_H

#include "deviations.h"

/* Draw s_t and s_t^2 + s_{t-1}^2 of the latents whose s_t changes most from frame to frame to `path`, which
 * ends in .svg or .png. Allocates. */
enum status deviations_draw(const struct deviations *found, const char *path, struct error *error) EMEND_CHECK;

#endif
