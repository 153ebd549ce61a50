/* SPDX-License-Identifier: MIT */
#include "roll_plot.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "fill_source.h"
#include "journal.h"
#include "picture.h"
#include "pitch.h"

enum { REPORT_LIMIT = 64 << 20 };

static enum status add_gap(struct roll *roll, nanos begin, nanos end, struct error *error)
{
  struct roll_span *grown = realloc(roll->gaps, (roll->gap_count + 1) * sizeof *grown);

  if (grown == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for %zu gaps", roll->gap_count + 1);
  }
  roll->gaps = grown;
  roll->gaps[roll->gap_count++] = (struct roll_span){begin, end};
  return STATUS_OK;
}

static enum status add_marked(struct roll *roll, const struct smf *smf, const char *opens, const char *closes,
                              struct error *error)
{
  struct mark_span span;
  size_t at = 0;
  enum status status = STATUS_OK;

  while (status == STATUS_OK && marks_next(smf, opens, closes, &at, &span)) {
    status = add_gap(roll, smf_tick_time(smf, span.begin), smf_tick_time(smf, span.end), error);
  }
  return status;
}

enum status roll_gaps_from_markers(struct roll *roll, const struct smf *smf, struct error *error)
{
  size_t before = roll->gap_count;

  enum status status = add_marked(roll, smf, MARK_GAP, MARK_GAP_END, error);
  if (status == STATUS_OK &&
      roll->gap_count == before) { /* a filled one has its disconnections among its gaps */
    status = add_marked(roll, smf, JOURNAL_MARK_DISCONNECTED, JOURNAL_MARK_CONNECTED, error);
  }
  return status;
}

static enum status add_reported(struct roll *roll, const json_t *root, const char *path, struct error *error)
{
  const json_t *gaps = json_object_get(root, "gaps");
  enum status status = STATUS_OK;

  if (!json_is_array(gaps)) {
    return error_set(error, STATUS_FORMAT, "%.300s: this is not a report of emend fill (it lists no gaps)",
                     path);
  }
  for (size_t i = 0; i < json_array_size(gaps) && status == STATUS_OK; i++) {
    const json_t *gap = json_array_get(gaps, i);
    double begin = json_number_value(json_object_get(gap, "begin"));
    double end = json_number_value(json_object_get(gap, "end"));
    double limit = (double)SMF_TIME_MAX / (double)NANOS_PER_SECOND;

    if (!(begin >= 0 && begin <= end && end <= limit)) {
      return error_set(error, STATUS_FORMAT, "%.300s: gap %zu is from %g to %g seconds, which cannot be", path,
                       i + 1, begin, end);
    }
    status =
      add_gap(roll, (nanos)(begin * (double)NANOS_PER_SECOND), (nanos)(end * (double)NANOS_PER_SECOND), error);
  }
  return status;
}

enum status roll_gaps_from_report(struct roll *roll, const char *path, struct error *error)
{
  uint8_t *data;
  size_t size;
  json_error_t fault;

  enum status status = file_read(path, REPORT_LIMIT, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  json_t *root = json_loadb((const char *)data, size, 0, &fault);
  free(data);
  if (root == NULL) {
    return error_set(error, STATUS_FORMAT, "%.300s:%d: this is not JSON: %.100s", path, fault.line, fault.text);
  }
  status = add_reported(roll, root, path, error);
  json_decref(root);
  return status;
}

#define TOLERANCE (50 * NANOS_PER_MILLISECOND)

/* The unmatched note of that pitch whose onset is nearest to `note`'s and near enough; `count` if none. `*from`
 * follows the window along. */
static size_t find_match(const struct note_list *list, const bool *matched, const struct note *note,
                         size_t *from)
{
  size_t best = list->count;
  nanos nearest = TOLERANCE + 1;

  while (*from < list->count && list->notes[*from].on < note->on - TOLERANCE) {
    (*from)++;
  }
  for (size_t i = *from; i < list->count && list->notes[i].on <= note->on + TOLERANCE; i++) {
    nanos distance = llabs(list->notes[i].on - note->on);
    if (!matched[i] && list->notes[i].pitch == note->pitch && distance < nearest) {
      nearest = distance;
      best = i;
    }
  }
  return best;
}

enum status roll_compare(const struct note_list *before, const struct note_list *after, struct roll *roll,
                         struct error *error)
{
  size_t most = before->count + (after != NULL ? after->count : 0);
  bool *matched = calloc(before->count + 1, sizeof *matched);
  size_t from = 0;

  *roll = (struct roll){.notes = calloc(most + 1, sizeof *roll->notes), .compares = after != NULL};
  if (matched == NULL || roll->notes == NULL) {
    free(matched);
    free(roll->notes);
    roll->notes = NULL;
    return error_set(error, STATUS_NO_MEMORY, "no memory to compare %zu notes", most);
  }
  for (size_t i = 0; after != NULL && i < after->count; i++) {
    size_t match = find_match(before, matched, &after->notes[i], &from);
    if (match < before->count) {
      matched[match] = true;
    }
    roll->notes[roll->count++] =
      (struct roll_note){after->notes[i], match < before->count ? ROLL_KEPT : ROLL_ADDED};
  }
  for (size_t i = 0; i < before->count; i++) {
    if (!matched[i]) {
      roll->notes[roll->count++] =
        (struct roll_note){before->notes[i], after != NULL ? ROLL_REMOVED : ROLL_KEPT};
    }
  }
  free(matched);
  return STATUS_OK;
}

enum {
  MARGIN_LEFT = 46,
  MARGIN_RIGHT = 16,
  MARGIN_TOP = 34,
  MARGIN_BOTTOM = 40,
  ROW = 7,
  WIDTH_MIN = 700,
  WIDTH_MAX = 4000,
  LEGEND_STEP = 140,
};

static const double pixels_per_second = 48, tick_distance = 56, narrowest = 2;

static const struct picture_colour *const colours[ROLL_MARKS] = {&picture_blue, &picture_vermilion,
                                                                 &picture_green};

static const char *const names[ROLL_MARKS] = {"kept", "removed", "added"};

struct plot {
  const struct roll *roll;
  cairo_t *cairo;
  double start, end; /* seconds */
  int low, high;     /* pitches, whole octaves */
  double width, height;
};

static double seconds(nanos time)
{
  return (double)time / (double)NANOS_PER_SECOND;
}

static double x_of(const struct plot *plot, double time)
{
  double inner = plot->width - MARGIN_LEFT - MARGIN_RIGHT;
  return MARGIN_LEFT + (time - plot->start) / (plot->end - plot->start) * inner;
}

/* The top of a pitch's row. */
static double y_of(const struct plot *plot, int pitch)
{
  return MARGIN_TOP + (double)(plot->high - pitch) * ROW;
}

static void measure(struct plot *plot, const struct roll *roll)
{
  plot->start = INFINITY;
  plot->end = 0;
  plot->low = KEYS;
  plot->high = 0;
  for (size_t i = 0; i < roll->count; i++) {
    const struct note *note = &roll->notes[i].note;
    plot->start = fmin(plot->start, seconds(note->on));
    plot->end = fmax(plot->end, seconds(note->off));
    plot->low = note->pitch < plot->low ? note->pitch : plot->low;
    plot->high = note->pitch > plot->high ? note->pitch : plot->high;
  }
  plot->start = floor(plot->start);
  plot->end = fmax(ceil(plot->end), plot->start + 1);
  plot->low = plot->low / 12 * 12;
  plot->high = plot->high / 12 * 12 + 11;
  double inner = (plot->end - plot->start) * pixels_per_second;
  plot->width = fmin(fmax(inner + MARGIN_LEFT + MARGIN_RIGHT, WIDTH_MIN), WIDTH_MAX);
  plot->height = (plot->high - plot->low + 1) * ROW + MARGIN_TOP + MARGIN_BOTTOM;
}

static void draw_pitches(const struct plot *plot)
{
  static const bool black[12] = {[1] = true, [3] = true, [6] = true, [8] = true, [10] = true};
  cairo_t *cairo = plot->cairo;
  double inner = plot->width - MARGIN_LEFT - MARGIN_RIGHT;

  for (int pitch = plot->low; pitch <= plot->high; pitch++) {
    char name[PITCH_NAME_MAX];

    if (black[pitch % 12]) {
      cairo_set_source_rgb(cairo, 0.955, 0.955, 0.955);
      cairo_rectangle(cairo, MARGIN_LEFT, y_of(plot, pitch), inner, ROW);
      cairo_fill(cairo);
    }
    if (pitch % 12 == 0) {
      double y = y_of(plot, pitch) + ROW;
      cairo_set_source_rgb(cairo, 0.75, 0.75, 0.75);
      picture_line(cairo, MARGIN_LEFT, y, plot->width - MARGIN_RIGHT, y);
      cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
      picture_text(cairo, 10, y, pitch_name(pitch, name));
    }
  }
}

/* Shaded, with dashed edges that show without colours too. */
static void draw_gap(const struct plot *plot, double x, double y, double width, double height)
{
  static const double dashes[] = {4, 3};
  cairo_t *cairo = plot->cairo;

  cairo_set_source_rgba(cairo, 0.902, 0.624, 0.0, 0.18);
  cairo_rectangle(cairo, x, y, width, height);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, 0.7, 0.48, 0.0);
  cairo_set_dash(cairo, dashes, 2, 0);
  picture_line(cairo, x, y, x, y + height);
  picture_line(cairo, x + width, y, x + width, y + height);
  cairo_set_dash(cairo, NULL, 0, 0);
}

static void draw_gaps(const struct plot *plot, const struct roll *roll)
{
  for (size_t i = 0; i < roll->gap_count; i++) {
    double begin = fmax(seconds(roll->gaps[i].begin), plot->start);
    double end = fmin(seconds(roll->gaps[i].end), plot->end);
    if (begin < end) {
      draw_gap(plot, x_of(plot, begin), MARGIN_TOP, x_of(plot, end) - x_of(plot, begin),
               plot->height - MARGIN_TOP - MARGIN_BOTTOM);
    }
  }
}

static double tick_step(const struct plot *plot)
{
  static const double steps[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600};
  double per_second = (plot->width - MARGIN_LEFT - MARGIN_RIGHT) / (plot->end - plot->start);
  size_t i = 0;

  while (i + 1 < sizeof steps / sizeof steps[0] && steps[i] * per_second < tick_distance) {
    i++;
  }
  return steps[i];
}

static void draw_time(const struct plot *plot)
{
  cairo_t *cairo = plot->cairo;
  double bottom = plot->height - MARGIN_BOTTOM;
  double step = tick_step(plot);

  for (long tick = lround(ceil(plot->start / step)); (double)tick * step <= plot->end; tick++) {
    double time = (double)tick * step;
    char text[32];

    snprintf(text, sizeof text, "%.0f", time);
    cairo_set_source_rgb(cairo, 0.88, 0.88, 0.88);
    picture_line(cairo, x_of(plot, time), MARGIN_TOP, x_of(plot, time), bottom);
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    picture_text(cairo, x_of(plot, time) - 4, bottom + 14, text);
  }
  picture_text(cairo, plot->width / 2 - 24, plot->height - 8, "seconds");
}

/* Kept: filled. Removed: an outline, crossed, through which the note that it doubled is seen. Added: filled,
 * with a dark frame. */
static void draw_box(cairo_t *cairo, double x, double y, double width, enum roll_mark mark, double strength)
{
  const struct picture_colour *colour = colours[mark];
  const double height = ROW - 1;

  cairo_rectangle(cairo, x, y + 0.5, width, height);
  if (mark == ROLL_REMOVED) {
    picture_set(cairo, colour, 1);
    cairo_stroke(cairo);
    picture_line(cairo, x + width / 2 - 3, y - 1, x + width / 2 + 3, y + ROW + 1);
    picture_line(cairo, x + width / 2 - 3, y + ROW + 1, x + width / 2 + 3, y - 1);
    return;
  }
  picture_set(cairo, colour, strength);
  cairo_fill_preserve(cairo);
  if (mark == ROLL_ADDED) {
    cairo_set_source_rgb(cairo, 0, 0, 0);
    cairo_stroke(cairo);
  }
  cairo_new_path(cairo);
}

static void draw_notes(const struct plot *plot, const struct roll *roll)
{
  for (size_t i = 0; i < roll->count; i++) {
    const struct note *note = &roll->notes[i].note;
    double x = x_of(plot, seconds(note->on));
    double width = fmax(x_of(plot, seconds(note->off)) - x, narrowest);

    draw_box(plot->cairo, x, y_of(plot, note->pitch), width, roll->notes[i].mark,
             0.5 + 0.5 * note->velocity / 127.0);
  }
}

static void draw_legend(const struct plot *plot, const struct roll *roll)
{
  double x = MARGIN_LEFT;

  for (int mark = 0; mark < (roll->compares ? ROLL_MARKS : 1); mark++) {
    size_t count = 0;
    char text[64];

    for (size_t i = 0; i < roll->count; i++) {
      count += roll->notes[i].mark == (enum roll_mark)mark;
    }
    snprintf(text, sizeof text, "%zu %s", count, roll->compares ? names[mark] : "notes");
    draw_box(plot->cairo, x, 12, 22, (enum roll_mark)mark, 1);
    cairo_set_source_rgb(plot->cairo, 0.2, 0.2, 0.2);
    picture_text(plot->cairo, x + 28, 19, text);
    x += LEGEND_STEP;
  }
  if (roll->gap_count > 0) {
    draw_gap(plot, x, 10, 22, ROW + 4);
    cairo_set_source_rgb(plot->cairo, 0.2, 0.2, 0.2);
    picture_text(plot->cairo, x + 28, 19, roll->gap_count == 1 ? "gap" : "gaps");
  }
}

static void draw_all(cairo_t *cairo, void *user)
{
  struct plot *plot = user;
  const struct roll *roll = plot->roll;

  plot->cairo = cairo;
  draw_pitches(plot);
  draw_time(plot);
  draw_gaps(plot, roll);
  draw_notes(plot, roll);
  draw_legend(plot, roll);
}

enum status roll_draw(const struct roll *roll, const char *path, struct error *error)
{
  struct plot plot = {.roll = roll};

  measure(&plot, roll);
  return picture_write(path, plot.width, plot.height, draw_all, &plot, error);
}
