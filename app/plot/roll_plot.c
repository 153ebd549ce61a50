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
    return error_set(error, STATUS_NO_MEMORY, "out of memory for %zu gaps", roll->gap_count + 1);
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

  *roll =
    (struct roll){.notes = calloc(most + 1, sizeof *roll->notes), .compares = after != NULL, .to = ROLL_END};
  if (matched == NULL || roll->notes == NULL) {
    free(matched);
    free(roll->notes);
    roll->notes = NULL;
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot compare %zu notes", most);
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
  MARGIN_BOTTOM = 20,
  AXIS = 26, /* below each system: the times */
  ROW = 7,
  INNER_MIN = 640,
  SYSTEM_SECONDS = 30, /* a system (a line of the picture) holds so much, */
  SYSTEMS_MAX = 60,    /* or more where there would be too many */
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
  int systems;
  double span;  /* seconds of a system */
  double scale; /* pixels a second */
  double width, height;
  /* The system that is drawn: */
  double from, to, top; /* seconds; pixels */
};

static double seconds(nanos time)
{
  return (double)time / (double)NANOS_PER_SECOND;
}

static double x_of(const struct plot *plot, double time)
{
  return MARGIN_LEFT + (time - plot->from) * plot->scale;
}

/* The top of a pitch's row. */
static double y_of(const struct plot *plot, int pitch)
{
  return plot->top + (double)(plot->high - pitch) * ROW;
}

static double system_height(const struct plot *plot)
{
  return (plot->high - plot->low + 1) * ROW;
}

/* Is any of it between the times that are drawn? */
static bool is_within(const struct roll *roll, nanos begin, nanos end)
{
  return begin < roll->to && end >= roll->from;
}

/* The range of times and pitches to draw; times given by the user come first. */
static void measure_notes(struct plot *plot, const struct roll *roll)
{
  plot->start = INFINITY;
  plot->end = 0;
  plot->low = KEYS;
  plot->high = 0;
  for (size_t i = 0; i < roll->count; i++) {
    const struct note *note = &roll->notes[i].note;
    if (is_within(roll, note->on, note->off)) {
      plot->start = fmin(plot->start, seconds(note->on));
      plot->end = fmax(plot->end, seconds(note->off));
      plot->low = note->pitch < plot->low ? note->pitch : plot->low;
      plot->high = note->pitch > plot->high ? note->pitch : plot->high;
    }
  }
  plot->start = roll->from > 0 ? seconds(roll->from) : floor(plot->start);
  plot->end = roll->to < ROLL_END ? seconds(roll->to) : fmax(ceil(plot->end), plot->start + 1);
  plot->low = plot->low / 12 * 12;
  plot->high = plot->high / 12 * 12 + 11;
}

static void measure(struct plot *plot, const struct roll *roll)
{
  measure_notes(plot, roll);
  const double length = plot->end - plot->start;
  plot->systems = (int)fmin(ceil(length / SYSTEM_SECONDS), SYSTEMS_MAX);
  plot->span = length / plot->systems;
  const double inner =
    fmin(fmax(plot->span * pixels_per_second, INNER_MIN), SYSTEM_SECONDS * pixels_per_second);
  plot->scale = inner / plot->span;
  plot->width = inner + MARGIN_LEFT + MARGIN_RIGHT;
  plot->height = plot->systems * (system_height(plot) + AXIS) + MARGIN_TOP + MARGIN_BOTTOM;
}

static void draw_pitches(const struct plot *plot)
{
  static const bool black[12] = {[1] = true, [3] = true, [6] = true, [8] = true, [10] = true};
  cairo_t *cairo = plot->cairo;
  const double right = x_of(plot, plot->to);

  for (int pitch = plot->low; pitch <= plot->high; pitch++) {
    char name[PITCH_NAME_MAX];

    if (black[pitch % 12]) {
      cairo_set_source_rgb(cairo, 0.955, 0.955, 0.955);
      cairo_rectangle(cairo, MARGIN_LEFT, y_of(plot, pitch), right - MARGIN_LEFT, ROW);
      cairo_fill(cairo);
    }
    if (pitch % 12 == 0) {
      double y = y_of(plot, pitch) + ROW;
      cairo_set_source_rgb(cairo, 0.75, 0.75, 0.75);
      picture_line(cairo, MARGIN_LEFT, y, right, y);
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
    double begin = fmax(seconds(roll->gaps[i].begin), plot->from);
    double end = fmin(seconds(roll->gaps[i].end), plot->to);
    if (begin < end) {
      draw_gap(plot, x_of(plot, begin), plot->top, x_of(plot, end) - x_of(plot, begin), system_height(plot));
    }
  }
}

static double tick_step(const struct plot *plot)
{
  static const double steps[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600};
  size_t i = 0;

  while (i + 1 < sizeof steps / sizeof steps[0] && steps[i] * plot->scale < tick_distance) {
    i++;
  }
  return steps[i];
}

static void draw_time(const struct plot *plot)
{
  cairo_t *cairo = plot->cairo;
  double bottom = plot->top + system_height(plot);
  double step = tick_step(plot);

  for (long tick = lround(ceil(plot->from / step)); (double)tick * step <= plot->to; tick++) {
    double time = (double)tick * step;
    char text[32];

    snprintf(text, sizeof text, "%.0f", time);
    cairo_set_source_rgb(cairo, 0.88, 0.88, 0.88);
    picture_line(cairo, x_of(plot, time), plot->top, x_of(plot, time), bottom);
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    picture_text(cairo, x_of(plot, time) - 4, bottom + 14, text);
  }
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

/* A note that lasts from one system into the next is drawn in both. */
static void draw_notes(const struct plot *plot, const struct roll *roll)
{
  for (size_t i = 0; i < roll->count; i++) {
    const struct note *note = &roll->notes[i].note;
    const double on = fmax(seconds(note->on), plot->from), off = fmin(seconds(note->off), plot->to);

    if (seconds(note->on) < plot->to && (off > plot->from || seconds(note->on) >= plot->from)) {
      draw_box(plot->cairo, x_of(plot, on), y_of(plot, note->pitch), fmax((off - on) * plot->scale, narrowest),
               roll->notes[i].mark, 0.5 + 0.5 * note->velocity / 127.0);
    }
  }
}

/* Notes of this mark among those that are drawn. */
static size_t count_mark(const struct roll *roll, enum roll_mark mark)
{
  size_t count = 0;

  for (size_t i = 0; i < roll->count; i++) {
    count += roll->notes[i].mark == mark && is_within(roll, roll->notes[i].note.on, roll->notes[i].note.off);
  }
  return count;
}

static void draw_legend(const struct plot *plot, const struct roll *roll)
{
  double x = MARGIN_LEFT;
  size_t gaps = 0;

  for (int mark = 0; mark < ROLL_MARKS; mark++) {
    const size_t count = count_mark(roll, (enum roll_mark)mark);
    char text[64];

    if (count > 0) {
      snprintf(text, sizeof text, "%zu %s", count, roll->compares ? names[mark] : "notes");
      draw_box(plot->cairo, x, 12, 22, (enum roll_mark)mark, 1);
      cairo_set_source_rgb(plot->cairo, 0.2, 0.2, 0.2);
      picture_text(plot->cairo, x + 28, 19, text);
      x += LEGEND_STEP;
    }
  }
  for (size_t i = 0; i < roll->gap_count; i++) {
    gaps += is_within(roll, roll->gaps[i].begin, roll->gaps[i].end);
  }
  if (gaps > 0) {
    draw_gap(plot, x, 10, 22, ROW + 4);
    cairo_set_source_rgb(plot->cairo, 0.2, 0.2, 0.2);
    picture_text(plot->cairo, x + 28, 19, gaps == 1 ? "gap" : "gaps");
  }
}

static void draw_all(cairo_t *cairo, void *user)
{
  struct plot *plot = user;
  const struct roll *roll = plot->roll;

  plot->cairo = cairo;
  draw_legend(plot, roll);
  for (int system = 0; system < plot->systems; system++) {
    plot->from = plot->start + system * plot->span;
    plot->to = fmin(plot->from + plot->span, plot->end);
    plot->top = MARGIN_TOP + system * (system_height(plot) + AXIS);
    draw_pitches(plot);
    draw_time(plot);
    draw_gaps(plot, roll);
    draw_notes(plot, roll);
  }
  cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
  picture_text(cairo, plot->width / 2 - 24, plot->height - 8, "seconds");
}

enum status roll_draw(const struct roll *roll, const char *path, struct error *error)
{
  struct plot plot = {.roll = roll};
  bool any = false;

  for (size_t i = 0; i < roll->count && !any; i++) {
    any = is_within(roll, roll->notes[i].note.on, roll->notes[i].note.off);
  }
  if (!any) {
    return error_set(error, STATUS_USAGE,
                     "there are no notes between the times given; leave out --from and --to");
  }
  measure(&plot, roll);
  return picture_write(path, plot.width, plot.height, draw_all, &plot, error);
}
