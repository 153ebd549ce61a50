/* SPDX-License-Identifier: MIT */
/* Pictures drawn with cairo, as SVG or PNG. */
#ifndef EMEND_PICTURE_H
#define EMEND_PICTURE_H

#include <cairo.h>

#include "status.h"

struct picture_colour {
  double red, green, blue;
};

/* These stay apart in every common kind of colour blindness. */
extern const struct picture_colour picture_blue, picture_vermilion, picture_green;

/* Draws on white, with lines 1 wide and a sans-serif font of 11. */
typedef void (*picture_paint)(cairo_t *cairo, void *user);

/* Write to `path`, which ends in .svg or .png, or as SVG to standard output, "-"; nothing is left behind on
 * failure. Sizes are in pixels. Allocates. */
enum status picture_write(const char *path, double width, double height, picture_paint paint, void *user,
                          struct error *error) EMEND_CHECK;

void picture_text(cairo_t *cairo, double x, double y, const char *text);
void picture_line(cairo_t *cairo, double x0, double y0, double x1, double y1);
void picture_set(cairo_t *cairo, const struct picture_colour *colour, double opacity);

#endif
