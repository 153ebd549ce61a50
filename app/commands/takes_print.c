/* SPDX-License-Identifier: MIT */
/* Takes as words and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json_out.h"
#include "take_file.h"
#include "takes_print.h"

void takes_start_text(const struct journal_start *start, char text[TAKES_TEXT])
{
  const time_t local = (time_t)(start->wall / NANOS_PER_SECOND) + start->utc_offset;
  const int minutes = start->utc_offset / 60;
  struct tm parts;

  text[0] = '\0';
  if (gmtime_r(&local, &parts) != NULL) {
    size_t used = strftime(text, TAKES_TEXT, "%Y-%m-%d %H:%M:%S", &parts);
    snprintf(text + used, TAKES_TEXT - used, " %c%02d%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60 % 100,
             abs(minutes) % 60);
  }
}

void takes_length_text(nanos length, char text[TAKES_TEXT])
{
  const int64_t seconds = (length + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND;
  const int64_t hours = seconds / 3600, minutes = seconds / 60 % 60;

  if (hours > 0) {
    snprintf(text, TAKES_TEXT, "%" PRId64 ":%02" PRId64 ":%02" PRId64, hours, minutes, seconds % 60);
  } else {
    snprintf(text, TAKES_TEXT, "%" PRId64 ":%02" PRId64, minutes, seconds % 60);
  }
}

void takes_size_text(uint64_t bytes, char text[TAKES_TEXT])
{
  if (bytes >= 1000000) {
    snprintf(text, TAKES_TEXT, "%.1f MB", (double)bytes / 1e6);
  } else {
    snprintf(text, TAKES_TEXT, "%.1f kB", (double)bytes / 1e3);
  }
}

void takes_name(const char *path, char name[JOURNAL_NAME_MAX])
{
  const char *slash = strrchr(path, '/');

  snprintf(name, JOURNAL_NAME_MAX, "%s", slash != NULL ? slash + 1 : path);
  if (take_is_name(name)) {
    name[strlen(name) - strlen(TAKE_ENDING)] = '\0';
  }
}

const char *takes_end_text(const struct journal_summary *summary, const char *path)
{
  static const char *const names[JOURNAL_ENDS] = {
    [JOURNAL_PAUSE] = "pause", [JOURNAL_QUIT] = "quit", [JOURNAL_FULL] = "full"};

  if (summary->ended) {
    return names[summary->end];
  }
  return take_file_busy(path) ? "being recorded" : "cut off";
}

void takes_loss_text(const struct journal_summary *summary, char *line, size_t size)
{
  char length[TAKES_TEXT];
  int used = 0;

  line[0] = '\0';
  takes_length_text(summary->length, length);
  if (summary->lost_bytes > 0) {
    used = snprintf(line, size, "damaged: the last %zu bytes are lost, all played after %s (%.1f s)",
                    summary->lost_bytes, length, (double)summary->length / (double)NANOS_PER_SECOND);
  }
  if (summary->not_recorded > 0 && used >= 0 && (size_t)used < size) {
    snprintf(line + used, size - (size_t)used, "%s%" PRIu64 " messages came too fast to be captured",
             used > 0 ? "; " : "", summary->not_recorded);
  }
}

static json_t *removed_json(const struct journal_summary *summary)
{
  json_t *object = json_object();

  for (int i = DAMAGE_NONE + 1; i < DAMAGE_COUNT; i++) {
    json_object_set_new(object, damage_name((enum damage)i), json_integer((json_int_t)summary->removed[i]));
  }
  return object;
}

json_t *takes_json(const struct journal_summary *summary, const char *path, uint64_t bytes)
{
  const struct journal_settings *settings = &summary->start.settings;
  char name[JOURNAL_NAME_MAX], start[TAKES_TEXT], model[16];

  takes_name(path, name);
  takes_start_text(&summary->start, start);
  snprintf(model, sizeof model, "%08" PRIx32, settings->model);
  json_t *object =
    json_pack("{s:o, s:o, s:s, s:I, s:f, s:s, s:b, s:b, s:I}", "name", json_text(name), "path", json_text(path),
              "start", start, "start_ns", (json_int_t)summary->start.wall, "seconds",
              (double)summary->length / (double)NANOS_PER_SECOND, "end", takes_end_text(summary, path), "ended",
              summary->ended, "good", summary->keep || summary->good > 0, "bytes", (json_int_t)bytes);
  json_t *counts = json_pack(
    "{s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I}", "events_in", (json_int_t)summary->received,
    "events_out", (json_int_t)summary->sent, "notes_in", (json_int_t)summary->notes_in, "notes_out",
    (json_int_t)summary->notes_out, "removed", (json_int_t)summary->removed_total, "removed_by",
    removed_json(summary), "undone", (json_int_t)summary->undone, "good_marks", (json_int_t)summary->good,
    "disconnects", (json_int_t)summary->disconnects, "lost_bytes", (json_int_t)summary->lost_bytes,
    "not_recorded", (json_int_t)(summary->not_recorded & INT64_MAX));
  json_object_set_new(counts, "unmeant", json_integer((json_int_t)summary->unmeant));
  json_object_update(object, counts);
  json_decref(counts);
  json_object_set_new(object, "preset", json_text(settings->preset));
  json_object_set_new(object, "model", json_string(model));
  json_object_set_new(object, "mode", json_string(preset_modes[settings->mode]));
  json_object_set_new(object, "strength", json_real((double)settings->strength));
  json_object_set_new(object, "continues", json_boolean(summary->start.continues));
  return object;
}
