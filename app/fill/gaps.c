/* SPDX-License-Identifier: MIT */
#include "gaps.h"

#include <math.h>
#include <stdlib.h>

#include "fill_source.h"
#include "journal.h"

enum { GAPS_MAX = 64, NUMBERS = 4 };

static enum status refuse(const struct gap_text *gap, const char *what, struct error *error)
{
  return error_set(error, STATUS_USAGE, "--gap %.60s: %s", gap->text, what);
}

/* Up to four numbers with ':' or '-' between them. Returns how many, -1 for anything else. */
static int read_numbers(const char *text, double numbers[NUMBERS])
{
  for (int count = 0; count < NUMBERS; count++) {
    char *end = NULL;
    bool is_number = (text[0] >= '0' && text[0] <= '9') || text[0] == '.' || (count == 0 && text[0] == '-');

    numbers[count] = is_number ? strtod(text, &end) : NAN;
    if (end == NULL || !isfinite(numbers[count])) {
      return -1;
    }
    if (*end == '\0') {
      return count + 1;
    }
    if (*end != ':' && *end != '-') {
      return -1;
    }
    text = end + 1;
  }
  return -1;
}

enum status gap_parse(struct gap_text *gap, const char *text, struct error *error)
{
  double numbers[NUMBERS];

  *gap = (struct gap_text){.text = text};
  int count = read_numbers(text, numbers);
  if (count == NUMBERS) {
    gap->bars = true;
    gap->begin_bar = numbers[0];
    gap->begin = numbers[1];
    gap->end_bar = numbers[2];
    gap->end = numbers[3];
  } else if (count == 2) {
    gap->begin = numbers[0];
    gap->end = numbers[1];
  } else {
    return refuse(gap, "not START:END; write 12.5:14 for seconds, 5:1:6:3 for bar 5, beat 1 to bar 6, beat 3",
                  error);
  }
  if (numbers[0] < 0) {
    return refuse(gap, "begins before the take; times count from 0", error);
  }
  if (gap->end_bar < gap->begin_bar || (gap->end_bar == gap->begin_bar && gap->end <= gap->begin)) {
    return refuse(gap, "ends before it begins; give the earlier end first", error);
  }
  return STATUS_OK;
}

static enum status find_tick(const struct fill_source *source, const struct gap_text *gap, double bar,
                             double place, uint64_t *tick, struct error *error)
{
  struct error inner = {STATUS_OK, ""};

  if (!gap->bars) {
    double limit = (double)SMF_TIME_MAX;
    *tick = smf_time_tick(&source->smf, (nanos)fmin(place * (double)NANOS_PER_SECOND, limit));
    return STATUS_OK;
  }
  enum status status = metre_tick(&source->metre, bar, place, tick, &inner);
  return status == STATUS_OK ? status : error_set(error, status, "--gap %.60s: %.400s", gap->text, inner.text);
}

/* A gap in ticks, with the name that it was given. */
struct asked_gap {
  struct mark_span span;
  const struct gap_text *text;
};

static enum status resolve(const struct fill_source *source, const struct gap_text *text, struct asked_gap *gap,
                           struct error *error)
{
  gap->text = text;
  enum status status = find_tick(source, text, text->begin_bar, text->begin, &gap->span.begin, error);
  if (status == STATUS_OK) {
    status = find_tick(source, text, text->end_bar, text->end, &gap->span.end, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (gap->span.begin >= gap->span.end) {
    return refuse(text, "is shorter than a tick of the file; make it longer", error);
  }
  if (gap->span.end > fill_source_tick(source, source->end)) {
    return error_set(error, STATUS_USAGE,
                     "--gap %.60s: outside the take, whose notes end at %.3f seconds; name a gap before that",
                     text->text, fill_source_seconds(source, source->end));
  }
  return STATUS_OK;
}

static int by_begin(const void *left, const void *right)
{
  const struct asked_gap *a = left, *b = right;

  return (a->span.begin > b->span.begin) - (a->span.begin < b->span.begin);
}

static enum status add_span(const struct fill_source *source, const struct mark_span *span,
                            enum fill_reason reason, struct fill_gaps *gaps, struct error *error)
{
  const struct fill_gap gap = {fill_source_time(source, span->begin), fill_source_time(source, span->end),
                               reason};
  enum status status = fill_gaps_add(gaps, gap);

  return status == STATUS_OK ? status
                             : error_set(error, status, "a gap could not be noted: %s", status_name(status));
}

enum status gaps_add_asked(const struct fill_source *source, const struct gap_text *asked, int count,
                           struct fill_gaps *gaps, struct error *error)
{
  struct asked_gap all[GAPS_MAX];
  enum status status = STATUS_OK;

  for (int i = 0; i < count && status == STATUS_OK; i++) {
    status = resolve(source, &asked[i], &all[i], error);
  }
  if (status != STATUS_OK || count == 0) {
    return status;
  }
  qsort(all, (size_t)count, sizeof *all, by_begin);
  for (int i = 0; i < count && status == STATUS_OK; i++) {
    if (i > 0 && all[i].span.begin < all[i - 1].span.end) {
      return error_set(error, STATUS_USAGE, "--gap %.60s and --gap %.60s overlap; make one of them",
                       all[i - 1].text->text, all[i].text->text);
    }
    status = add_span(source, &all[i].span, FILL_ASKED, gaps, error);
  }
  return status;
}

enum status gaps_add_marked(const struct fill_source *source, struct fill_gaps *gaps, struct error *error)
{
  uint64_t last = fill_source_tick(source, source->end);
  struct mark_span span;
  size_t at = 0;
  enum status status = STATUS_OK;

  while (status == STATUS_OK &&
         marks_next(&source->smf, JOURNAL_MARK_DISCONNECTED, JOURNAL_MARK_CONNECTED, &at, &span)) {
    span.end = span.end < last ? span.end : last;
    if (span.begin < span.end) {
      status = add_span(source, &span, FILL_DISCONNECTED, gaps, error);
    }
  }
  return status;
}

static int by_time(const void *left, const void *right)
{
  const struct fill_gap *a = left, *b = right;

  return (a->begin > b->begin) - (a->begin < b->begin);
}

static void join(struct fill_gap *gap, const struct fill_gap *other)
{
  gap->end = other->end > gap->end ? other->end : gap->end;
  if (gap->reason == FILL_SILENCE || other->reason == FILL_ASKED) {
    gap->reason = other->reason;
  }
}

void gaps_settle(struct fill_gaps *gaps)
{
  size_t kept = 0;

  if (gaps->count > 1) {
    qsort(gaps->gaps, gaps->count, sizeof *gaps->gaps, by_time);
  }
  for (size_t i = 0; i < gaps->count; i++) {
    if (kept > 0 && gaps->gaps[i].begin < gaps->gaps[kept - 1].end) {
      join(&gaps->gaps[kept - 1], &gaps->gaps[i]);
    } else {
      gaps->gaps[kept++] = gaps->gaps[i];
    }
  }
  gaps->count = kept;
}
