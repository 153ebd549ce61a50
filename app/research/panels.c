/* SPDX-License-Identifier: MIT */
#include "panels.h"

#include <math.h>
#include <stdio.h>

#include "picture.h"
#include "pitch.h"

enum {
  HALF_MARGIN = 8,
  MARGIN = 2 * HALF_MARGIN,
  LABELS = 48, /* left of a panel: the axis's name and the octaves */
  TITLE = 20,  /* above it */
  FEET = 36,   /* below it: frames and the axis's name */
  CELL_WIDTH = 4,
  CELL_HEIGHT = 4,
  TICK = 16, /* frames */
};

struct layout {
  const struct panels *panels;
  int low, high; /* pitch indices */
  int frames;    /* of the widest panel */
  double width, height;
};

/* Widen the layout to what the panel shows. */
static void cover(struct layout *layout, const struct panel *panel)
{
  for (int i = 0; i < panel->frames * PITCHES; i++) {
    const int pitch = i % PITCHES;
    if (panel->marks[i] != PANEL_OFF) {
      layout->low = pitch < layout->low ? pitch : layout->low;
      layout->high = pitch > layout->high ? pitch : layout->high;
    }
  }
  layout->frames = panel->frames > layout->frames ? panel->frames : layout->frames;
}

static void measure(struct layout *layout)
{
  const struct panels *panels = layout->panels;

  layout->low = PITCHES - 1;
  for (int i = 0; i < panels->count; i++) {
    cover(layout, &panels->list[i]);
  }
  if (layout->high < layout->low) {
    layout->high = layout->low;
  }
  layout->width = LABELS + layout->frames * CELL_WIDTH + MARGIN;
  layout->height = TITLE + (layout->high - layout->low + 1) * CELL_HEIGHT + FEET;
}

static void draw_grid(cairo_t *cairo, const struct layout *layout, const struct panel *panel, double height)
{
  const double width = panel->frames * CELL_WIDTH;
  char text[PITCH_NAME_MAX + 16];

  for (int i = layout->low; i <= layout->high; i++) {
    if ((PITCH_LOW + i) % 12 == 0) {
      const double y = (layout->high - i + 1) * CELL_HEIGHT;
      cairo_set_source_rgb(cairo, 0.85, 0.85, 0.85);
      picture_line(cairo, 0, y, width, y);
      cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
      picture_text(cairo, -26, y, pitch_name(PITCH_LOW + i, text));
    }
  }
  for (int t = (TICK - panel->first % TICK) % TICK; t < panel->frames; t += TICK) {
    cairo_set_source_rgb(cairo, 0.9, 0.9, 0.9);
    picture_line(cairo, t * CELL_WIDTH, 0, t * CELL_WIDTH, height);
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    snprintf(text, sizeof text, "%d", panel->first + t);
    picture_text(cairo, t * CELL_WIDTH, height + 12, text);
  }
}

static void draw_axis_names(cairo_t *cairo, double width, double height)
{
  cairo_text_extents_t extents;

  cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
  cairo_text_extents(cairo, "frame", &extents);
  picture_text(cairo, (width - extents.width) / 2, height + 26, "frame");
  cairo_text_extents(cairo, "pitch", &extents);
  cairo_save(cairo);
  cairo_translate(cairo, -34, (height + extents.width) / 2);
  cairo_rotate(cairo, -acos(0));
  picture_text(cairo, 0, 0, "pitch");
  cairo_restore(cairo);
}

/* Missed cells are outlines: they differ without colours too. */
static void draw_cell(cairo_t *cairo, double x, double y, enum panel_mark mark)
{
  static const struct picture_colour *const colours[PANEL_MARKS] = {NULL, &picture_blue, &picture_vermilion,
                                                                    &picture_green};

  picture_set(cairo, colours[mark], 1);
  if (mark == PANEL_MISSED) {
    cairo_rectangle(cairo, x + 0.5, y + 0.5, CELL_WIDTH - 1, CELL_HEIGHT - 1);
    cairo_stroke(cairo);
  } else {
    cairo_rectangle(cairo, x, y, CELL_WIDTH, CELL_HEIGHT);
    cairo_fill(cairo);
  }
}

static void draw_panel(cairo_t *cairo, const struct layout *layout, const struct panel *panel)
{
  const double height = (layout->high - layout->low + 1) * CELL_HEIGHT;

  cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
  picture_text(cairo, 0, -6, panel->title);
  if (panel->gap_frames > 0) {
    cairo_set_source_rgba(cairo, 0.902, 0.624, 0.0, 0.18);
    cairo_rectangle(cairo, panel->gap * CELL_WIDTH, 0, panel->gap_frames * CELL_WIDTH, height);
    cairo_fill(cairo);
  }
  draw_grid(cairo, layout, panel, height);
  draw_axis_names(cairo, panel->frames * CELL_WIDTH, height);
  for (int t = 0; t < panel->frames; t++) {
    for (int i = layout->low; i <= layout->high; i++) {
      const enum panel_mark mark = (enum panel_mark)panel->marks[t * PITCHES + i];
      if (mark != PANEL_OFF) {
        draw_cell(cairo, t * CELL_WIDTH, (layout->high - i) * CELL_HEIGHT, mark);
      }
    }
  }
  cairo_set_source_rgb(cairo, 0.5, 0.5, 0.5);
  cairo_rectangle(cairo, 0, 0, panel->frames * CELL_WIDTH, height);
  cairo_stroke(cairo);
}

static void draw_all(cairo_t *cairo, void *user)
{
  const struct layout *layout = user;
  const struct panels *panels = layout->panels;

  for (int i = 0; i < panels->count; i++) {
    const int row = i / panels->columns, column = i % panels->columns;
    cairo_save(cairo);
    cairo_translate(cairo, LABELS + HALF_MARGIN + column * layout->width,
                    TITLE + HALF_MARGIN + row * layout->height);
    draw_panel(cairo, layout, &panels->list[i]);
    cairo_restore(cairo);
  }
}

enum status panels_draw(const struct panels *panels, const char *path, struct error *error)
{
  const int rows = (panels->count + panels->columns - 1) / panels->columns;
  struct layout layout = {.panels = panels};

  measure(&layout);
  return picture_write(path, panels->columns * layout.width + MARGIN, rows * layout.height + MARGIN, draw_all,
                       &layout, error);
}
