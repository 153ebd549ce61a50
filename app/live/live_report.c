/* SPDX-License-Identifier: MIT */
#include "live_report.h"

#include "json_out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "pitch.h"
#include "utf8.h"

static json_t *json_counter(const _Atomic uint64_t *counter)
{
  return json_integer((json_int_t)report_counter(counter));
}

uint64_t report_suppressed(const struct live *live)
{
  uint64_t total = 0;

  for (int i = 0; i < DAMAGE_COUNT; i++) {
    total += report_counter(&live_counters(live)->suppressed[i]);
  }
  return total;
}

void report_print(const struct report *report, FILE *out)
{
  const struct live *live = report->session->live;
  const struct live_counters *counters = live_counters(live);
  bool monitor = live_current_mode(live) == LIVE_MONITOR;
  uint64_t total = report_suppressed(live);
  const char *between = ":";

  fprintf(out, "%s %" PRIu64 " of %" PRIu64 " notes", monitor ? "Would have removed" : "Removed", total,
          report_counter(&counters->notes_in));
  for (int i = 0; i < DAMAGE_COUNT; i++) {
    uint64_t count = report_counter(&counters->suppressed[i]);
    if (count > 0) {
      fprintf(out, "%s %" PRIu64 " %s", between, count, damage_name((enum damage)i));
      between = ",";
    }
  }
  fprintf(out, ".\n");
  if (report->handed_count > 0) {
    fprintf(out, "%zu kept note%s the end of a removed one that carried on.\n", report->handed_count,
            report->handed_count == 1 ? " takes" : "s take");
  }
}

static double seconds_of(nanos time)
{
  return (double)time / (double)NANOS_PER_SECOND;
}

/* Kept notes that took the end of a removed one. */
static json_t *lengthened_json(const struct report *report)
{
  json_t *list = json_array();

  for (size_t i = 0; i < report->handed_count; i++) {
    const struct smf_event *events = report->smf->events;
    const struct smf_event *on = &events[report->handed[i].note_on];
    char name[PITCH_NAME_MAX];

    json_array_append_new(list, json_pack("{s:f, s:i, s:s, s:i, s:i, s:f, s:f}", "time", seconds_of(on->time),
                                          "pitch", on->bytes[1], "name", pitch_name(on->bytes[1], name),
                                          "channel", (on->bytes[0] & 0x0F) + 1, "track", on->track + 1, "ended",
                                          seconds_of(events[report->handed[i].was].time), "ends",
                                          seconds_of(events[report->handed[i].now].time)));
  }
  return list;
}

static json_t *suppressed_json(const struct live *live)
{
  json_t *object = json_pack("{s:I}", "total", (json_int_t)report_suppressed(live));

  for (int i = DAMAGE_NONE + 1; i < DAMAGE_COUNT; i++) {
    json_object_set_new(object, damage_name((enum damage)i), json_counter(&live_counters(live)->suppressed[i]));
  }
  return object;
}

static json_t *decision_json(const struct histogram *decisions)
{
  return json_pack(
    "{s:f, s:f, s:f, s:f, s:I}", "p50", histogram_percentile(decisions, 0.5) / 1e3, "p99",
    histogram_percentile(decisions, 0.99) / 1e3, "p999", histogram_percentile(decisions, 0.999) / 1e3, "max",
    (double)report_counter(&decisions->max) / 1e3, "count", (json_int_t)report_counter(&decisions->count));
}

/* The first removals, at most WATCH_FIRST. */
static json_t *removed_json(const struct watch *watch)
{
  size_t count = watch->total < WATCH_FIRST ? (size_t)watch->total : WATCH_FIRST;
  json_t *list = json_array();

  for (size_t i = 0; i < count; i++) {
    const struct removal *removal = &watch->first[i];
    char name[PITCH_NAME_MAX];
    /* JSON has no infinity. */
    double odds = removal->log_odds > -1e6F ? (double)removal->log_odds : -1e6;

    json_array_append_new(list, json_pack("{s:f, s:i, s:s, s:i, s:i, s:s, s:f}", "time",
                                          (double)removal->time / (double)NANOS_PER_SECOND, "pitch",
                                          removal->pitch, "name", pitch_name(removal->pitch, name), "channel",
                                          removal->channel + 1, "velocity", removal->velocity, "reason",
                                          damage_name((enum damage)removal->damage), "log_odds", odds));
  }
  return list;
}

static void add_port(json_t *object, const struct port_counters *counters)
{
  json_object_set_new(object, "xruns", json_counter(&counters->xruns));
  json_object_set_new(object, "overflowed", json_counter(&counters->overflowed));
  json_object_set_new(object, "send_failed", json_counter(&counters->send_failed));
  json_object_set_new(object, "disconnects", json_counter(&counters->disconnects));
}

enum status report_write(const struct report *report, const char *path, struct error *error)
{
  const struct session *session = report->session;
  const struct live_counters *counters = live_counters(session->live);
  json_t *object =
    json_pack("{s:s, s:o, s:o, s:f, s:s, s:f, s:f}", "driver", report->driver, "preset",
              json_text(session->preset.name), "model", json_text(session->preset.model_path), "seconds",
              report->seconds, "mode", preset_modes[live_current_mode(session->live)], "strength",
              (double)live_current_strength(session->live), "look_ahead_ms", session->preset.look_ahead);

  json_object_set_new(object, "events_in", json_counter(&counters->events_in));
  json_object_set_new(object, "events_out", json_counter(&counters->events_out));
  json_object_set_new(object, "notes_in", json_counter(&counters->notes_in));
  json_object_set_new(object, "notes_out", json_counter(&counters->notes_out));
  json_object_set_new(object, "suppressed", suppressed_json(session->live));
  json_object_set_new(object, "decision_us", decision_json(&session->stream.decisions));
  json_object_set_new(object, "dropped", json_counter(&counters->dropped));
  json_object_set_new(object, "sounding", json_counter(&counters->sounding));
  json_object_set_new(object, "capture_lost", json_counter(&counters->capture_lost));
  if (report->counters != NULL) {
    add_port(object, report->counters);
  }
  json_object_set_new(object, "removed", removed_json(report->watch));
  if (report->smf != NULL) {
    json_object_set_new(object, "lengthened", lengthened_json(report));
  }
  return json_out(object, path, error);
}
