/* Records of personal models, as JSON. */
#include "personal_record.h"

#include <stdlib.h>
#include <time.h>

#include "file.h"
#include "report.h"

enum { RECORD_BYTES_MAX = 1 << 16 };

static json_t *figures_json(const struct learn_figures *figures)
{
  return json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:I}", "nats_per_frame", figures->nats, "nats_per_stroke",
                   figures->gate_nats, "f1", learn_f1(figures), "true_notes", (json_int_t)figures->strokes,
                   "lost", (json_int_t)figures->lost, "damage", (json_int_t)figures->damage, "passed",
                   (json_int_t)figures->passed);
}

json_t *personal_json(const struct learn_result *result)
{
  return json_pack("{s:f, s:f, s:b, s:f, s:o, s:o?}", "minutes", result->minutes, "held_back_minutes",
                   result->held_minutes, "better", (int)result->better, "share", result->share, "before",
                   figures_json(&result->before), "after",
                   result->better ? figures_json(&result->after) : NULL);
}

static void read_figures(const json_t *object, struct learn_figures *figures)
{
  figures->nats = json_number_value(json_object_get(object, "nats_per_frame"));
  figures->gate_nats = json_number_value(json_object_get(object, "nats_per_stroke"));
  figures->strokes = (size_t)json_integer_value(json_object_get(object, "true_notes"));
  figures->lost = (size_t)json_integer_value(json_object_get(object, "lost"));
  figures->damage = (size_t)json_integer_value(json_object_get(object, "damage"));
  figures->passed = (size_t)json_integer_value(json_object_get(object, "passed"));
}

static void read_text(const json_t *object, const char *key, char text[PERSONAL_TEXT])
{
  const char *value = json_string_value(json_object_get(object, key));
  snprintf(text, PERSONAL_TEXT, "%s", value != NULL ? value : "");
}

void personal_record_read(const char *path, struct personal_record *record)
{
  uint8_t *data;
  size_t size;
  struct error error;
  if (file_read(path, RECORD_BYTES_MAX, &data, &size, &error) != STATUS_OK) {
    return;
  }
  json_t *object = json_loadb((const char *)data, size, 0, NULL);
  struct learn_result *result = &record->result;
  read_text(object, "made", record->made);
  read_text(object, "from", record->from);
  result->minutes = json_number_value(json_object_get(object, "minutes"));
  result->held_minutes = json_number_value(json_object_get(object, "held_back_minutes"));
  result->share = json_number_value(json_object_get(object, "share"));
  read_figures(json_object_get(object, "before"), &result->before);
  read_figures(json_object_get(object, "after"), &result->after);
  json_decref(object);
  free(data);
}

enum status personal_record_write(const char *path, const char *from, const struct learn_result *result,
                                  struct error *error)
{
  char made[PERSONAL_TEXT] = "";
  const time_t now = time(NULL);
  struct tm local;
  if (localtime_r(&now, &local) != NULL) {
    (void)strftime(made, sizeof made, "%Y-%m-%d %H:%M", &local);
  }
  json_t *object = personal_json(result);
  json_object_set_new(object, "made", json_string(made));
  json_object_set_new(object, "from", report_text(from));
  return report_json(object, path, error);
}
