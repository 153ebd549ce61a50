/* SPDX-License-Identifier: MIT */
/* Rolls beside and below each other as one picture, a rectangle a cell. */
#ifndef EMEND_PANELS_H
#define EMEND_PANELS_H

#include <stdint.h>

#include "frame.h"

/* What a cell is drawn as. The last two differ from the truth. */
enum panel_mark { PANEL_OFF, PANEL_ON, PANEL_MISSED, PANEL_FALSE, PANEL_MARKS };

struct panel {
  char title[96];
  const uint8_t *marks; /* (frames, D) enum panel_mark, or cells of 0 and 1 */
  int first, frames;    /* what the first one is called */
  int gap, gap_frames;  /* shaded; counted from the first frame. 0 frames: none */
};

enum { PANELS_MAX = 8 };

struct panels {
  struct panel list[PANELS_MAX]; /* row by row */
  int count, columns;
};

/* Draw to `path`, which ends in .svg or .png. Allocates. */
enum status panels_draw(const struct panels *panels, const char *path, struct error *error) EMEND_CHECK;

#endif
