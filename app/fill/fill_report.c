/* SPDX-License-Identifier: MIT */
#include "fill_report.h"

#include <inttypes.h>
#include <string.h>

#include "json_out.h"
#include "pitch.h"

static const char *plural(size_t count)
{
  return count == 1 ? "" : "s";
}

void fill_report_print(const struct fill_report *report, int which, FILE *out)
{
  const struct filling *filling = &report->fillings[which];
  const char *path = strcmp(report->paths[which], "-") == 0 ? "standard output" : report->paths[which];
  size_t total = filling->result.count, dropped = 0, gaps = report->gaps->count;

  for (size_t i = 0; i < total; i++) {
    dropped += filling->result.notes[i].reason == FILL_DROPPED;
  }
  if (total == 0 && gaps == 0) {
    fprintf(out, "%s: nothing to fill; it is the same as what came in.\n", path);
  } else if (total == 0) {
    fprintf(out, "%s: %zu gap%s, but no note there that is sure enough; it is the same as what came in.\n",
            path, gaps, plural(gaps));
  } else {
    fprintf(out, "%s: added %zu note%s", path, total, plural(total));
    if (gaps > 0) {
      fprintf(out, ", %zu in %zu gap%s", total - dropped, gaps, plural(gaps));
    }
    if (dropped > 0) {
      fprintf(out, ", %zu that had been dropped", dropped);
    }
    fprintf(out, ".\n");
  }
}

/* "5:1.5", or null where the file has no bars. */
static json_t *place_json(const struct fill_source *source, uint64_t tick)
{
  int bar;
  double beat;
  char text[48];

  if (!metre_place(&source->metre, tick, &bar, &beat)) {
    return json_null();
  }
  snprintf(text, sizeof text, "%d:%.6g", bar, beat);
  return json_string(text);
}

static json_t *gap_json(const struct fill_source *source, const struct fill_gap *gap)
{
  return json_pack("{s:f, s:f, s:o, s:o, s:s}", "begin", fill_source_seconds(source, gap->begin), "end",
                   fill_source_seconds(source, gap->end), "begin_beat",
                   place_json(source, fill_source_tick(source, gap->begin)), "end_beat",
                   place_json(source, fill_source_tick(source, gap->end)), "reason",
                   filling_reason(gap->reason));
}

static json_t *note_json(const struct fill_source *source, const struct fill_note *added,
                         const struct note *note)
{
  char name[PITCH_NAME_MAX];
  double on = (double)note->on / (double)NANOS_PER_SECOND;
  double off = (double)note->off / (double)NANOS_PER_SECOND;
  json_t *from = added->matched ? json_real(fill_source_seconds(source, added->copied_from)) : json_null();

  return json_pack("{s:f, s:f, s:i, s:s, s:i, s:i, s:f, s:s, s:b, s:o}", "time", on, "length", off - on,
                   "pitch", note->pitch, "name", pitch_name(note->pitch, name), "velocity", note->velocity,
                   "channel", note->channel + 1, "probability", (double)added->probability, "reason",
                   filling_reason(added->reason), "matched", added->matched, "copied_from", from);
}

static json_t *filling_json(const struct fill_report *report, int which)
{
  const struct filling *filling = &report->fillings[which];
  json_t *notes = json_array();
  json_t *object =
    json_pack("{s:o, s:I}", "out", json_text(report->paths[which]), "notes", (json_int_t)filling->result.count);

  if (report->seeds != NULL) {
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, report->seeds[which]);
    json_object_set_new(object, "variant", json_string(seed)); /* JSON's numbers stop at 53 bits */
  }
  for (size_t i = 0; i < filling->result.count; i++) {
    json_array_append_new(notes,
                          note_json(report->source, &filling->result.notes[i], &filling->notes.notes[i]));
  }
  json_object_set_new(object, "added", notes);
  return object;
}

enum status fill_report_write(const struct fill_report *report, const char *path, struct error *error)
{
  json_t *gaps = json_array(), *fillings = json_array();
  json_t *object = json_pack("{s:o, s:o, s:f}", "in", json_text(report->in), "model", json_text(report->model),
                             "strength", report->strength);

  for (size_t i = 0; i < report->gaps->count; i++) {
    json_array_append_new(gaps, gap_json(report->source, &report->gaps->gaps[i]));
  }
  for (int i = 0; i < report->count; i++) {
    json_array_append_new(fillings, filling_json(report, i));
  }
  json_object_set_new(object, "gaps", gaps);
  json_object_set_new(object, "fillings", fillings);
  return json_out(object, path, error);
}
