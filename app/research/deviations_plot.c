/* SPDX-License-Identifier: MIT */
#include "deviations_plot.h"

#include <math.h>
#include <stdio.h>

#include "picture.h"

enum {
  LATENTS_MAX = 4,
  FRAMES_MIN = 48, /* the legend needs the room */
  FRAMES_MAX = 64,
  LEFT = 40,
  TOP = 40,
  STEP = 11, /* pixels a frame */
  HEIGHT = 90,
  GAP = 42, /* between two latents */
  RIGHT = 20,
};

struct plot {
  const struct deviations *found;
  int latents[LATENTS_MAX], count, frames;
  double high; /* of all that is drawn */
};

static double s_of(const struct plot *plot, int t, int latent)
{
  return (double)plot->found->s[(size_t)t * (size_t)plot->found->latents + (size_t)latent];
}

static double energy_of(const struct plot *plot, int t, int latent)
{
  const double now = s_of(plot, t, latent), before = t > 0 ? s_of(plot, t - 1, latent) : 0;

  return now * now + before * before;
}

/* Insert a latent before those that change less from frame to frame; of too many the last one falls out. */
static void choose(struct plot *plot, int latent)
{
  const double change = deviations_left_out(plot->found, latent);
  int at = plot->count;

  while (at > 0 && deviations_left_out(plot->found, plot->latents[at - 1]) < change) {
    at--;
  }
  if (at == LATENTS_MAX) {
    return;
  }
  plot->count += plot->count < LATENTS_MAX;
  for (int i = plot->count - 1; i > at; i--) {
    plot->latents[i] = plot->latents[i - 1];
  }
  plot->latents[at] = latent;
}

static void measure(struct plot *plot)
{
  plot->frames = plot->found->frames < FRAMES_MAX ? plot->found->frames : FRAMES_MAX;
  plot->high = 1;
  for (int j = 0; j < plot->found->latents; j++) {
    choose(plot, j);
  }
  for (int i = 0; i < plot->count; i++) {
    for (int t = 0; t < plot->frames; t++) {
      plot->high =
        fmax(plot->high, fmax(s_of(plot, t, plot->latents[i]), energy_of(plot, t, plot->latents[i])));
    }
  }
}

static double x_of(int t)
{
  return LEFT + t * STEP;
}

static double y_of(const struct plot *plot, double top, double value)
{
  return top + HEIGHT * (1 - value / plot->high);
}

static void draw_axes(cairo_t *cairo, const struct plot *plot, double top)
{
  char text[16];

  for (int i = 0; i <= (int)plot->high; i++) {
    const double y = y_of(plot, top, i);
    cairo_set_source_rgb(cairo, 0.85, 0.85, 0.85);
    picture_line(cairo, LEFT, y, x_of(plot->frames - 1), y);
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    snprintf(text, sizeof text, "%d", i);
    picture_text(cairo, LEFT - 16, y + 4, text);
  }
  for (int t = 0; t < plot->frames; t += 8) {
    snprintf(text, sizeof text, "%d", t + 1);
    picture_text(cairo, x_of(t) - 4, top + HEIGHT + 14, text);
  }
}

static void draw_latent(cairo_t *cairo, const struct plot *plot, double top, int latent)
{
  static const double dashes[] = {3, 3};
  char text[80];

  cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
  snprintf(text, sizeof text, "latent %d, correlation of s_t with the one before %.2f", latent,
           deviations_correlation(plot->found, latent));
  picture_text(cairo, LEFT, top - 6, text);
  draw_axes(cairo, plot, top);
  cairo_new_path(cairo); /* text has left a point */
  picture_set(cairo, &picture_vermilion, 1);
  cairo_set_dash(cairo, dashes, 2, 0);
  for (int t = 1; t < plot->frames; t++) {
    cairo_line_to(cairo, x_of(t), y_of(plot, top, energy_of(plot, t, latent)));
  }
  cairo_stroke(cairo);
  cairo_set_dash(cairo, NULL, 0, 0);
  picture_set(cairo, &picture_blue, 1);
  for (int t = 0; t < plot->frames; t++) {
    cairo_line_to(cairo, x_of(t), y_of(plot, top, s_of(plot, t, latent)));
  }
  cairo_stroke(cairo);
  for (int t = 0; t < plot->frames; t++) {
    cairo_arc(cairo, x_of(t), y_of(plot, top, s_of(plot, t, latent)), 2.2, 0, 2 * acos(-1));
    cairo_fill(cairo);
  }
}

static void draw_all(cairo_t *cairo, void *user)
{
  const struct plot *plot = user;

  picture_set(cairo, &picture_blue, 1);
  picture_text(cairo, LEFT, 14, "line and dots: s_t");
  picture_set(cairo, &picture_vermilion, 1);
  picture_text(cairo, LEFT + 150, 14, "dashed: the sum of its square and the one before");
  for (int i = 0; i < plot->count; i++) {
    draw_latent(cairo, plot, TOP + i * (HEIGHT + GAP), plot->latents[i]);
  }
  cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
  picture_text(cairo, LEFT, TOP + plot->count * (HEIGHT + GAP), "t, frames");
}

enum status deviations_draw(const struct deviations *found, const char *path, struct error *error)
{
  struct plot plot = {.found = found};

  measure(&plot);
  return picture_write(path, LEFT + (plot.frames > FRAMES_MIN ? plot.frames : FRAMES_MIN) * STEP + RIGHT,
                       TOP + plot.count * (HEIGHT + GAP) + 12, draw_all, &plot, error);
}
