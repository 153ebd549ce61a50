/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "file.h"

const struct picture_colour picture_blue = {0.0, 0.447, 0.698}, picture_vermilion = {0.835, 0.369, 0.0},
                            picture_green = {0.0, 0.62, 0.451};

struct bytes {
  unsigned char *data;
  size_t size, capacity;
};

static cairo_status_t collect(void *user, const unsigned char *data, unsigned size)
{
  struct bytes *bytes = user;

  if (size > bytes->capacity - bytes->size) {
    size_t capacity = 2 * bytes->capacity + size;
    unsigned char *grown = realloc(bytes->data, capacity);
    if (grown == NULL) {
      return CAIRO_STATUS_NO_MEMORY;
    }
    bytes->data = grown;
    bytes->capacity = capacity;
  }
  memcpy(bytes->data + bytes->size, data, size);
  bytes->size += size;
  return CAIRO_STATUS_SUCCESS;
}

static void prepare(cairo_t *cairo)
{
  cairo_set_source_rgb(cairo, 1, 1, 1);
  cairo_paint(cairo);
  cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, 11);
  cairo_set_line_width(cairo, 1);
}

static cairo_status_t render(cairo_surface_t *surface, bool svg, picture_paint paint, void *user,
                             struct bytes *bytes)
{
  cairo_t *cairo = cairo_create(surface);

  prepare(cairo);
  paint(cairo, user);
  cairo_status_t status = cairo_status(cairo);
  cairo_destroy(cairo);
  if (!svg && status == CAIRO_STATUS_SUCCESS) {
    status = cairo_surface_write_to_png_stream(surface, collect, bytes);
  }
  cairo_surface_finish(surface);
  return status == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : status;
}

enum status picture_write(const char *path, double width, double height, picture_paint paint, void *user,
                          struct error *error)
{
  const char *end = strrchr(path, '.');
  bool svg = strcmp(path, "-") == 0 || (end != NULL && strcasecmp(end, ".svg") == 0);
  struct bytes bytes = {NULL, 0, 0};

  if (!svg && (end == NULL || strcasecmp(end, ".png") != 0)) {
    return error_set(error, STATUS_USAGE, "%.300s: a picture's name ends in .svg or .png", path);
  }
  cairo_surface_t *surface =
    svg ? cairo_svg_surface_create_for_stream(collect, &bytes, width, height)
        : cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width), (int)ceil(height));
  cairo_status_t drawn = render(surface, svg, paint, user, &bytes);
  cairo_surface_destroy(surface);
  enum status status =
    drawn == CAIRO_STATUS_SUCCESS
      ? file_write(path, bytes.data, bytes.size, error)
      : error_set(error, STATUS_NO_MEMORY, "%.300s: cannot be drawn: %s", path, cairo_status_to_string(drawn));
  free(bytes.data);
  return status;
}

void picture_text(cairo_t *cairo, double x, double y, const char *text)
{
  cairo_move_to(cairo, x, y);
  cairo_show_text(cairo, text);
}

void picture_line(cairo_t *cairo, double x0, double y0, double x1, double y1)
{
  cairo_move_to(cairo, x0, y0);
  cairo_line_to(cairo, x1, y1);
  cairo_stroke(cairo);
}

void picture_set(cairo_t *cairo, const struct picture_colour *colour, double opacity)
{
  cairo_set_source_rgba(cairo, colour->red, colour->green, colour->blue, opacity);
}
